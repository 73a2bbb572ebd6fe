/**
 * How a call to the outside is cut off. `dies-before` and `dies-after`: the function's process is gone, without or
 * with the call's effect. `fails`: no attempt has an effect, for the rest of the invocation. `answer-lost`: it takes
 * effect, and the attempt after it gets an answer again; `answers-lost`: none gets one for the rest of the invocation.
 */
export const WAYS = ['dies-before', 'dies-after', 'fails', 'answer-lost', 'answers-lost'] as const;
export type Way = (typeof WAYS)[number];

/** One call of a function to AWS or to Claude, told apart from all others of one run. */
export interface OutsideCall {
  /** Which invocation made it, and what for: `2 rotate createSecret`. Counted from where the scenario begins to act. */
  readonly invocation: string;
  /** `secretsmanager.PutSecretValue`, `POST /v1/organizations/api_keys/*`. */
  readonly operation: string;
  /** Of the calls of this operation in this invocation, from 1. */
  readonly nth: number;
}

/** One call that is cut off once, in one way. */
export interface Cut {
  readonly call: OutsideCall;
  readonly way: Way;
}

export const callName = ({ invocation, operation, nth }: OutsideCall): string =>
  `${invocation}: ${operation}${nth > 1 ? ` (${nth})` : ''}`;

/**
 * Every cut of every call that tells something new. A call that only reads is cut off by failing alone: to lose its
 * answer is the same, and to die at it is to die after the last write before it, or before the first call.
 */
export const cutsOf = (calls: readonly OutsideCall[]): readonly Cut[] =>
  calls.flatMap((call, index) => waysOf(call, index === 0).map((way) => ({ call, way })));

function waysOf({ operation }: OutsideCall, isFirst: boolean): readonly Way[] {
  if (!READS.test(operation)) return WAYS;
  return isFirst ? ['dies-before', 'fails'] : ['fails'];
}

const READS = /^GET |\.(Get|List|Describe)/;
