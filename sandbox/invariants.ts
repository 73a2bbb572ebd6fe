import type { KeyTruth, Truth } from './truth';

/** A broken invariant, by its number in docs/architecture.md. */
export interface Violation {
  readonly invariant: string;
  readonly at: Date;
  readonly what: string;
}

/** An invariant that can be judged from one moment's truth. Returns what is wrong, in words, without any part of a key. */
interface Invariant {
  readonly number: string;
  readonly promise: string;
  readonly check: (truth: Truth) => readonly string[];
}

/** A key made in the Console may wait this long for its staging before it counts as an orphan. */
const STAGING_TIME_MS = 24 * 3_600_000;

/** The invariants that hold at every moment, judged on the sandbox's truth rather than on what the functions say. */
export const INVARIANTS: readonly Invariant[] = [
  {
    number: 'I1',
    promise: 'the issuer accepts the key under AWSCURRENT',
    check: ({ current, keys }) =>
      [...current].flatMap(([service, value]) => {
        if (value === 'placeholder') return [];
        if (value === 'foreign') return [`${service} holds a text that is no key`];
        const key = keys.find(({ id }) => id === value.keyId);
        return key?.accepted ? [] : [`the current key ${value.keyId} of ${service} is refused`];
      }),
  },
  {
    number: 'I2',
    promise: 'no current key is disabled',
    check: ({ keys }) =>
      keys
        .filter((key) => key.status !== 'active' && isIn(key, 'current'))
        .map(({ id, status }) => `the current key ${id} is ${status}`),
  },
  {
    number: 'I4',
    promise: 'one key, one service',
    check: ({ keys }) =>
      keys
        .filter(({ places }) => new Set(places.map(({ service }) => service)).size > 1)
        .map(({ id, places }) => `the key ${id} is in ${places.map(({ service }) => service).join(' and ')}`),
  },
  {
    number: 'I5',
    promise: 'every active key is held by a service',
    check: ({ keys, now }) =>
      keys
        .filter(({ status, places }) => status === 'active' && places.length === 0)
        .filter(({ createdAt }) => now.getTime() - createdAt.getTime() > STAGING_TIME_MS)
        .map(({ id }) => `the key ${id} is active and nobody holds it`),
  },
];

const isIn = ({ places }: KeyTruth, wanted: KeyTruth['places'][number]['place']): boolean =>
  places.some(({ place }) => place === wanted);

/** Judges every invariant on one moment's truth. */
export function checkInvariants(truth: Truth): readonly Violation[] {
  return INVARIANTS.flatMap(({ number, check }) =>
    check(truth).map((what) => ({ invariant: number, at: truth.now, what })),
  );
}
