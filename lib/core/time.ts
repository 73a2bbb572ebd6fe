/** Milliseconds in the units that policies count in. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The instant `ms` milliseconds after `time`. */
export const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

/** True when `time` is `other` or later. */
export const reached = (time: Date, other: Date): boolean => time.getTime() >= other.getTime();

/** Whole days from one instant to another, negative when the other is earlier. */
export const daysBetween = (from: Date, to: Date): number => Math.floor((to.getTime() - from.getTime()) / DAY_MS);
