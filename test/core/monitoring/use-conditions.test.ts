import type { ServicePolicy } from '../../../lib/contract/registration';
import type { HourOfUse, ServiceUse } from '../../../lib/core/monitoring/use';
import { USE_CONDITIONS, useFindings } from '../../../lib/core/monitoring/use-conditions';
import { policyWith } from '../../support/observations';

const hour = (changes: Partial<HourOfUse> = {}): HourOfUse => ({
  from: new Date('2026-03-10T12:00:00Z'),
  whole: true,
  requests: 400,
  inputTokens: 4_000,
  outputTokens: 200_000,
  usualRequests: 400,
  usualOutputTokens: 200_000,
  ...changes,
});

const useOf = (...hours: HourOfUse[]): ServiceUse => ({ hours, recentByKey: new Map(), spent: {} });

const conditionsOf = (use: ServiceUse, policy: Partial<ServicePolicy> = {}, timeZone = 'UTC'): readonly string[] =>
  useFindings(use, policyWith(policy), timeZone).map(({ condition }) => condition);

describe('useFindings', () => {
  it('finds nothing in an hour like any other', () => {
    expect(conditionsOf(useOf(hour()))).toEqual([]);
  });

  it.each([
    [800, []],
    [801, ['requests-above-baseline']],
    [4_000, ['requests-above-baseline']],
    [4_001, ['requests-above-baseline', 'requests-far-above-baseline']],
  ])('where 400 requests are usual, judges %d', (requests, expected) => {
    expect(conditionsOf(useOf(hour({ requests })))).toEqual(expected);
  });

  it('judges a quiet hour by the floor', () => {
    expect(conditionsOf(useOf(hour({ requests: 200, usualRequests: 0 })))).toEqual([]);
    expect(conditionsOf(useOf(hour({ requests: 201, usualRequests: 0 })))).toEqual(['requests-above-baseline']);
  });

  it.each([
    [1_000_000, []],
    [1_000_001, ['output-tokens-above-baseline']],
  ])('where 200,000 output tokens are usual, judges %d', (outputTokens, expected) => {
    expect(conditionsOf(useOf(hour({ outputTokens })))).toEqual(expected);
  });

  it('finds nothing while nothing is usual, or requests are not counted', () => {
    const none = { usualRequests: 'none', usualOutputTokens: 'none' } as const;
    expect(conditionsOf(useOf(hour({ requests: 1_000_000, outputTokens: 1e9, ...none })))).toEqual([]);
    expect(conditionsOf(useOf(hour({ requests: 'unknown', usualRequests: 'unknown' })))).toEqual([]);
  });

  it('tells of the worst of several hours', () => {
    expect(conditionsOf(useOf(hour(), hour({ requests: 5_000 }), hour({ requests: 900 })))).toEqual([
      'requests-above-baseline',
      'requests-far-above-baseline',
    ]);
  });

  it.each([
    ['02:59', []],
    ['03:00', ['use-at-unusual-hours']],
    ['04:59', ['use-at-unusual-hours']],
    ['05:00', []],
  ])('calls use at %s unusual or not', (time, expected) => {
    const from = new Date(`2026-03-10T${time}:00Z`);
    expect(conditionsOf(useOf(hour({ from, requests: 1, usualRequests: 0 })))).toEqual(expected);
  });

  it("counts hours of the day on the environment's clock", () => {
    const from = new Date('2026-03-10T02:00:00Z');
    const use = useOf(hour({ from, requests: 1, usualRequests: 0 }));
    expect(conditionsOf(use, {}, 'Europe/Berlin')).toEqual(['use-at-unusual-hours']);
    expect(conditionsOf(use, { unusualFromHour: 22, unusualToHour: 4 }, 'UTC')).toEqual(['use-at-unusual-hours']);
    expect(conditionsOf(use, { unusualFromHour: 2, unusualToHour: 2 }, 'UTC')).toEqual([]);
  });

  it('calls no hour unusual in which the service is used in most weeks', () => {
    const from = new Date('2026-03-10T03:00:00Z');
    expect(conditionsOf(useOf(hour({ from, requests: 5, usualRequests: 4 })))).toEqual([]);
  });

  it('tells how far a budget is spent', () => {
    const use = { ...useOf(hour()), spent: { todayUsd: 7.6 } };
    expect(conditionsOf(use, { dailyBudgetUsd: 10 })).toEqual(['budget-50-percent', 'budget-75-percent']);
  });
});

