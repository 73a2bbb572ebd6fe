import { AWS_CURRENT, AWS_PENDING, keyLabel, retiringLabel } from '../../../lib/contract/labels';
import type { ServiceObservation } from '../../../lib/core/keys/observation';
import { serviceFigures } from '../../../lib/core/monitoring/service-figures';
import type { HourOfUse, ServiceUse } from '../../../lib/core/monitoring/use';
import {
  days,
  hours,
  issuerKey,
  NOON,
  noonPlus,
  observationWith,
  registrationWith,
  secretWith,
} from '../../support/observations';

const hour = (changes: Partial<HourOfUse> = {}): HourOfUse => ({
  from: noonPlus(-hours(1)),
  whole: true,
  requests: 300,
  inputTokens: 70,
  outputTokens: 8,
  usualRequests: 120,
  usualOutputTokens: 'none',
  ...changes,
});
const used = (changes: Partial<ServiceUse> = {}): ServiceUse => ({
  hours: [hour(), hour({ from: NOON, whole: false, requests: 1 })],
  recentByKey: new Map(),
  spent: {},
  ...changes,
});
const figures = (changes: Partial<ServiceObservation> = {}, use?: ServiceUse) =>
  serviceFigures(observationWith(changes), use, NOON);
const listed = (changes = {}) =>
  ({ access: 'ours', keys: new Map([['k1', issuerKey('k1', 'active', changes)]]) }) as const;

describe('figures of a key', () => {
  it('count days since the rotation, since the issuer made the key, and until the next rotation', () => {
    expect(figures()).toMatchObject({
      service: 'rag',
      owner: 'team-rag',
      hasKey: true,
      currentDays: 1,
      createdDays: 100,
      rotatesInDays: 80,
      overdueDays: 0,
      expiresInDays: 'none',
      spares: 0,
    });
  });

  it('count the days of a key that an undo brought back by its own age', () => {
    expect(figures({ restoredKeySince: noonPlus(-days(94)) })).toMatchObject({ currentDays: 94, overdueDays: 4 });
  });

  it('count days until a key expires', () => {
    expect(figures({ issuer: listed({ expiresAt: noonPlus(days(12)) }) }).expiresInDays).toBe(12);
  });

  it('are unknown where the issuer does not list the key', () => {
    const unlisted = figures({ issuer: { access: 'ours' } });
    expect(unlisted).toMatchObject({ createdDays: 'unknown', expiresInDays: 'unknown', currentDays: 1 });
  });

  it('count how long a rotation has been overdue', () => {
    const secret = secretWith({ v1: [AWS_CURRENT, keyLabel('k1')] }, { lastRotatedAt: noonPlus(-days(93)) });
    expect(figures({ secret })).toMatchObject({ currentDays: 93, overdueDays: 3 });
    const registration = registrationWith({ rotateEveryDays: 30 });
    expect(figures({ secret, registration }).overdueDays).toBe(63);
  });

  it('show no next rotation while rotation is off, or where none is planned', () => {
    const labels = { v1: [AWS_CURRENT, keyLabel('k1')] };
    expect(figures({ secret: secretWith(labels, { rotationEnabled: false }) }).rotatesInDays).toBe('none');
    const { nextRotationAt, ...unplanned } = secretWith(labels);
    expect(nextRotationAt).toBeDefined();
    expect(figures({ secret: unplanned }).rotatesInDays).toBe('none');
  });

  it('are none before the first key', () => {
    expect(figures({ secret: secretWith({ v1: [AWS_CURRENT] }) })).toMatchObject({
      hasKey: false,
      currentDays: 'none',
      createdDays: 'none',
      expiresInDays: 'none',
      overdueDays: 'none',
      rotatesInDays: 80,
    });
  });

  it('are none without a secret, or without a registration', () => {
    const { secret, registration, ...rest } = observationWith();
    expect(secret && registration).toBeDefined();
    expect(serviceFigures(rest, undefined, NOON)).toMatchObject({
      owner: 'nobody',
      hasKey: false,
      rotatesInDays: 'none',
    });
  });

  it('count usable spares alone', () => {
    const spares = [
      { service: 'rag', keyId: 'k2', stagedAt: noonPlus(-days(1)) },
      { service: 'rag', keyId: 'k3', stagedAt: noonPlus(-days(100)) },
    ];
    expect(figures({ spares }).spares).toBe(1);
  });
});

describe('figures of use', () => {
  it('are those of the last whole hour', () => {
    expect(figures({}, used())).toMatchObject({
      hour: noonPlus(-hours(1)).toISOString(),
      requests: 300,
      inputTokens: 70,
      outputTokens: 8,
      usualRequests: 120,
      requestsRatio: 2.5,
      retiringKeyRequests: 0,
      costTodayUsd: 'unknown',
      costMonthUsd: 'unknown',
    });
  });

  it('are unknown while the report says nothing', () => {
    expect(figures()).toMatchObject({
      hour: 'unknown',
      requests: 'unknown',
      inputTokens: 'unknown',
      outputTokens: 'unknown',
      usualRequests: 'unknown',
      requestsRatio: 'unknown',
      retiringKeyRequests: 'unknown',
    });
  });

  it('are unknown while the report has no whole hour', () => {
    const use = used({ hours: [hour({ whole: false })] });
    expect(figures({}, use)).toMatchObject({ hour: 'unknown', requests: 'unknown', requestsRatio: 'unknown' });
  });

  it.each([
    ['nothing is usual yet', { usualRequests: 'none' }, 'none'],
    ['requests are not counted', { requests: 'unknown' }, 'unknown'],
    ['what is usual is not counted', { usualRequests: 'unknown' }, 'unknown'],
    ['the hour is usually quieter than the floor', { requests: 150, usualRequests: 10 }, 1.5],
    ['the ratio has many digits', { requests: 100, usualRequests: 300 }, 0.33],
  ] as const)('show a ratio of %s', (_case, changes, requestsRatio) => {
    expect(figures({}, used({ hours: [hour(changes)] }))).toMatchObject({ requestsRatio });
  });

  it('count requests by keys that are being retired, and by no other', () => {
    const secret = secretWith({
      v1: [AWS_CURRENT, keyLabel('k1')],
      v2: [AWS_PENDING, keyLabel('k2')],
      v3: [keyLabel('k3'), retiringLabel(NOON)],
      v4: [keyLabel('k4')],
    });
    const recentByKey = new Map([
      ['k1', 1000],
      ['k2', 200],
      ['k3', 30],
      ['k4', 4],
      ['k5', 5000],
    ]);
    expect(figures({ secret }, used({ recentByKey })).retiringKeyRequests).toBe(34);
    expect(figures({ secret }, used()).retiringKeyRequests).toBe(0);
  });

  it('count none by retiring keys without a secret', () => {
    const { secret, ...rest } = observationWith();
    expect(secret).toBeDefined();
    expect(serviceFigures(rest, used(), NOON).retiringKeyRequests).toBe(0);
  });

  it('give costs in cents', () => {
    const use = used({ spent: { todayUsd: 1.236, monthUsd: 40 } });
    expect(figures({}, use)).toMatchObject({ costTodayUsd: 1.24, costMonthUsd: 40 });
  });
});
