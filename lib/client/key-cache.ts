import type { Clock } from '../core/ports';

/** When a key is read again. All in milliseconds. */
export interface CacheTimes {
  /** A key older than this is read again before it is used. */
  readonly freshMs: number;
  /** While reading fails, a key is used up to this age. */
  readonly usableMs: number;
  /** After a read that failed or changed nothing, wait this long before the next. */
  readonly pauseMs: number;
}

interface CachedKey {
  readonly key: string;
  /** When its reading began: from then on, the secret may hold another. */
  readonly readAtMs: number;
}

/** Keeps one key for a short while. One read is under way at a time, however many ask. */
export class KeyCache {
  readonly #handedOut = new Set<string>();
  #cached: CachedKey | undefined;
  #reading: Promise<CachedKey> | undefined;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #unchanged: { readonly key: string; readonly atMs: number } | undefined;

  constructor(
    readonly read: () => Promise<string>,
    readonly times: CacheTimes,
    readonly clock: Clock,
    /** Told of every read that failed. */
    readonly onFailure: (failure: unknown) => void = () => {},
  ) {}

  /** The key to send now. Rejects when it cannot be read and none is young enough. */
  async current(): Promise<string> {
    const fresh = this.#youngerThan(this.times.freshMs) ?? this.#whilePaused();
    if (fresh) return this.#handOut(fresh);
    try {
      return this.#handOut(await this.#refresh());
    } catch (error) {
      const usable = this.#youngerThan(this.times.usableMs);
      if (usable) return this.#handOut(usable);
      throw error;
    }
  }

  /** A key other than the refused one, or undefined when there is none, or when the refused one was not ours. */
  async insteadOf(refused: string): Promise<string | undefined> {
    if (!this.#handedOut.has(refused)) return undefined;
    if (this.#cached && this.#cached.key !== refused) return this.#handOut(this.#cached);
    if (this.#unchanged?.key === refused && this.#isWithin(this.#unchanged.atMs, this.times.pauseMs)) return undefined;
    const fresh = await this.#readAfterRefusal(refused).catch(() => undefined);
    if (fresh && fresh.key !== refused) return this.#handOut(fresh);
    this.#unchanged = { key: refused, atMs: this.#nowMs() };
    return undefined;
  }

  /** A read that was under way before the refusal may have seen the old key: then one more is needed. */
  async #readAfterRefusal(refused: string): Promise<CachedKey> {
    const wasReading = this.#reading !== undefined;
    const fresh = await this.#refresh();
    return wasReading && fresh.key === refused ? this.#refresh() : fresh;
  }

  #refresh(): Promise<CachedKey> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<CachedKey> {
    const readAtMs = this.#nowMs();
    try {
      const cached = { key: await this.read(), readAtMs };
      this.#cached = cached;
      this.#failedAtMs = Number.NEGATIVE_INFINITY;
      return cached;
    } catch (error) {
      this.#failedAtMs = this.#nowMs();
      this.#tell(error);
      throw error;
    }
  }

  /** What the listener makes of it is its own affair: requests do not fail for it. */
  #tell(failure: unknown): void {
    try {
      this.onFailure(failure);
    } catch {}
  }

  #handOut(cached: CachedKey): string {
    this.#handedOut.add(cached.key);
    return cached.key;
  }

  #youngerThan(ageMs: number): CachedKey | undefined {
    return this.#cached && this.#isWithin(this.#cached.readAtMs, ageMs) ? this.#cached : undefined;
  }

  /** Right after a failed read, the key we have: waiting for one failure after another would slow every request. */
  #whilePaused(): CachedKey | undefined {
    return this.#isWithin(this.#failedAtMs, this.times.pauseMs) ? this.#youngerThan(this.times.usableMs) : undefined;
  }

  /** Whether an instant lies less than `ms` back. One in the future, after the clock was set back, does not count. */
  #isWithin(instantMs: number, ms: number): boolean {
    const age = this.#nowMs() - instantMs;
    return age >= 0 && age < ms;
  }

  #nowMs(): number {
    return this.clock.now().getTime();
  }
}
