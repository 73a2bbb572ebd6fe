import { DAY_MS, HOUR_MS, midnightMs } from '../../utc-time';
import type { Cron } from '../cron';
import type { Fields } from '../fields';
import { parseScheduleExpression, type ScheduleExpression } from '../schedule-expression';
import { invalidParameter } from './errors';

/** A span of time in which Secrets Manager starts a rotation at an instant of its own choosing. */
export interface RotationWindow {
  readonly start: Date;
  /** The first instant that no longer belongs to it. */
  readonly end: Date;
}

/** When a secret is to be rotated, as an operator declared it. */
export interface RotationRules {
  readonly automaticallyAfterDays?: number;
  readonly scheduleExpression?: string;
  readonly duration?: string;
  /** A number of hours or days, rather than a cron. */
  readonly isRate: boolean;
  /** The first window that opens after `since`: the last rotation, or the instant the rules were set. */
  windowAfter(since: Date): RotationWindow;
}

/** A secret's rotation as configured; kept, with `enabled` false, after it was cancelled. */
export interface RotationSettings {
  readonly enabled: boolean;
  readonly lambdaArn?: string;
  readonly rules?: RotationRules;
  /** The window of the next rotation; one that passed without success stays. */
  readonly nextWindow?: RotationWindow;
  /** Days until that window, counted when it was chosen. */
  readonly intervalDays?: number;
}

export const ROTATION_RULE_FIELDS = ['AutomaticallyAfterDays', 'Duration', 'ScheduleExpression'];

/** Reads RotationRules: a rate in hours or days, a number of days, or a cron expression; windows are in UTC. */
export function readRotationRules(input: Fields): RotationRules {
  const days = input.optionalNumber('AutomaticallyAfterDays');
  const expression = input.optionalString('ScheduleExpression');
  const duration = input.optionalString('Duration');
  const hours = readDuration(duration);
  if ((days === undefined) === (expression === undefined)) {
    throw invalidParameter('You must specify either AutomaticallyAfterDays or ScheduleExpression, and not both.');
  }
  const windowAfter = expression === undefined ? everyDays(days ?? 0, hours) : scheduleOf(expression, hours);
  return {
    ...(days === undefined ? {} : { automaticallyAfterDays: days }),
    ...(expression === undefined ? {} : { scheduleExpression: expression }),
    ...(duration === undefined ? {} : { duration }),
    isRate: !expression?.startsWith('cron('),
    windowAfter,
  };
}

/** RotationRules as AWS reads them back: the number of days is worked out from the schedule when it was not given. */
export function describeRules(rules: RotationRules, intervalDays: number | undefined): object {
  const days = rules.automaticallyAfterDays ?? intervalDays;
  return {
    ...(days === undefined ? {} : { AutomaticallyAfterDays: days }),
    ...(rules.duration === undefined ? {} : { Duration: rules.duration }),
    ...(rules.scheduleExpression === undefined ? {} : { ScheduleExpression: rules.scheduleExpression }),
  };
}

function readDuration(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const hours = Number(/^(\d{1,2})h$/.exec(duration)?.[1] ?? Number.NaN);
  if (!(hours >= 1 && hours <= 24)) throw invalidParameter('The Duration must be between 1h and 24h.');
  return hours;
}

type WindowAfter = (since: Date) => RotationWindow;

function scheduleOf(expression: string, hours: number | undefined): WindowAfter {
  const parsed = parse(expression);
  if ('cron' in parsed) return onCron(parsed.cron, expression, hours);
  if (parsed.unit === 'day') return everyDays(parsed.count, hours);
  if (parsed.unit === 'hour') return everyHours(parsed.count, hours);
  throw invalidExpression(expression, 'a rate must be in hours or days');
}

function parse(expression: string): ScheduleExpression {
  try {
    return parseScheduleExpression(expression);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidExpression(expression, error.message);
  }
}

const invalidExpression = (expression: string, why: string) =>
  invalidParameter(`Invalid ScheduleExpression ${expression}: ${why}.`);

/** The window opens at midnight, `days` days after the day of the last rotation. */
function everyDays(days: number, hours = 24): WindowAfter {
  if (!(days >= 1 && days <= 1000)) {
    throw invalidParameter('The rotation interval must be between 1 and 1000 days.');
  }
  return (since) => windowAt(midnightMs(since) + days * DAY_MS, hours);
}

/** Windows open every so many hours, counted from midnight of the day of the last rotation. */
function everyHours(interval: number, hours = 1): WindowAfter {
  if (interval < 4) throw invalidParameter('The rotation interval must be at least 4 hours.');
  if (hours > interval) throw invalidParameter('The rotation window must not extend into the next rotation window.');
  return (since) => {
    const origin = midnightMs(since);
    const passed = Math.floor((since.getTime() - origin) / (interval * HOUR_MS));
    return windowAt(origin + (passed + 1) * interval * HOUR_MS, hours);
  };
}

/** Windows open at whole hours, in every year. */
function onCron(cron: Cron, expression: string, hours: number | undefined): WindowAfter {
  if (cron.minutes.some((minute) => minute !== 0)) throw invalidExpression(expression, 'minutes must be 0');
  if (!cron.everyYear) throw invalidExpression(expression, 'year must be *');
  if (hours !== undefined && Math.max(...cron.hours) + hours > 24) {
    throw invalidParameter('The rotation window must not extend into the next UTC day.');
  }
  return (since) => {
    const start = cron.after(since)?.getTime();
    if (start === undefined) throw invalidExpression(expression, 'it names no time');
    const untilMidnight = (midnightMs(new Date(start)) + DAY_MS - start) / HOUR_MS;
    return windowAt(start, hours ?? (cron.hours.length > 1 ? 1 : untilMidnight));
  };
}

const windowAt = (startMs: number, hours: number): RotationWindow => ({
  start: new Date(startMs),
  end: new Date(startMs + hours * HOUR_MS),
});
