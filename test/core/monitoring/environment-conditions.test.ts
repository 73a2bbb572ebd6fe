import { type EnvironmentView, environmentFindings } from '../../../lib/core/monitoring/environment-conditions';
import { days, hours, issuerKey, NOON, noonPlus, observationWith, secretWith } from '../../support/observations';

const found = (changes: Partial<EnvironmentView> = {}) =>
  environmentFindings(
    {
      issuer: { access: 'ours', keys: new Map() },
      services: [observationWith()],
      admin: { maxAgeDays: 90 },
      usageUntil: NOON,
      maxReportLagHours: 6,
      ...changes,
    },
    NOON,
  );
const waiting = [observationWith({ secret: secretWith({ v1: ['AWSCURRENT'] }) })];

describe('environmentFindings', () => {
  it('are none while all is well', () => {
    expect(found()).toEqual([]);
  });

  it('name keys of nobody, the newest fifty of them at most', () => {
    const ids = Array.from({ length: 52 }, (_, index) => `x${index}`);
    const keyOf = (id: string, index: number) => issuerKey(id, 'active', { createdAt: noonPlus(-days(100 - index)) });
    const keys = new Map(ids.map((id, index) => [id, keyOf(id, index)]));
    const [finding, ...others] = found({ issuer: { access: 'ours', keys } });
    expect(others).toEqual([]);
    const names = ids.slice(2).reverse();
    expect(finding).toEqual({ condition: 'unknown-key', figure: `52: ${names.join(', ')}`, limit: 'none', names });
  });

  it.each([
    ['cannot be read', 'failed', 'the list of keys cannot be read'],
    ['is of other keys', 'not-ours', 'the list of keys shows none of those that services hold'],
  ] as const)('say that the list of keys %s', (_why, listFailure, figure) => {
    expect(found({ issuer: { access: 'ours', listFailure } })).toEqual([
      { condition: 'admin-access-failing', figure, limit: 'every run' },
    ]);
  });

  it.each([
    ['a millisecond before the last thirty days', days(30) + 1, []],
    [
      'thirty days before',
      days(30),
      [{ condition: 'admin-key-expiring', figure: 'it expires on 2026-04-09', limit: 'replaced 30 days before' }],
    ],
  ])("tell of the admin key's end %s", (_when, left, expected) => {
    expect(found({ admin: { maxAgeDays: 90, expiresOn: noonPlus(left) } })).toEqual(expected);
  });

  it.each([
    ['a millisecond before', days(90) - 1, []],
    ['at', days(90), [{ condition: 'admin-key-old', figure: '90 days since it was put in place', limit: '90 days' }]],
  ])('call the admin key old %s its greatest age', (_when, age, expected) => {
    expect(found({ admin: { maxAgeDays: 90, since: noonPlus(-age) } })).toEqual(expected);
  });

  it.each([
    ['at the limit', hours(6), 0],
    ['a millisecond beyond', hours(6) + 1, 1],
  ])('call the report old %s', (_when, lag, count) => {
    expect(found({ usageUntil: noonPlus(-lag) })).toHaveLength(count);
  });

  it('say how old the report is, or that it cannot be read', () => {
    const limit = '6 hours behind at most';
    const condition = 'usage-report-old';
    const until = noonPlus(-hours(7));
    expect(found({ usageUntil: until })).toEqual([
      { condition, figure: `complete up to ${until.toISOString()}`, limit },
    ]);
    expect(found({ usageUntil: 'failed' })).toEqual([{ condition, figure: 'it cannot be read', limit }]);
    expect(found({ usageUntil: 'silent' })).toEqual([
      {
        condition,
        figure: 'it shows no use at all',
        limit: 'as much as in each of the weeks before at these hours',
      },
    ]);
  });

  it('say nothing of the report where nobody asked for it, or no service has a key', () => {
    const { secret, ...without } = observationWith();
    expect(secret).toBeDefined();
    expect(found({ usageUntil: undefined })).toEqual([]);
    expect(found({ usageUntil: 'failed', services: waiting })).toEqual([]);
    expect(found({ usageUntil: 'failed', services: [without] })).toEqual([]);
    expect(found({ usageUntil: 'failed', services: [...waiting, observationWith()] })).toHaveLength(1);
  });
});
