import fc from 'fast-check';
import { schedules } from './draw';
import type { Schedule, Step } from './schedule';

/** Whether a schedule still breaks the invariant it is shrunk for. */
export type Breaks = (schedule: Schedule) => Promise<boolean>;

/** More attempts than any shrinking is worth. */
const MOST_ATTEMPTS = 3_000;

/**
 * The shortest schedule that breaks the same: without every step that can be left out, and with the smallest values
 * that fast-check finds.
 */
export async function shrink(schedule: Schedule, breaks: Breaks): Promise<Schedule> {
  const fewer = await leaveOut(schedule, breaks);
  return leaveOut(await smaller(fewer, breaks), breaks);
}

async function smaller(schedule: Schedule, breaks: Breaks): Promise<Schedule> {
  let attempts = 0;
  const property = fc.asyncProperty(schedules, async (each) => {
    attempts += 1;
    return attempts > MOST_ATTEMPTS || !(await breaks(each));
  });
  const { counterexample } = await fc.check(property, { seed: 1, numRuns: 1, examples: [[schedule]] });
  return counterexample?.[0] ?? schedule;
}

/** Leaves out stretches of steps, long ones first, until every one that is left is needed. */
async function leaveOut(schedule: Schedule, breaks: Breaks): Promise<Schedule> {
  let steps: readonly Step[] = schedule.steps;
  for (let length = Math.max(1, steps.length >> 1); length >= 1; length = length === 1 ? 0 : length >> 1) {
    for (let start = 0; start < steps.length; ) {
      const without = [...steps.slice(0, start), ...steps.slice(start + length)];
      if (await breaks({ ...schedule, steps: without })) steps = without;
      else start += length;
    }
  }
  return { ...schedule, steps };
}
