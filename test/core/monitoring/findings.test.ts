import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  pausedLabel,
  retiringLabel,
  revokedLabel,
} from '../../../lib/contract/labels';
import type { ServiceObservation } from '../../../lib/core/keys/observation';
import { conditionsUnknownTo, serviceFindings, unknownKeys } from '../../../lib/core/monitoring/conditions';
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
const spares = [{ service: 'rag', keyId: 'k2', stagedAt: NOON }];
const found = (changes: Partial<ServiceObservation> = {}, rules?: { readonly allowPersonalKeys: boolean }) =>
  serviceFindings(observationWith({ spares, ...changes }), NOON, rules);
const listed = (changes: object, status: 'active' | 'inactive' | 'expired' = 'active') =>
  ({ access: 'ours', keys: new Map([['k1', issuerKey('k1', status, changes)]]) }) as const;

describe('a finding says what shows it, and what it should be', () => {
  it.each<[string, Partial<ServiceObservation>, readonly object[]]>([
    [
      'a current key that was disabled',
      { issuer: listed({}, 'inactive') },
      [
        { condition: 'current-key-dead', figure: 'key k1 is inactive', limit: 'active' },
        {
          condition: 'key-disabled-outside',
          figure: 'key k1 was switched off',
          limit: 'switched off by the reconciler alone',
        },
      ],
    ],
    [
      'a current key that has expired, which nobody switched off',
      { issuer: listed({}, 'expired') },
      [{ condition: 'current-key-dead', figure: 'key k1 is expired', limit: 'active' }],
    ],
    [
      'a key that expires',
      { issuer: listed({ expiresAt: noonPlus(days(7)) }) },
      [
        {
          condition: 'key-expiring',
          figure: `key k1 expires at ${noonPlus(days(7)).toISOString()}`,
          limit: 'replaced 7 days before',
        },
      ],
    ],
    [
      'a key that is too old',
      { secret: secretWith({ v1: current }, { lastRotatedAt: noonPlus(-days(92)) }) },
      [
        { condition: 'key-too-old', figure: '92 days since the key became current', limit: '90 days' },
        { condition: 'rotation-overdue', figure: '92 days since the key became current', limit: '92 days' },
      ],
    ],
    [
      'a key that an undo brought back',
      {
        secret: secretWith({ v1: [...current, pausedLabel(noonPlus(-days(3)))] }),
        restoredKeySince: noonPlus(-days(9)),
      },
      [{ condition: 'rotation-overdue', figure: '3 days since the pause after an undo', limit: '2 days' }],
    ],
    [
      'a missing spare',
      { spares: [], registration: registrationWith({ sparesAtLeast: 2 }) },
      [{ condition: 'no-spare', figure: '0 usable spares', limit: '2 at least' }],
    ],
    [
      'a key of a person',
      { issuer: listed({ owner: 'user' }) },
      [{ condition: 'personal-key', figure: 'key k1 belongs to a person', limit: 'a service account' }],
    ],
    [
      'a key of nobody',
      { issuer: listed({ owner: 'none' }) },
      [{ condition: 'ownerless-key', figure: 'key k1 has no owner', limit: 'a service account' }],
    ],
    [
      'a rotation that did not happen',
      { secret: secretWith({ v1: current }, { nextRotationAt: noonPlus(-hours(1)) }) },
      [{ condition: 'rotation-failed', figure: 'a rotation is unfinished or did not happen', limit: '1 hour' }],
    ],
    [
      'an old key that is used beyond its deadline',
      {
        secret: secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-days(7)))] }),
        issuer: {
          access: 'ours',
          keys: new Map(['k1', 'k0'].map((id) => [id, issuerKey(id)])),
          usage: usageReport({ k0: NOON }),
        },
      },
      [
        {
          condition: 'retirement-overdue',
          figure: 'an old key is still in use, or its use is unknown',
          limit: '7 days after its replacement',
        },
      ],
    ],
    [
      'a leaked key that is still accepted',
      {
        secret: secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0'), revokedLabel(noonPlus(-hours(1)))] }),
        issuer: { access: 'ours', keys: new Map(['k1', 'k0'].map((id) => [id, issuerKey(id)])) },
      },
      [
        {
          condition: 'retirement-overdue',
          figure: 'the leaked key k0 is still accepted',
          limit: 'disabled at once',
        },
      ],
    ],
  ])('of %s', (_what, changes, expected) => {
    expect(found(changes)).toEqual(expected);
  });

  it('is none of a key that the issuer does not list', () => {
    expect(found({ issuer: { access: 'ours', keys: new Map() } })).toEqual([]);
  });

  it('is none of a key of a person where the environment allows it', () => {
    expect(found({ issuer: listed({ owner: 'user' }) }, { allowPersonalKeys: true })).toEqual([]);
  });

  it('is none where there is no secret', () => {
    const { secret, ...rest } = observationWith();
    expect(secret).toBeDefined();
    expect(serviceFindings(rest, NOON)).toEqual([]);
  });
});

