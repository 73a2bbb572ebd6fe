import type { OutsideCall } from './cut';
import type { Hands } from './hands';
import { isKilled } from './troubles';
import type { Finding } from './watch';

/** Something that may happen between any two calls of a rotation. */
export interface MidEventKind {
  readonly name: string;
  readonly happen: (hands: Hands, at: OutsideCall) => Promise<void>;
  readonly excuse?: (finding: Finding, hands: Hands) => boolean;
}

export const MID_EVENTS: readonly MidEventKind[] = [
  { name: 'the reconciler runs', happen: (hands) => hands.reconcileMeanwhile() },
  {
    name: 'the reconciler runs twice at once',
    happen: async (hands) => void (await Promise.all([hands.reconcileMeanwhile(), hands.reconcileMeanwhile()])),
  },
  { name: 'the same step arrives once more', happen: (hands, at) => hands.deliver(stepOf(at), hands.pendingVersion) },
  { name: 'the stacks are deployed again', happen: (hands) => hands.deployAgain() },
  { name: 'the current key is found in public', happen: async (hands) => hands.disableKey(1), excuse: isKilled(1) },
];

const stepOf = ({ invocation }: OutsideCall): string => invocation.split(' ').at(-1) ?? '';
