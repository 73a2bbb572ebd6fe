import type { VirtualClock } from '../../clock';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../utc-time';
import type { Cron } from '../cron';
import { parseScheduleExpression, type ScheduleExpression } from '../schedule-expression';
import { AwsError } from '../service';

const UNIT_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** Runs a task on a clock; the function it returns stops it. */
export type Schedule = (clock: VirtualClock, name: string, task: () => unknown) => () => void;

/** Reads a rule's ScheduleExpression. */
export function parseSchedule(expression: string): Schedule {
  const parsed = parse(expression);
  return 'cron' in parsed ? atTimesOf(parsed.cron) : everyInterval(parsed.count * UNIT_MS[parsed.unit]);
}

function parse(expression: string): ScheduleExpression {
  try {
    return parseScheduleExpression(expression);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AwsError('ValidationException', `Parameter ScheduleExpression is not valid: ${error.message}`);
  }
}

const everyInterval =
  (intervalMs: number): Schedule =>
  (clock, name, task) =>
    clock.every(intervalMs, name, task);

const atTimesOf =
  (cron: Cron): Schedule =>
  (clock, name, task) => {
    let cancel = (): void => {};
    const next = (): void => {
      const time = cron.after(clock.now());
      if (!time) return;
      cancel = clock.at(time, name, async () => {
        next();
        await task();
      });
    };
    next();
    return () => cancel();
  };