describe('a failed rotation', () => {
  const overdue = { nextRotationAt: noonPlus(-days(1)) };

  it('is told of a service with a spare and no key, once its first rotation is stuck for an hour', () => {
    const secret = secretWith({ v1: [AWS_CURRENT], v2: [AWS_PENDING] });
    expect(found({ secret, pendingSince: noonPlus(-hours(1)) })).toMatchObject([{ condition: 'rotation-failed' }]);
    expect(found({ secret, pendingSince: noonPlus(-hours(1) + 1) })).toEqual([]);
  });

  it('is told of a service with a key and no spare', () => {
    const secret = secretWith({ v1: current }, overdue);
    expect(found({ secret, spares: [] }).map(({ condition }) => condition)).toEqual(['no-spare', 'rotation-failed']);
  });

  it('is not told of a schedule that passed before the first key, nor while rotation is off', () => {
    expect(found({ secret: secretWith({ v1: [AWS_CURRENT] }, overdue) })).toEqual([]);
    expect(found({ secret: secretWith({ v1: current }, { ...overdue, rotationEnabled: false }) })).toEqual([]);
  });

  it('is not told of a rotation that has ended, whatever was known of its beginning', () => {
    expect(found({ pendingSince: noonPlus(-days(1)) })).toEqual([]);
  });
});

describe('an overdue retirement', () => {
  const marked = [retiringLabel(noonPlus(-days(8)))];
  const overdue = (labels: Readonly<Record<string, readonly string[]>>, registered = true) => {
    const keys = new Map(['k1', 'k0'].map((id) => [id, issuerKey(id)]));
    const issuer = { access: 'ours', keys, usage: usageReport({ k0: NOON, k1: NOON }) } as const;
    const { registration, ...rest } = observationWith({ spares, issuer, secret: secretWith(labels) });
    const observation = registered && registration ? { ...rest, registration } : rest;
    return serviceFindings(observation, NOON).map(({ condition }) => condition);
  };

  it('is none of a current key, unless its service was removed', () => {
    expect(overdue({ v1: [...current, ...marked] })).toEqual([]);
    expect(overdue({ v1: [...current, ...marked] }, false)).toEqual(['retirement-overdue']);
  });

  it('is none of a key that is pending, whether its service is there or not', () => {
    const labels = { v1: [AWS_CURRENT], v0: [AWS_PENDING, keyLabel('k0'), ...marked] };
    expect(overdue(labels)).not.toContain('retirement-overdue');
    expect(overdue(labels, false)).toEqual([]);
  });

  it('is none of a key that is disabled', () => {
    const keys = new Map([
      ['k1', issuerKey('k1')],
      ['k0', issuerKey('k0', 'inactive')],
    ]);
    const secret = secretWith({ v1: current, v0: [keyLabel('k0'), ...marked, disablingLabel(noonPlus(-days(1)))] });
    expect(found({ secret, issuer: { access: 'ours', keys } })).toEqual([]);
  });
});

describe('conditions that are unknown', () => {
  const unread = ['current-key-dead', 'key-expiring', 'key-disabled-outside', 'personal-key', 'ownerless-key'];

  it("are those that the issuer's list would show, while it cannot be read", () => {
    expect(conditionsUnknownTo({ access: 'ours', listFailure: 'failed' })).toEqual([...unread, 'unknown-key']);
  });

  it('are none while it can, or where nobody reads it', () => {
    expect(conditionsUnknownTo({ access: 'ours', keys: new Map() })).toEqual([]);
    expect(conditionsUnknownTo({ access: 'manual' })).toEqual([]);
  });
});

describe('unknown keys', () => {
  it('are active keys alone, of a day and more', () => {
    const keys = new Map([
      ['new', issuerKey('new', 'active', { createdAt: noonPlus(-days(1) + 1) })],
      ['old', issuerKey('old', 'active', { createdAt: noonPlus(-days(1)) })],
      ['off', issuerKey('off', 'inactive')],
    ]);
    expect(unknownKeys({ access: 'ours', keys }, [], NOON)).toMatchObject([{ id: 'old' }]);
  });

  it('are none where there is no list', () => {
    const { secret, ...without } = observationWith();
    expect(secret).toBeDefined();
    expect(unknownKeys({ access: 'ours' }, [without], NOON)).toEqual([]);
  });
});
