import type { Condition } from '../../contract/metrics';
import type { ServicePolicy } from '../../contract/registration';
import { ratioTo } from './baseline';
import { type BudgetReached, type BudgetStep, reachedSteps } from './budget';
import type { Finding } from './conditions';
import { localHourOf } from './local-time';
import type { HourOfUse, ServiceUse } from './use';

const BUDGET_CONDITIONS: Readonly<Record<BudgetStep, Condition>> = {
  50: 'budget-50-percent',
  75: 'budget-75-percent',
  90: 'budget-90-percent',
  100: 'budget-spent',
};

/** Conditions of which nothing can be said while use and cost are unknown. */
export const USE_CONDITIONS: readonly Condition[] = [
  'requests-far-above-baseline',
  'requests-above-baseline',
  'output-tokens-above-baseline',
  'use-at-unusual-hours',
  ...Object.values(BUDGET_CONDITIONS),
];

/** What is unusual about a service's use, and how far its budgets are spent. */
export function useFindings(use: ServiceUse, policy: ServicePolicy, timeZone: string): readonly Finding[] {
  return [
    ...worstOf(use.hours, (hour) => requestFindings(hour, policy)),
    ...worstOf(use.hours, (hour) => tokenFindings(hour, policy)),
    ...worstOf(use.hours, (hour) => unusualHourFindings(hour, policy, timeZone)),
    ...reachedSteps(use.spent, policy).map(budgetFinding),
  ];
}

/** Of several hours, what the worst of them shows: the one with most findings, the latest of such. */
function worstOf(hours: readonly HourOfUse[], findingsOf: (hour: HourOfUse) => readonly Finding[]): readonly Finding[] {
  return hours.map(findingsOf).reduce((worst, each) => (each.length >= worst.length ? each : worst), []);
}

/** An hour that runs counts as far as it is reported: what is too much already will not become less. */
function requestFindings({ from, requests, usualRequests }: HourOfUse, policy: ServicePolicy): readonly Finding[] {
  if (typeof requests !== 'number' || typeof usualRequests !== 'number') return [];
  const ratio = ratioTo(usualRequests, requests, policy.requestsFloorPerHour);
  const figure = `${requests} requests in the hour from ${from.toISOString()}, where ${usualRequests} are usual`;
  const finding = (condition: Condition, most: number): readonly Finding[] =>
    ratio > most ? [{ condition, figure, limit: limitOf(most, usualRequests, policy.requestsFloorPerHour) }] : [];
  return [
    ...finding('requests-above-baseline', policy.requestsWarningRatio),
    ...finding('requests-far-above-baseline', policy.requestsPageRatio),
  ];
}

function tokenFindings(
  { from, outputTokens, usualOutputTokens }: HourOfUse,
  { outputTokensRatio, outputTokensFloorPerHour }: ServicePolicy,
): readonly Finding[] {
  if (typeof usualOutputTokens !== 'number') return [];
  if (ratioTo(usualOutputTokens, outputTokens, outputTokensFloorPerHour) <= outputTokensRatio) return [];
  const figure = `${outputTokens} output tokens in the hour from ${from.toISOString()}, where ${usualOutputTokens} are usual`;
  const limit = limitOf(outputTokensRatio, usualOutputTokens, outputTokensFloorPerHour);
  return [{ condition: 'output-tokens-above-baseline', figure, limit }];
}

const limitOf = (ratio: number, usual: number, floor: number): string =>
  `${ratio} times the usual, ${Math.round(ratio * Math.max(usual, floor))}`;

/** A service that is used at night in most weeks is used at no unusual hour. */
function unusualHourFindings(
  { from, requests, usualRequests }: HourOfUse,
  { unusualFromHour, unusualToHour }: ServicePolicy,
  timeZone: string,
): readonly Finding[] {
  if (requests === 0 || requests === 'unknown' || usualRequests !== 0) return [];
  const hour = localHourOf(from, timeZone);
  if (!isWithin(hour, unusualFromHour, unusualToHour)) return [];
  return [
    {
      condition: 'use-at-unusual-hours',
      figure: `${requests} requests in the hour from ${from.toISOString()}`,
      limit: `none from ${unusualFromHour} to ${unusualToHour} o'clock, ${timeZone}`,
    },
  ];
}

/** Whether an hour of the day lies between two others, across midnight where the second is the smaller. */
const isWithin = (hour: number, from: number, to: number): boolean =>
  from <= to ? hour >= from && hour < to : hour >= from || hour < to;

function budgetFinding({ step, period, spentUsd, budgetUsd }: BudgetReached): Finding {
  const figure = `${spentUsd.toFixed(2)} USD this ${period}`;
  return { condition: BUDGET_CONDITIONS[step], figure, limit: `${step} % of ${budgetUsd} USD a ${period}` };
}
