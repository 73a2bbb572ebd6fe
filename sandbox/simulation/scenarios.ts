import type { ServicePolicy } from '../../lib/contract/registration';
import { DAY_MS, HOUR_MS } from '../utc-time';
import { type Hands, QUARTER_HOUR_MS } from './hands';
import type { Finding } from './watch';

/** Waits that are long enough to keep a key's steps apart, and short enough to be played hundreds of times. */
export const SHORT_WAITS: Partial<ServicePolicy> = {
  overlapHours: 12,
  quietHours: 6,
  silentHours: 6,
  undoWindowDays: 1,
  spareMaxAgeDays: 3,
};

/** What is found when a consumer could not do its work. */
export const SUFFERED = "a consumer's request failed";

/** A stretch of a key's life. Only what happens in `act` is cut off. */
export interface Scenario {
  readonly name: string;
  readonly prepare: (hands: Hands) => Promise<void>;
  readonly act: (hands: Hands) => Promise<void>;
  /** Findings that somebody from outside brought about, and our code cannot help; less when nothing `isCut` off. */
  readonly excuse?: (finding: Finding, hands: Hands, isCut: boolean) => boolean;
  /** Ends that are as good as the one that it comes to when nothing is cut off. */
  readonly otherEnds?: readonly string[];
}

export const firstKey = async (hands: Hands): Promise<void> => {
  await hands.stage(1);
  await hands.rotate();
};

/** Two keys: the second is current, the retirement of the first has begun. */
export const replacedKey = async (hands: Hands): Promise<void> => {
  await firstKey(hands);
  await hands.stage(1);
  await hands.rotate();
  await hands.reconcile();
};

export const idleKey = async (hands: Hands): Promise<void> => {
  await replacedKey(hands);
  await hands.sleep(12 * HOUR_MS);
};

/** That a key was disabled in its overlap, or while it was in use: a person asked for it. */
export const isRevoked =
  (nth: number) =>
  ({ invariant, what }: Finding, hands: Hands): boolean =>
    invariant === 'I3' && what.startsWith(`the key ${hands.keyId(nth)} was disabled `);

const disabledKey = async (hands: Hands): Promise<void> => {
  await idleKey(hands);
  await hands.reconcile();
};

/** The run after it begins the retirement of the key that was replaced. */
const undone = async (hands: Hands): Promise<void> => {
  await hands.undo();
  await hands.reconcile();
};

/** One rotation with everything before and after it: together they pass every step of a key's life. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'first key',
    prepare: async () => {},
    act: async (hands) => {
      await hands.stage(2);
      await hands.reconcile();
    },
  },
  {
    name: 'rotation',
    prepare: firstKey,
    act: async (hands) => {
      await hands.stage(2);
      await hands.rotate();
      await hands.reconcile();
    },
  },
  {
    name: 'old key still in use',
    prepare: async (hands) => {
      await replacedKey(hands);
      await hands.sleep(11 * HOUR_MS);
      hands.useFirstKey();
      await hands.sleep(HOUR_MS);
    },
    act: (hands) => hands.reconcile(),
  },
  { name: 'disabling', prepare: idleKey, act: (hands) => hands.reconcile() },
  {
    name: 'archiving',
    prepare: async (hands) => {
      await disabledKey(hands);
      await hands.sleep(DAY_MS);
    },
    act: async (hands) => {
      await hands.reconcile();
      await hands.reconcile();
    },
  },
  { name: 'undo during the overlap', prepare: replacedKey, act: undone },
  {
    name: 'undo after the disabling',
    prepare: async (hands) => {
      await disabledKey(hands);
      await hands.pass(QUARTER_HOUR_MS);
    },
    act: undone,
  },
  {
    name: 'revoking a leaked key',
    prepare: replacedKey,
    act: async (hands) => {
      hands.useFirstKey();
      await hands.revoke(1);
      await hands.reconcile();
    },
    excuse: isRevoked(1),
  },
  {
    name: 'discarding an old spare',
    prepare: async (hands) => {
      await firstKey(hands);
      await hands.stage(1);
      await hands.sleep(3 * DAY_MS);
    },
    act: (hands) => hands.reconcile(),
  },
];

/** @throws when there is none of that name */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found) return found;
  throw new Error(`there is no scenario "${name}"; there are ${SCENARIOS.map((each) => each.name).join(', ')}`);
}
