import { DAY_MS } from '../utc-time';
import { type Hands, QUARTER_HOUR_MS } from './hands';
import { firstKey, idleKey, isRevoked, replacedKey, type Scenario, scenarioNamed } from './scenarios';
import { isKilled } from './troubles';

const disabledKey = async (hands: Hands): Promise<void> => {
  await idleKey(hands);
  await hands.reconcile();
  await hands.disableWhenAsked(1);
};

/** Stretches of a key's life where people look after the keys at the issuer: what is asked of them, and what follows. */
export const BY_HAND: readonly Scenario[] = [
  scenarioNamed('first key'),
  scenarioNamed('rotation'),
  {
    name: 'a person is asked to disable a key',
    prepare: idleKey,
    act: async (hands) => {
      await hands.reconcile();
      await hands.disableWhenAsked(1);
      await hands.reconcile();
    },
  },
  {
    name: 'a person is asked to disable a leaked key',
    prepare: replacedKey,
    act: async (hands) => {
      hands.useFirstKey();
      await hands.revoke(1);
      await hands.disableWhenAsked(1);
      await hands.reconcile();
    },
    excuse: isRevoked(1),
  },
  {
    name: 'a key that a person disabled is let go of',
    prepare: async (hands) => {
      await disabledKey(hands);
      await hands.sleep(DAY_MS);
    },
    act: (hands) => hands.reconcile(),
  },
  scenarioNamed('undo during the overlap'),
  {
    name: 'undo after a person has disabled the key',
    prepare: async (hands) => {
      await disabledKey(hands);
      await hands.pass(QUARTER_HOUR_MS);
    },
    act: async (hands) => {
      hands.enableKey(1);
      await hands.undo();
      await hands.reconcile();
    },
  },
  {
    name: 'a person is asked to disable the key of a removed service',
    prepare: async (hands) => {
      await firstKey(hands);
      await hands.removeService();
      await hands.reconcile();
      await hands.sleep(3 * DAY_MS);
    },
    act: async (hands) => {
      await hands.reconcile();
      await hands.disableWhenAsked(1);
      await hands.reconcile();
    },
    // It is still current when they do as they were asked.
    excuse: isKilled(1),
  },
];
