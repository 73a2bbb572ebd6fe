/** Weeks that a baseline looks back. */
export const MOST_WEEKS = 4;
/** Weeks with use that it takes before anything is called usual. */
const LEAST_WEEKS = 2;

/** What one earlier week shows around the same hour of the week. */
export interface BaselineWeek {
  /** Whether the service was used at all in that week: one before it began, or in which it stood still, teaches nothing. */
  readonly used: boolean;
  /** The count of the hour itself and of those beside it, since what runs weekly may run a little early or late. */
  readonly counts: readonly number[];
}

/**
 * What is usual at one hour of the week: of the last four weeks in which the service was used, the median of each
 * week's busiest of the hour and its neighbours. `none` until two such weeks are there.
 *
 * Comparing an hour with the same hour of earlier weeks is what monitoring products call hour-of-week seasonality;
 * the median keeps one odd week from moving it.
 * @see https://docs.elementary-data.com/data-tests/anomaly-detection-configuration/seasonality
 */
export function usualCount(weeks: readonly BaselineWeek[]): number | 'none' {
  const busiest = weeks.filter(({ used }) => used).map(({ counts }) => Math.max(0, ...counts));
  return busiest.length < LEAST_WEEKS ? 'none' : median(busiest);
}

/** How many times the usual a count is. An hour that is usually quieter than the floor counts as if it had that many. */
export const ratioTo = (usual: number, count: number, floor: number): number => count / Math.max(usual, floor, 1);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (lower + upper) / 2;
}
