import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import type { ServiceObservation } from '../../../lib/core/keys/observation';
import {
  isAdminAccessFailing,
  isAdminKeyExpiring,
  serviceConditions,
  unknownKeys,
} from '../../../lib/core/monitoring/conditions';
import {
  days,
  hours,
  issuerKey,
  NOON,
  noonPlus,
  observationWith,
  registrationWith,
  secretWith,
  usageReport,
} from '../../support/observations';

const current = [AWS_CURRENT, keyLabel('k1')];
const conditions = (changes: Partial<ServiceObservation>): readonly string[] =>
  serviceConditions(observationWith({ spares: [{ service: 'rag', keyId: 'k2', stagedAt: NOON }], ...changes }), NOON);
const since = (ageMs: number) => secretWith({ v1: current }, { lastRotatedAt: noonPlus(-ageMs) });

describe('serviceConditions', () => {
  it('finds nothing wrong with a service that has a young key and a spare', () => {
    expect(conditions({})).toEqual([]);
  });

  it('finds nothing wrong with a service that waits for its first key', () => {
    const placeholder = secretWith({ v1: [AWS_CURRENT] }, { nextRotationAt: noonPlus(-days(2)) });
    expect(conditions({ secret: placeholder, spares: [] })).toEqual([]);
    const unfinished = secretWith({ v1: [AWS_CURRENT], v2: [AWS_PENDING] });
    expect(conditions({ secret: unfinished, spares: [], pendingSince: noonPlus(-days(1)) })).toEqual([]);
  });

  it.each([
    ['one millisecond before', days(90) - 1, []],
    ['at', days(90), ['key-too-old']],
  ])('calls a key too old %s its greatest age', (_when, ageMs, expected) => {
    const registration = registrationWith({ rotateEveryDays: 89 });
    expect(conditions({ registration, secret: since(ageMs) })).toEqual(expected);
  });

  it.each([
    ['one millisecond before', days(85) - 1, []],
    ['at', days(85), ['rotation-overdue']],
  ])('calls a rotation overdue %s two days after its day', (_when, ageMs, expected) => {
    const registration = registrationWith({ rotateEveryDays: 83 });
    expect(conditions({ registration, secret: since(ageMs) })).toEqual(expected);
  });

  describe('of a key that an undo brought back', () => {
    const restored = (pauseOverForMs: number, ageMs: number) => ({
      secret: secretWith({ v1: [...current, pausedLabel(noonPlus(-pauseOverForMs))] }),
      restoredKeySince: noonPlus(-ageMs),
    });

    it.each([
      ['one millisecond before', days(90) - 1, []],
      ['at', days(90), ['key-too-old']],
    ])('calls it too old %s its own greatest age, whatever was rotated since', (_when, ageMs, expected) => {
      expect(conditions(restored(-1, ageMs))).toEqual(expected);
    });

    it.each([
      ['one millisecond before', days(2) - 1, []],
      ['at', days(2), ['rotation-overdue']],
    ])('calls its rotation overdue %s two days after the pause', (_when, pauseOverForMs, expected) => {
      expect(conditions(restored(pauseOverForMs, days(20)))).toEqual(expected);
    });

    it('names its rotation once', () => {
      expect(conditions(restored(days(2), days(92)))).toEqual(['key-too-old', 'rotation-overdue']);
    });
  });

  it.each([
    ['one millisecond before an hour has passed', hours(1) - 1, []],
    ['after an hour', hours(1), ['rotation-failed']],
  ])('calls an unfinished rotation failed %s', (_when, ageMs, expected) => {
    const secret = secretWith({ v1: current, v2: [AWS_PENDING, keyLabel('k2')] });
    expect(conditions({ secret, pendingSince: noonPlus(-ageMs) }).filter((name) => name !== 'no-spare')).toEqual(
      expected,
    );
  });

  it('tells of a dead key, a key that expires, and a missing spare', () => {
    const keys = (key: ReturnType<typeof issuerKey>) => ({ access: 'ours', keys: new Map([['k1', key]]) }) as const;
    expect(conditions({ issuer: keys(issuerKey('k1', 'inactive')) })).toEqual([
      'current-key-dead',
      'key-disabled-outside',
    ]);
    expect(conditions({ issuer: keys(issuerKey('k1', 'active', { expiresAt: noonPlus(days(7)) })) })).toEqual([
      'key-expiring',
    ]);
    expect(conditions({ issuer: keys(issuerKey('k1', 'active', { expiresAt: noonPlus(days(7) + 1) })) })).toEqual([]);
    expect(conditions({ spares: [] })).toEqual(['no-spare']);
  });

  it('tells of a key that could not be retired by its deadline', () => {
    const secret = secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-days(7)))] });
    const keys = new Map([
      ['k1', issuerKey('k1')],
      ['k0', issuerKey('k0')],
    ]);
    const used = usageReport({ k0: NOON });
    expect(conditions({ secret, issuer: { access: 'ours', keys, usage: used } })).toEqual(['retirement-overdue']);
  });
});

describe('unknownKeys', () => {
  const keys = (ageMs: number) => new Map([['stray', issuerKey('stray', 'active', { createdAt: noonPlus(-ageMs) })]]);
  const issuer = (ageMs: number) => ({ access: 'ours', keys: keys(ageMs) }) as const;

  it('gives a new key a day to be staged', () => {
    expect(unknownKeys(issuer(days(1) - 1), [], NOON)).toEqual([]);
    expect(unknownKeys(issuer(days(1)), [], NOON)).toHaveLength(1);
  });

  it('knows keys in secrets and on the shelf', () => {
    const held = observationWith({ secret: secretWith({ v1: [AWS_CURRENT, keyLabel('stray')] }) });
    const spare = observationWith({ spares: [{ service: 'rag', keyId: 'stray', stagedAt: NOON }] });
    expect(unknownKeys(issuer(days(2)), [held], NOON)).toEqual([]);
    expect(unknownKeys(issuer(days(2)), [spare], NOON)).toEqual([]);
  });
});

describe('admin access', () => {
  it('is failing when the list cannot be read, but not before the admin key was put in place and a service has a key', () => {
    const waiting = observationWith({ secret: secretWith({ v1: [AWS_CURRENT] }) });
    expect(isAdminAccessFailing({ access: 'ours', keys: new Map() }, [observationWith()])).toBe(false);
    expect(isAdminAccessFailing({ access: 'ours', listFailure: 'failed' }, [waiting])).toBe(true);
    expect(isAdminAccessFailing({ access: 'ours', listFailure: 'not-ours' }, [waiting])).toBe(true);
    expect(isAdminAccessFailing({ access: 'ours', listFailure: 'not-set-up' }, [waiting])).toBe(false);
    expect(isAdminAccessFailing({ access: 'ours', listFailure: 'not-set-up' }, [observationWith()])).toBe(true);
  });

  it('is about to end from 30 days before the declared day', () => {
    expect(isAdminKeyExpiring(noonPlus(days(30) + 1), NOON)).toBe(false);
    expect(isAdminKeyExpiring(noonPlus(days(30)), NOON)).toBe(true);
    expect(isAdminKeyExpiring(undefined, NOON)).toBe(false);
  });
});
