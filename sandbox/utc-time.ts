/** Milliseconds in the units that schedules and windows count in. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds of the midnight, in UTC, that a time's day began with. */
export const midnightMs = (time: Date): number => Math.floor(time.getTime() / DAY_MS) * DAY_MS;
