/** What became of an asynchronous invocation so far. */
export interface Tries {
  /** How long the next try waits. */
  readonly delayMs: number;
  readonly failures: number;
  readonly throttles: number;
  /** All waits for a place together. */
  readonly queuedMs: number;
}

export const FIRST_TRY: Tries = { delayMs: 0, failures: 0, throttles: 0, queuedMs: 0 };

/** A failed invocation is tried twice more. */
const FAILURE_DELAYS_MS = [60_000, 120_000];
/** A throttled one waits for a second, then twice as long each time, and is given up after six hours. */
const FIRST_THROTTLE_DELAY_MS = 1_000;
const LONGEST_THROTTLE_DELAY_MS = 5 * 60_000;
const LONGEST_QUEUED_MS = 6 * 60 * 60_000;

/** The try after one that failed; undefined when Lambda gives up. */
export function afterFailure(tries: Tries): Tries | undefined {
  const delayMs = FAILURE_DELAYS_MS[tries.failures];
  return delayMs === undefined ? undefined : { ...tries, delayMs, failures: tries.failures + 1 };
}

/** The try after one that found no place to run; undefined when Lambda gives up. */
export function afterThrottle(tries: Tries): Tries | undefined {
  const delayMs = Math.min(FIRST_THROTTLE_DELAY_MS * 2 ** tries.throttles, LONGEST_THROTTLE_DELAY_MS);
  const queuedMs = tries.queuedMs + delayMs;
  return queuedMs > LONGEST_QUEUED_MS ? undefined : { ...tries, delayMs, queuedMs, throttles: tries.throttles + 1 };
}
