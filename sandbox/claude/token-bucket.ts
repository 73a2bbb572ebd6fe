const MINUTE_MS = 60_000;

/** The outcome of asking a bucket for one request, or for the tokens of one. */
export interface Taken {
  readonly granted: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the bucket is full again. */
  readonly resetAt: Date;
  /** Seconds until the same would be granted. */
  readonly retryAfterSeconds: number;
}

/** A limit per minute that refills continuously, up to a minute's worth. */
export class TokenBucket {
  #tokens = Number.POSITIVE_INFINITY;
  #atMs = 0;

  /** Takes as many as are asked for, if there are that many. The limit may differ from call to call. */
  take(limit: number, now: Date, count = 1): Taken {
    const perMs = limit / MINUTE_MS;
    const tokens = Math.min(limit, this.#tokens + (now.getTime() - this.#atMs) * perMs);
    const granted = tokens >= count;
    this.#tokens = granted ? tokens - count : tokens;
    this.#atMs = now.getTime();
    return {
      granted,
      limit,
      remaining: Math.floor(this.#tokens),
      resetAt: new Date(now.getTime() + waitMs(limit - this.#tokens, perMs)),
      retryAfterSeconds: Math.ceil(waitMs(Math.max(0, count - this.#tokens), perMs) / 1000),
    };
  }
}

/** A limit of nothing never refills; a minute is what it says then. */
const waitMs = (tokens: number, perMs: number): number => (perMs === 0 ? MINUTE_MS : Math.ceil(tokens / perMs));
