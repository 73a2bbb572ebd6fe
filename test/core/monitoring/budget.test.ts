import { reachedSteps } from '../../../lib/core/monitoring/budget';

const budgets = { dailyBudgetUsd: 10, monthlyBudgetUsd: 200 };
const steps = (spent: Parameters<typeof reachedSteps>[0]): readonly string[] =>
  reachedSteps(spent, budgets).map(({ step, period }) => `${step} ${period}`);

describe('reachedSteps', () => {
  it.each([
    [4.99, []],
    [5, ['50 day']],
    [7.5, ['50 day', '75 day']],
    [9, ['50 day', '75 day', '90 day']],
    [10, ['50 day', '75 day', '90 day', '100 day']],
  ])('of 10 USD a day, %d USD reach %j', (todayUsd, expected) => {
    expect(steps({ todayUsd, monthUsd: 0 })).toEqual(expected);
  });

  it('names the budget that is used up further', () => {
    expect(steps({ todayUsd: 5, monthUsd: 190 })).toEqual(['50 month', '75 month', '90 month']);
  });

  it('goes by the part that is used up, not by the sum', () => {
    expect(steps({ todayUsd: 9, monthUsd: 150 })).toEqual(['50 day', '75 day', '90 day']);
  });

  it('says nothing of a cost that is unknown, and of a budget that is none', () => {
    expect(steps({})).toEqual([]);
    expect(reachedSteps({ todayUsd: 1_000_000 }, { dailyBudgetUsd: 0, monthlyBudgetUsd: 0 })).toEqual([]);
  });
});
