import type { ServicePolicy } from '../../contract/registration';

/** Parts of a budget at which somebody is told, in percent. */
export const BUDGET_STEPS = [50, 75, 90, 100] as const;
export type BudgetStep = (typeof BUDGET_STEPS)[number];

/** What a service has cost; undefined where that is not known. */
export interface Spent {
  readonly todayUsd?: number;
  readonly monthUsd?: number;
}

/** A step that is reached, and by which of the two budgets. */
export interface BudgetReached {
  readonly step: BudgetStep;
  readonly period: 'day' | 'month';
  readonly spentUsd: number;
  readonly budgetUsd: number;
}

/** The steps that a service has reached, each by the budget that is used up further. A budget of 0 is none. */
export function reachedSteps(
  { todayUsd, monthUsd }: Spent,
  { dailyBudgetUsd, monthlyBudgetUsd }: Pick<ServicePolicy, 'dailyBudgetUsd' | 'monthlyBudgetUsd'>,
): readonly BudgetReached[] {
  const budgets = [
    { period: 'day' as const, spentUsd: todayUsd, budgetUsd: dailyBudgetUsd },
    { period: 'month' as const, spentUsd: monthUsd, budgetUsd: monthlyBudgetUsd },
  ].flatMap(({ spentUsd, ...rest }) => (spentUsd === undefined || rest.budgetUsd === 0 ? [] : [{ ...rest, spentUsd }]));
  return BUDGET_STEPS.flatMap((step) => {
    const over = budgets.filter(({ spentUsd, budgetUsd }) => spentUsd * 100 >= budgetUsd * step);
    const [worst] = over.sort((one, other) => other.spentUsd / other.budgetUsd - one.spentUsd / one.budgetUsd);
    return worst ? [{ step, ...worst }] : [];
  });
}