describe('a finding of use', () => {
  const START = '2026-03-10T12:00:00.000Z';
  const found = (changes: Partial<HourOfUse>, policy: Partial<ServicePolicy> = {}, timeZone = 'UTC') =>
    useFindings(useOf(hour(changes)), policyWith(policy), timeZone);

  it('says how many requests there were, how many are usual, and how many would be too many', () => {
    expect(found({ requests: 801 })).toEqual([
      {
        condition: 'requests-above-baseline',
        figure: `801 requests in the hour from ${START}, where 400 are usual`,
        limit: '2 times the usual, 800',
      },
    ]);
    expect(found({ requests: 201, usualRequests: 10 })[0]?.limit).toBe('2 times the usual, 200');
  });

  it('says how many output tokens there were, and how many would be too many', () => {
    expect(found({ outputTokens: 1_000_001 })).toEqual([
      {
        condition: 'output-tokens-above-baseline',
        figure: `1000001 output tokens in the hour from ${START}, where 200000 are usual`,
        limit: '5 times the usual, 1000000',
      },
    ]);
  });

  it('says which hours are unusual', () => {
    const night = { requests: 3, usualRequests: 0, from: new Date('2026-03-10T03:00:00Z') };
    expect(found(night)).toEqual([
      {
        condition: 'use-at-unusual-hours',
        figure: '3 requests in the hour from 2026-03-10T03:00:00.000Z',
        limit: "none from 3 to 5 o'clock, UTC",
      },
    ]);
  });

  it('says what was spent of which budget', () => {
    const use = { ...useOf(), spent: { monthUsd: 60.456 } };
    expect(useFindings(use, policyWith({ monthlyBudgetUsd: 120 }), 'UTC')).toEqual([
      { condition: 'budget-50-percent', figure: '60.46 USD this month', limit: '50 % of 120 USD a month' },
    ]);
    const day = { ...useOf(), spent: { todayUsd: 10 } };
    expect(useFindings(day, policyWith({ dailyBudgetUsd: 10 }), 'UTC').map(({ condition }) => condition)).toEqual([
      'budget-50-percent',
      'budget-75-percent',
      'budget-90-percent',
      'budget-spent',
    ]);
  });

  it.each([
    ['requests are not counted', { requests: 'unknown', usualRequests: 0 }],
    ['nothing is usual yet', { requests: 1_000_000, usualRequests: 'none' }],
    ['what is usual was not counted', { requests: 1_000_000, usualRequests: 'unknown' }],
    ['there are no requests', { requests: 0, usualRequests: 0 }],
  ] as const)('is none of requests at any hour where %s', (_case, changes) => {
    expect(found({ ...changes, from: new Date('2026-03-10T03:00:00Z') })).toEqual([]);
  });

  it('is of the latest of hours that are equally bad', () => {
    const later = new Date('2026-03-10T13:00:00Z');
    const use = useOf(hour({ requests: 900 }), hour({ requests: 901, from: later }), hour());
    expect(useFindings(use, policyWith(), 'UTC').map(({ figure }) => figure)).toEqual([
      `901 requests in the hour from ${later.toISOString()}, where 400 are usual`,
    ]);
  });

  it.each([
    [21, false],
    [22, true],
    [23, true],
    [0, true],
    [5, true],
    [6, false],
    [12, false],
  ])('knows hours that are unusual across midnight: %i', (hourOfDay, unusual) => {
    const from = new Date(Date.UTC(2026, 2, 10, hourOfDay));
    const policy = { unusualFromHour: 22, unusualToHour: 6 };
    expect(found({ requests: 3, usualRequests: 0, from }, policy)).toHaveLength(unusual ? 1 : 0);
  });

  it('is unknown by these conditions and no others while use is unknown', () => {
    expect(USE_CONDITIONS).toEqual([
      'requests-far-above-baseline',
      'requests-above-baseline',
      'output-tokens-above-baseline',
      'use-at-unusual-hours',
      'budget-50-percent',
      'budget-75-percent',
      'budget-90-percent',
      'budget-spent',
    ]);
  });
});
