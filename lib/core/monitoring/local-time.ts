import { after, HOUR_MS, MINUTE_MS } from '../time';

const WEEK_MS = 7 * 24 * HOUR_MS;

/** Hour of the day, 0 to 23, that a clock in this IANA time zone shows. */
export function localHourOf(time: Date, timeZone: string): number {
  return new Date(time.getTime() + offsetMs(time, timeZone)).getUTCHours();
}

/** The instant at which a clock in this time zone showed the same a number of weeks before, whatever daylight saving did since. */
export function weeksBefore(time: Date, weeks: number, timeZone: string): Date {
  const there = after(time, -weeks * WEEK_MS);
  return after(there, offsetMs(time, timeZone) - offsetMs(there, timeZone));
}

/** How far clocks in a time zone are ahead of UTC, in whole minutes. */
function offsetMs(time: Date, timeZone: string): number {
  const parts = new Map(
    clockIn(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const field = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'));
  return shown - Math.floor(time.getTime() / MINUTE_MS) * MINUTE_MS;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** One per time zone: to make it costs far more than to read it, and it is read for every hour of every service. */
function clockIn(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}
