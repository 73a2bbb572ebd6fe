import type { Fields } from '../fields';

/** What became of an asynchronous invocation so far. */
export interface Tries {
  /** How long the next try waits. */
  readonly delayMs: number;
  readonly failures: number;
  readonly throttles: number;
  /** All waits for a place together. */
  readonly queuedMs: number;
}

/** How long Lambda goes on with what nobody waits for. */
export interface Patience {
  readonly retryAttempts: number;
  readonly maxAgeMs: number;
}

/** Where a function has no settings of its own. */
export const LAMBDAS_OWN_PATIENCE: Patience = { retryAttempts: 2, maxAgeMs: 6 * 60 * 60_000 };

export const FIRST_TRY: Tries = { delayMs: 0, failures: 0, throttles: 0, queuedMs: 0 };

/** A failed invocation is tried twice more at the most. */
const FAILURE_DELAYS_MS = [60_000, 120_000];
/** A throttled one waits for a second, then twice as long each time, and is given up at its greatest age. */
const FIRST_THROTTLE_DELAY_MS = 1_000;
const LONGEST_THROTTLE_DELAY_MS = 5 * 60_000;

/** The try after one that failed; undefined when Lambda gives up. */
export function afterFailure(tries: Tries, { retryAttempts }: Patience = LAMBDAS_OWN_PATIENCE): Tries | undefined {
  const delayMs = FAILURE_DELAYS_MS[tries.failures];
  return delayMs === undefined || tries.failures >= retryAttempts
    ? undefined
    : { ...tries, delayMs, failures: tries.failures + 1 };
}

/** The try after one that found no place to run; undefined when Lambda gives up. */
export function afterThrottle(tries: Tries, { maxAgeMs }: Patience = LAMBDAS_OWN_PATIENCE): Tries | undefined {
  const delayMs = Math.min(FIRST_THROTTLE_DELAY_MS * 2 ** tries.throttles, LONGEST_THROTTLE_DELAY_MS);
  const queuedMs = tries.queuedMs + delayMs;
  return queuedMs > maxAgeMs ? undefined : { ...tries, delayMs, queuedMs, throttles: tries.throttles + 1 };
}

/** The settings of PutFunctionEventInvokeConfig; what is not given is as Lambda has it. */
export const readPatience = (input: Fields): Patience => ({
  retryAttempts: input.optionalNumber('MaximumRetryAttempts') ?? LAMBDAS_OWN_PATIENCE.retryAttempts,
  maxAgeMs: (input.optionalNumber('MaximumEventAgeInSeconds') ?? LAMBDAS_OWN_PATIENCE.maxAgeMs / 1000) * 1000,
});
