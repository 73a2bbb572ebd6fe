interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly name: string;
  readonly task: () => unknown;
}

/**
 * The one clock of a sandbox. Time stands still while anything runs, and jumps from one due timer to the next
 * when it is told to advance, so a hundred days pass as fast as the work in them.
 */
export class VirtualClock {
  #nowMs: number;
  #order = 0;
  #timers: Timer[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #failure: { readonly error: unknown } | undefined;
  #stopped = false;

  constructor(start: Date) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  /** Runs `task` when time reaches `time` (at once if that has passed, at the next advance). @returns a function that cancels it. */
  at(time: Date, name: string, task: () => unknown): () => void {
    const timer: Timer = { dueMs: Math.max(time.getTime(), this.#nowMs), order: this.#order++, name, task };
    this.#insert(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** Runs `task` after `ms` milliseconds of virtual time. */
  after(ms: number, name: string, task: () => unknown): () => void {
    return this.at(new Date(this.#nowMs + ms), name, task);
  }

  /** Runs `task` every `ms` milliseconds, first after one interval, until cancelled. */
  every(ms: number, name: string, task: () => unknown): () => void {
    let cancel = (): void => {};
    const next = (): void => {
      cancel = this.after(ms, name, async () => {
        next();
        await task();
      });
    };
    next();
    return () => cancel();
  }

  /** Registers work that goes on by itself at the present instant; time does not move before it ends. Its failure fails the next `settle`. */
  background(work: Promise<unknown>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** Waits until nothing runs in the background. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  /** Runs everything that is due up to `time`, each at its own instant, and then stands at `time`. */
  async advanceTo(time: Date): Promise<void> {
    const endMs = time.getTime();
    await this.settle();
    for (let timer = this.#timers[0]; timer && timer.dueMs <= endMs; timer = this.#timers[0]) {
      if (this.#stopped) throw new Error('the clock has been stopped');
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      await timer.task();
      await this.settle();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  async advanceBy(ms: number): Promise<void> {
    await this.advanceTo(new Date(this.#nowMs + ms));
  }

  /** Ends the passing of time for good: an advance that is under way fails before its next timer. */
  stop(): void {
    this.#stopped = true;
  }

  #insert(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#timers[middle];
      if (other && other.dueMs <= timer.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}
