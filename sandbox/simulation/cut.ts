/**
 * How a call to the outside is cut off. `dies-before` and `dies-after`: the caller's process is gone, without or with
 * the call's effect. The others last for the rest of the invocation, but `answer-lost`: `fails`: no attempt has an
 * effect; `answer-lost`: it takes effect, and the attempt after it gets an answer again; `answers-lost`: none gets one;
 * `throttled`: every attempt is put off; `denied`: the permission is missing; `hangs`: no attempt is ever answered;
 * `stale`: this read alone shows what was before the last write.
 */
export const WAYS = [
  'dies-before',
  'dies-after',
  'fails',
  'answer-lost',
  'answers-lost',
  'throttled',
  'denied',
  'hangs',
  'stale',
] as const;
export type Way = (typeof WAYS)[number];

/** The ways that differ in what is left behind. The others differ in what the code that goes on is told. */
export const BREAKS = ['dies-before', 'dies-after', 'fails', 'answer-lost', 'answers-lost'] as const satisfies Way[];

/** One call to AWS or to Claude, told apart from all others of one run. */
export interface OutsideCall {
  /** Which invocation made it, and what for: `2 rotate createSecret`. Counted from where the scenario begins to act. */
  readonly invocation: string;
  /** `secretsmanager.PutSecretValue`, `POST /v1/organizations/api_keys/*`. */
  readonly operation: string;
  /** Of the calls of this operation in this invocation, from 1. */
  readonly nth: number;
  /** Whether its answer could have shown what was before a write. */
  maybeStale?: boolean;
}

/** One call that is cut off once, in one way. */
export interface Cut {
  readonly call: OutsideCall;
  readonly way: Way;
}

export const callName = ({ invocation, operation, nth }: OutsideCall): string =>
  `${invocation}: ${operation}${nth > 1 ? ` (${nth})` : ''}`;

export const cutName = ({ call, way }: Cut): string => `${way} at ${callName(call)}`;

/**
 * Every cut of every call that tells something new. A call that only reads is never cut off by losing its answer, which
 * is the same as failing, and to die at it is to die after the last write before it, or before the first call. Of a read
 * that is repeated while nothing is written, the first and the last are cut off.
 */
export const cutsOf = (calls: readonly OutsideCall[], ways: readonly Way[] = WAYS): readonly Cut[] =>
  calls.flatMap((call, index) =>
    ways.filter((way) => tellsSomething(way, call, index, calls)).map((way) => ({ call, way })),
  );

function tellsSomething(way: Way, call: OutsideCall, index: number, calls: readonly OutsideCall[]): boolean {
  if (way === 'stale') return call.maybeStale ?? false;
  if (!isRead(call.operation)) return true;
  if (way === 'dies-before') return index === 0;
  const isRepeated = comesAgain(call, calls.slice(0, index).reverse()) && comesAgain(call, calls.slice(index + 1));
  return !isRepeated && !CHANGES_ONLY.includes(way);
}

/** Whether the same invocation reads the same before anything is written. */
function comesAgain({ invocation, operation }: OutsideCall, others: readonly OutsideCall[]): boolean {
  for (const other of others) {
    if (other.invocation === invocation && other.operation === operation) return true;
    if (!isRead(other.operation)) return false;
  }
  return false;
}

/** Whether an operation changes nothing. */
export const isRead = (operation: string): boolean => READS.test(operation);

const READS = /^GET |\.(Get|List|Describe)/;
const CHANGES_ONLY: readonly Way[] = ['dies-after', 'answer-lost', 'answers-lost'];
