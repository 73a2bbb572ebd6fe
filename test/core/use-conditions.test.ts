import type { ServicePolicy } from '../../lib/contract/registration';
import type { HourOfUse, ServiceUse } from '../../lib/core/use';
import { useFindings } from '../../lib/core/use-conditions';
import { policyWith } from '../support/observations';

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
