import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import type { IssuerView, ServiceObservation } from '../../../lib/core/keys/observation';
import { describeService } from '../../../lib/core/monitoring/status';
import type { IssuerKeyStatus } from '../../../lib/core/ports';
import {
  days,
  issuerKey,
  NOON,
  noonPlus,
  observationWith,
  registrationWith,
  secretWith,
  usageReport,
} from '../../support/observations';

const current = [AWS_CURRENT, keyLabel('k1')];
const described = (changes: Partial<ServiceObservation> = {}) => describeService(observationWith(changes), NOON);
const spare = (keyId: string, ageDays = 1) => ({ service: 'rag', keyId, stagedAt: noonPlus(-days(ageDays)) });

describe('describeService', () => {
  it('describes a service and its current key', () => {
    const key = issuerKey('k1', 'active', { expiresAt: noonPlus(days(50)) });
    const usage = usageReport({ k1: noonPlus(-days(2)) });
    const issuer = { access: 'ours', keys: new Map([['k1', key]]), usage } as const;
    expect(described({ issuer, registration: registrationWith({ sparesAtLeast: 2 }) })).toEqual({
      service: 'rag',
      owner: 'team-rag',
      registered: true,
      hasKey: true,
      keys: [
        {
          keyId: 'k1',
          name: 'prod-rag-k1',
          state: 'active',
          createdAt: noonPlus(-days(100)).toISOString(),
          currentSince: noonPlus(-days(1)).toISOString(),
          expiresAt: noonPlus(days(50)).toISOString(),
          lastUsedAt: noonPlus(-days(2)).toISOString(),
        },
      ],
      spares: 0,
      sparesAtLeast: 2,
      nextRotationAt: noonPlus(days(80)).toISOString(),
      pausedUntil: null,
      conditions: ['no-spare'],
    });
  });

  it('shows as null what is not known', () => {
    const [key] = described({ issuer: { access: 'ours' } }).keys;
    expect(key).toMatchObject({ keyId: 'k1', name: null, createdAt: null, expiresAt: null, lastUsedAt: null });
  });

  it('describes a service that was removed, and one without a secret', () => {
    const { registration, secret, ...rest } = observationWith();
    expect(registration && secret).toBeDefined();
    expect(describeService(rest, NOON)).toMatchObject({
      owner: 'nobody',
      registered: false,
      hasKey: false,
      keys: [],
      sparesAtLeast: 1,
      nextRotationAt: null,
      pausedUntil: null,
    });
  });

  it('shows how long rotation is paused, and no next rotation meanwhile', () => {
    const until = noonPlus(days(5));
    const secret = secretWith({ v1: [...current, pausedLabel(until)] }, { rotationEnabled: false });
    expect(described({ secret })).toMatchObject({ pausedUntil: until.toISOString(), nextRotationAt: null });
  });

  it('shows no pause once rotation is on, though the key that an undo brought back carries it still', () => {
    const secret = secretWith({ v1: [...current, pausedLabel(noonPlus(-days(5)))] });
    expect(described({ secret })).toMatchObject({
      pausedUntil: null,
      nextRotationAt: noonPlus(days(80)).toISOString(),
    });
  });

  it('shows since when a key that an undo brought back has been current by its own age', () => {
    const secret = secretWith({ v1: [...current, pausedLabel(noonPlus(days(5)))] }, { rotationEnabled: false });
    const restoredKeySince = noonPlus(-days(87));
    expect(described({ secret, restoredKeySince }).keys[0]?.currentSince).toBe(restoredKeySince.toISOString());
  });

  it('lists spares after the keys that the secret holds, and each key once', () => {
    const secret = secretWith({ v2: [AWS_PENDING, keyLabel('k2')], v1: current });
    const { keys, spares } = described({ secret, spares: [spare('k2'), spare('k3'), spare('k4', 100)] });
    expect(keys.map(({ keyId, state }) => [keyId, state])).toEqual([
      ['k1', 'active'],
      ['k2', 'pending'],
      ['k3', 'spare'],
      ['k4', 'spare'],
    ]);
    expect(spares).toBe(1);
    expect(keys.map(({ currentSince }) => currentSince !== null)).toEqual([true, false, false, false]);
  });

  it.each<[string, readonly string[], IssuerKeyStatus | undefined, string]>([
    ['was replaced', [AWS_PREVIOUS], 'active', 'retiring'],
    ['retires', [retiringLabel(NOON)], 'active', 'retiring'],
    ['retires, and is not listed', [retiringLabel(NOON)], undefined, 'retiring'],
    ['never served', [], 'active', 'rejected'],
    ['never served and was disabled', [], 'inactive', 'rejected'],
    ['was disabled', [retiringLabel(NOON), disablingLabel(NOON)], 'inactive', 'disabled'],
    ['was archived', [retiringLabel(NOON)], 'archived', 'archived'],
    ['expired', [AWS_PREVIOUS], 'expired', 'archived'],
  ])('shows the state of a key that %s', (_what, labels, status, state) => {
    const secret = secretWith({ v1: current, v0: [keyLabel('k0'), ...labels] });
    const keys = new Map(status ? [['k0', issuerKey('k0', status)]] : []);
    expect(described({ secret, issuer: { access: 'ours', keys } }).keys[1]).toMatchObject({ keyId: 'k0', state });
  });

  it('takes what the issuer said when a key was tried', () => {
    const secret = secretWith({ v1: current, v0: [keyLabel('k0'), retiringLabel(NOON)] });
    const issuer: IssuerView = { access: 'manual', tried: new Map([['k0', 'inactive']]) };
    expect(described({ secret, issuer }).keys[1]).toMatchObject({ state: 'disabled' });
  });
});
