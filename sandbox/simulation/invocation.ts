import type { OutsideCall, Way } from './cut';

/** One invocation of a function, or one run of an operator's command, and what it suffers. */
export class Invocation {
  dead = false;
  /** Rejects when the process exits. */
  readonly death: Promise<never>;
  /** Resolves when it has ended, however. */
  readonly over: Promise<void>;
  #end: () => void = () => {};
  #kill: (error: Error) => void = () => {};
  readonly #counts = new Map<string, number>();
  readonly #troubles = new Map<string, Way>();

  constructor(
    readonly name: string,
    /** What it is for: `rotate createSecret`. */
    readonly purpose: string,
  ) {
    this.death = new Promise((_, reject) => {
      this.#kill = reject;
    });
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
    // Nobody may be waiting for it yet, or any more.
    this.death.catch(() => {});
  }

  /** Notes that an operation is called, for the nth time. */
  count(operation: string): OutsideCall {
    const nth = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, nth);
    return { invocation: this.name, operation, nth };
  }

  /** From now on, calls of an operation are cut off in this way. */
  suffer(operation: string, way: Way): void {
    this.#troubles.set(operation, way);
  }

  /** How the present attempt is cut off. What strikes once is over with it. */
  trouble(operation: string): Way | undefined {
    const way = this.#troubles.get(operation);
    if (way === 'answer-lost' || way === 'stale') this.#troubles.delete(operation);
    return way;
  }

  end(): void {
    this.#end();
  }

  die(): void {
    this.dead = true;
    this.#kill(Object.assign(new Error('the process exited'), { name: 'Runtime.ExitError' }));
  }
}
