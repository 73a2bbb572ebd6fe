import { DAY_MS, HOUR_MS } from '../../core/time';

const LONGEST_RANGE_MS = 31 * DAY_MS;
/** Whole days before today that are read by the hour. */
const HOURLY_DAYS = 2;

/** Time that is asked for in one go, by the hour or by the day. */
export interface UsageRange {
  readonly from: Date;
  readonly to: Date;
  readonly width: '1h' | '1d';
}

/** The ranges to ask for, oldest first, without a gap: none is longer than the issuer allows. */
export function rangesSince(from: Date, now: Date): readonly UsageRange[] {
  // The hour that runs is asked for as a whole: how the issuer cuts a part of an hour is not documented.
  const endMs = Math.max(floor(now, HOUR_MS), floor(from, HOUR_MS)) + HOUR_MS;
  const hourlyMs = floor(now, DAY_MS) - HOURLY_DAYS * DAY_MS;
  if (from.getTime() >= hourlyMs) return cut(floor(from, HOUR_MS), endMs, '1h');
  return [...cut(floor(from, DAY_MS), hourlyMs, '1d'), ...cut(hourlyMs, endMs, '1h')];
}

function cut(fromMs: number, toMs: number, width: UsageRange['width']): readonly UsageRange[] {
  const ranges: UsageRange[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += LONGEST_RANGE_MS) {
    const endMs = Math.min(startMs + LONGEST_RANGE_MS, toMs);
    ranges.push({ from: new Date(startMs), to: new Date(endMs), width });
  }
  return ranges;
}

const floor = (time: Date, stepMs: number): number => Math.floor(time.getTime() / stepMs) * stepMs;
