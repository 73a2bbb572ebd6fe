import { HOUR_MS } from '../utc-time';
import { type Hands, QUARTER_HOUR_MS } from './hands';
import { firstKey, idleKey, replacedKey, type Scenario } from './scenarios';
import type { Finding } from './watch';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** That a key was disabled by somebody else, and is refused until a run of ours has replaced it: nothing more is excused. */
export const isKilled =
  (nth: number) =>
  ({ invariant, what }: Finding, hands: Hands): boolean => {
    const isAboutIt = what.includes(hands.keyId(nth));
    if (invariant === 'I1') return isAboutIt || what.startsWith("a consumer's request failed");
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
    // it back: the next one does.
    excuse: ({ invariant, what }, hands, isCut) =>
      (isCut && invariant === 'I1' && what.startsWith("a consumer's request failed")) ||
      (invariant === 'I1' && what === `the current key ${hands.keyId(1)} of ${hands.service} is refused`) ||
      (invariant === 'I2' && what === `the current key ${hands.keyId(1)} is inactive`) ||
      (invariant === 'I3' && what === `the key ${hands.keyId(1)} was disabled before its overlap ended`),
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
