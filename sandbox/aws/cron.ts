import { UnmodelledError } from '../errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, midnightMs } from '../utc-time';

/** A cron expression of EventBridge or Secrets Manager, whose times are UTC. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly everyYear: boolean;
  /** The first instant after `time` that it names; undefined when there is none in the following ten years. */
  after(time: Date): Date | undefined;
}

type DayTest = (day: Date) => boolean;

/** What a field may hold: numbers, or names that stand for them from the least on. */
interface FieldKind {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const FURTHEST_DAYS = 3660;

const MINUTE: FieldKind = { least: 0, most: 59 };
const HOUR: FieldKind = { least: 0, most: 23 };
const MONTH_DAY: FieldKind = { least: 1, most: 31 };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const MONTH: FieldKind = { least: 1, most: 12, names: MONTHS };
const WEEKDAY: FieldKind = { least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };
const YEAR: FieldKind = { least: 1970, most: 2199 };

/**
 * Reads the six fields between the brackets of `cron(…)`: minutes, hours, day of month, month, day of week, year.
 * Rejects with a RangeError that says what is wrong.
 */
export function parseCron(expression: string): Cron {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, ...rest] = expression.trim().split(/\s+/);
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year || rest.length > 0)
    throw new RangeError(`a cron expression has six fields, got "${expression}"`);
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new RangeError(`exactly one of day of month and day of week must be "?", got "${expression}"`);
  const minutes = readField(minute, MINUTE);
  const hours = readField(hour, HOUR);
  const months = new Set(readField(month, MONTH));
  const years = new Set(readField(year, YEAR));
  const inWeekOrMonth = dayOfMonth === '?' ? weekdayTest(dayOfWeek) : monthDayTest(dayOfMonth);
  const onDay: DayTest = (day) =>
    years.has(day.getUTCFullYear()) && months.has(day.getUTCMonth() + 1) && inWeekOrMonth(day);
  const offsets = hours.flatMap((each) => minutes.map((past) => each * HOUR_MS + past * MINUTE_MS));
  return { minutes, hours, everyYear: year === '*', after: (time) => firstAfter(time, onDay, offsets) };
}

function firstAfter(time: Date, onDay: DayTest, offsets: readonly number[]): Date | undefined {
  const firstDay = midnightMs(time);
  for (let days = 0; days < FURTHEST_DAYS; days += 1) {
    const day = firstDay + days * DAY_MS;
    if (!onDay(new Date(day))) continue;
    const offset = offsets.find((each) => day + each > time.getTime());
    if (offset !== undefined) return new Date(day + offset);
  }
  return undefined;
}

function monthDayTest(field: string): DayTest {
  if (field === 'L') return (day) => new Date(day.getTime() + DAY_MS).getUTCDate() === 1;
  if (/[LW]/.test(field)) throw new UnmodelledError(`the day of month ${field} of a cron expression`);
  const days = new Set(readField(field, MONTH_DAY));
  return (day) => days.has(day.getUTCDate());
}

/** `2#1` is the month's first Monday, `6L` its last Friday. */
function weekdayTest(field: string): DayTest {
  const [, numbered, nth] = /^([^#]+)#([1-5])$/.exec(field) ?? [];
  if (numbered && nth) {
    const [weekday] = readField(numbered, WEEKDAY);
    return (day) => day.getUTCDay() + 1 === weekday && Math.ceil(day.getUTCDate() / 7) === Number(nth);
  }
  const last = /^(.+)L$/.exec(field)?.[1];
  if (last) {
    const [weekday] = readField(last, WEEKDAY);
    return (day) =>
      day.getUTCDay() + 1 === weekday && new Date(day.getTime() + 7 * DAY_MS).getUTCMonth() !== day.getUTCMonth();
  }
  const weekdays = new Set(readField(field === 'L' ? '7' : field, WEEKDAY));
  return (day) => weekdays.has(day.getUTCDay() + 1);
}

/** `*`, `4`, `MON-FRI`, `1,15` and `8/8` (from 8 on, every 8). In ascending order. */
function readField(field: string, kind: FieldKind): readonly number[] {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const [low, high] = readRange(range, step !== undefined, kind);
    const by = step === undefined ? 1 : readNumber(step, { least: 1, most: kind.most });
    for (let value = low; value <= high; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function readRange(range: string, stepped: boolean, kind: FieldKind): readonly [number, number] {
  if (range === '*') return [kind.least, kind.most];
  const [low = '', high] = range.split('-');
  const start = readNumber(low, kind);
  if (high !== undefined) return [start, readNumber(high, kind)];
  return [start, stepped ? kind.most : start];
}

function readNumber(text: string, kind: FieldKind): number {
  const named = kind.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + kind.least : Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (value >= kind.least && value <= kind.most) return value;
  throw new RangeError(`a cron field must be from ${kind.least} to ${kind.most}, got "${text}"`);
}
