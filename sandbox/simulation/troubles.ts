import { DAY_MS, HOUR_MS } from '../utc-time';
import { type Hands, QUARTER_HOUR_MS } from './hands';
import { firstKey, idleKey, replacedKey, type Scenario, SUFFERED } from './scenarios';
import type { Finding } from './watch';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** That a key was disabled by somebody else, and is refused until a run of ours has replaced it: nothing more is excused. */
export const isKilled =
  (nth: number) =>
  ({ invariant, what }: Finding, hands: Hands): boolean => {
    const isAboutIt = what.includes(hands.keyId(nth));
    if (invariant === 'I1') return isAboutIt || what === SUFFERED;
    return isAboutIt && (invariant === 'I2' || (invariant === 'I3' && what.includes(' was disabled ')));
  };

/** What people, the issuer and late messages do to a rotation and to a service. */
export const TROUBLES: readonly Scenario[] = [
  {
    name: 'the new key dies before it is tested',
    prepare: withTwoSpares,
    act: async (hands) => {
      hands.when('testSecret: GET /v1/models', () => hands.disableKey(2));
      await hands.rotate();
      await hands.untilRotated();
      await hands.rotate();
      await hands.reconcile();
    },
  },
  {
    name: 'the new key dies when it has been tested',
    prepare: withTwoSpares,
    act: async (hands) => {
      hands.when('finishSecret: secretsmanager.DescribeSecret', () => hands.disableKey(2));
      await hands.rotate();
      await hands.untilRotated();
      await hands.reconcile();
      await hands.untilRotated();
      await hands.reconcile();
    },
    excuse: isKilled(2),
    // A rotation that is repeated tests the key again: it never becomes current, and the old one stays.
    otherEnds: [
      ['key 1: active current AWSCURRENT KEY', 'key 2: inactive', 'key 3: active spare', 'rotation on'].join('\n'),
    ],
  },
  {
    name: 'the current key is found in public in the middle of a rotation',
    prepare: withTwoSpares,
    act: async (hands) => {
      hands.when('createSecret: secretsmanager.PutSecretValue', () => hands.disableKey(1));
      await hands.rotate();
      await hands.reconcile();
    },
    excuse: isKilled(1),
  },
  {
    name: 'a key is made current by hand while it is being disabled',
    prepare: idleKey,
    act: async (hands) => {
      hands.when('POST /v1/organizations/api_keys/*', () => hands.makeCurrent(1));
      await hands.reconcile();
      await hands.pass(QUARTER_HOUR_MS);
    },
    // It was not current at the last look before the call. No consumer may notice, unless the run is cut off that brings
    // it back, and until the end of the next one, which does.
    excuse: ({ invariant, what }, hands, isCut) =>
      (isCut && invariant === 'I1' && what === SUFFERED && hands.isMoveUnseen) ||
      (invariant === 'I1' && what === `the current key ${hands.keyId(1)} of ${hands.service} is refused`) ||
      (invariant === 'I2' && what === `the current key ${hands.keyId(1)} is inactive`) ||
      (invariant === 'I3' && what === `the key ${hands.keyId(1)} was disabled before its overlap ended`),
  },
  {
    name: 'an idle key is made current by hand before a run',
    prepare: idleKey,
    act: async (hands) => {
      await hands.makeCurrent(1);
      await hands.reconcile();
      await hands.pass(QUARTER_HOUR_MS);
    },
  },
  {
    name: 'a rotation is given up',
    prepare: async (hands) => {
      await firstKey(hands);
      await hands.stage(1);
      hands.failVerifying('createSecret: secretsmanager.PutSecretValue');
      await hands.rotate();
      await hands.sleep(4 * HOUR_MS);
    },
    act: async (hands) => {
      await hands.reconcile();
      await hands.reconcile();
    },
  },
  {
    name: 'a service is removed',
    prepare: async (hands) => {
      await replacedKey(hands);
      await hands.stage(1);
      await hands.removeService();
    },
    act: (hands) => hands.reconcile(),
  },
  {
    name: 'the keys of a removed service are let go of',
    prepare: async (hands) => {
      await replacedKey(hands);
      await hands.stage(1);
      await hands.removeService();
      await hands.reconcile();
      await hands.sleep(4 * DAY_MS);
    },
    act: async (hands) => {
      await hands.reconcile();
      await hands.reconcile();
    },
    // As long as it is current, consumers go on using it: then it waits for another quiet day.
    otherEnds: [
      [
        'key 1: inactive former DISABLING KEY RETIRING',
        'key 2: active former AWSPREVIOUS KEY RETIRING',
        'key 3: inactive',
        'rotation off',
      ].join('\n'),
    ],
  },
  {
    name: 'a removed service is registered again',
    prepare: async (hands) => {
      await replacedKey(hands);
      const { registration } = hands;
      await hands.removeService();
      await hands.reconcile();
      await hands.registerAgain(registration);
    },
    act: (hands) => hands.reconcile(),
  },
  {
    name: 'every step arrives again when the rotation is over',
    prepare: withTwoSpares,
    act: async (hands) => {
      await hands.rotate();
      await hands.untilRotated();
      const token = hands.versionOf(2);
      for (const step of STEPS) await hands.deliver(step, token);
      await hands.reconcile();
    },
  },
  {
    name: 'every step of an older rotation arrives after a newer one',
    prepare: withTwoSpares,
    act: async (hands) => {
      await hands.rotate();
      await hands.untilRotated();
      await hands.rotate();
      await hands.untilRotated();
      const token = hands.versionOf(2);
      for (const step of STEPS) await hands.deliver(step, token);
      // Two keys begin to retire, one at a time, since a label is on one version only.
      await hands.reconcile();
      await hands.pass(QUARTER_HOUR_MS);
    },
  },
];

async function withTwoSpares(hands: Hands): Promise<void> {
  await firstKey(hands);
  await hands.stage(2);
}
