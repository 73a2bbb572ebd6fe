import type { KeyCost, KeyUse, Reported, UseReports } from '../ports';
import { after, DAY_MS, HOUR_MS, reached } from '../time';
import { MOST_WEEKS, usualCount } from './baseline';
import type { Spent } from './budget';
import { weeksBefore } from './local-time';

/** Whole hours that are looked at besides the one that runs: a report that falls behind by one is caught up with. */
const WHOLE_HOURS = 2;
/** How far back hours are read one by one: a report that is further behind says nothing of the present. */
const HOURLY_HOURS = 9;
const WEEK_MS = 7 * DAY_MS;
/** Requests of the whole environment in a few hours that do not stay away by chance. */
const NEVER_NONE = 100;

/** One hour of one service, all its keys together. */
export interface HourOfUse {
  readonly from: Date;
  /** False for the hour that runs: its counts are of the part that the report has. */
  readonly whole: boolean;
  readonly requests: number | 'unknown';
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usualRequests: number | 'none' | 'unknown';
  readonly usualOutputTokens: number | 'none';
}

/** How one service was used lately. */
export interface ServiceUse {
  /** Oldest first; the hour that runs is the last. */
  readonly hours: readonly HourOfUse[];
  /** Requests in the last hours by key; where they are not counted, an hour's use counts as one. */
  readonly recentByKey: ReadonlyMap<string, number>;
  readonly spent: Spent;
}

/** How every service was used lately, up to when the report is complete. */
export interface FleetUse {
  readonly refreshedAt: Date;
  /**
   * True when the report shows no use at all, though in each of the weeks before there was much at these hours: then
   * it is rather the report that is empty. An environment that nobody uses, or not at these hours, is not silent.
   */
  readonly silent: boolean;
  readonly of: (service: string) => ServiceUse;
}

/** Whose a key is, or was: undefined for keys of nobody. */
export type ServiceOfKey = (keyId: string) => string | undefined;

/** Entries of a report by service, those of nobody left out. */
type ByService<Entry> = ReadonlyMap<string, readonly Entry[]>;

/** What the report says of the present, and of the same hours of earlier weeks. */
interface Reading {
  readonly refreshedAt: Date;
  readonly hours: Reported<KeyUse>;
  readonly weeks: readonly EarlierWeek[];
}

interface EarlierWeek {
  /** The hour that was the same as the one that runs. */
  readonly same: Date;
  /** The hours around the ones looked at. */
  readonly around: Reported<KeyUse>;
  readonly whole: Reported<KeyUse>;
}

interface CostReading {
  readonly at: Date;
  readonly today?: Reported<KeyCost>;
  readonly month?: Reported<KeyCost>;
}

/**
 * Reads use and cost of the whole environment, in a number of calls that does not depend on the number of services as
 * long as each answer fits a page. The issuer's report is the only memory, and what it adds late is in the next
 * reading. Earlier weeks and the cost are read once an hour.
 */
export class UseReader {
  #weeks: { readonly of: number; readonly reading: Promise<readonly EarlierWeek[]> } | undefined;
  #cost: CostReading | undefined;

  constructor(
    private readonly reports: UseReports,
    private readonly timeZone: string,
  ) {}

  /** Rejects when any part of the report is missing. */
  async read(serviceOf: ServiceOfKey, now: Date): Promise<FleetUse> {
    const end = after(floorHour(now), HOUR_MS);
    const hours = await this.reports.byHour(after(end, -HOURLY_HOURS * HOUR_MS), end);
    const { refreshedAt } = hours;
    const [weeks, cost] = await Promise.all([this.#readWeeks(floorHour(refreshedAt)), this.#readCost(now)]);
    const summary = summarise({ refreshedAt, hours, weeks }, serviceOf, this.timeZone);
    const spentOf = spentByService(cost, serviceOf);
    const of = (service: string) => ({ ...summary(service), spent: spentOf(service) });
    return { refreshedAt, silent: hours.entries.length === 0 && weeks.every(wasBusy), of };
  }

  #readWeeks(running: Date): Promise<readonly EarlierWeek[]> {
    if (this.#weeks?.of !== running.getTime()) {
      const numbers = Array.from({ length: MOST_WEEKS }, (_, index) => index + 1);
      const reading = Promise.all(numbers.map((number) => this.#readWeek(running, number)));
      this.#weeks = { of: running.getTime(), reading };
      reading.catch(() => {
        this.#weeks = undefined;
      });
    }
    return this.#weeks.reading;
  }

  async #readWeek(running: Date, number: number): Promise<EarlierWeek> {
    const same = weeksBefore(running, number, this.timeZone);
    const end = after(running, -(number - 1) * WEEK_MS);
    const [around, whole] = await Promise.all([
      this.reports.byHour(after(same, -(WHOLE_HOURS + 1) * HOUR_MS), after(same, 2 * HOUR_MS)),
      this.reports.inTotal(after(end, -WEEK_MS), end),
    ]);
    return { same, around, whole };
  }

  /** Days and months are the issuer's: they begin at midnight UTC. */
  async #readCost(now: Date): Promise<CostReading> {
    const end = after(floorHour(now), HOUR_MS);
    if (this.#cost && floorHour(this.#cost.at).getTime() === floorHour(now).getTime()) return this.#cost;
    const dayStart = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);
    const monthStart = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
    const [today, month] = await Promise.all([this.reports.cost(dayStart, end), this.reports.cost(monthStart, end)]);
    this.#cost = {
      at: now,
      // A report that has not come to the beginning of a period knows nothing of it.
      ...(reached(today.refreshedAt, dayStart) ? { today } : {}),
      ...(reached(month.refreshedAt, monthStart) ? { month } : {}),
    };
    return this.#cost;
  }
}

/** In the hours before the one that was the same as the running one: the same hours of the present are over as well. */
function wasBusy({ same, around: { entries } }: EarlierWeek): boolean {
  const before = entries.filter(({ from }) => from < same);
  return sumOf(before, ({ requests }) => requests ?? 1) >= NEVER_NONE;
}

function spentByService({ today, month }: CostReading, serviceOf: ServiceOfKey): (service: string) => Spent {
  const ofDay = today && byService(today, serviceOf);
  const ofMonth = month && byService(month, serviceOf);
  return (service) => ({
    ...(ofDay ? { todayUsd: sumOf(ofDay.get(service) ?? [], ({ usd }) => usd) } : {}),
    ...(ofMonth ? { monthUsd: sumOf(ofMonth.get(service) ?? [], ({ usd }) => usd) } : {}),
  });
}

function summarise({ refreshedAt, hours, weeks }: Reading, serviceOf: ServiceOfKey, timeZone: string) {
  const present = byService(hours, serviceOf);
  const earlier = weeks.map(({ around, whole }) => ({
    around: byService(around, serviceOf),
    used: byService(whole, serviceOf),
  }));
  return (service: string): Omit<ServiceUse, 'spent'> => {
    const uses = present.get(service) ?? [];
    const weeksOf = (from: Date): readonly WeekOfHour[] =>
      earlier.map(({ around, used }, index) => {
        const same = weeksBefore(from, index + 1, timeZone);
        const ofService = around.get(service) ?? [];
        return {
          used: used.has(service),
          around: [-HOUR_MS, 0, HOUR_MS].map((ms) => usesAt(ofService, after(same, ms))),
        };
      });
    return {
      hours: lookedAt(refreshedAt).map((from) => hourOf(from, usesAt(uses, from), weeksOf(from), refreshedAt)),
      recentByKey: sumByKey(uses),
    };
  };
}

/** One earlier week, as one hour of one service sees it: the same hour and those beside it. */
interface WeekOfHour {
  readonly used: boolean;
  readonly around: readonly (readonly KeyUse[])[];
}

/** The starts of the hours that are looked at: some whole ones, then the one that runs. */
function lookedAt(refreshedAt: Date): readonly Date[] {
  const running = floorHour(refreshedAt);
  return Array.from({ length: WHOLE_HOURS + 1 }, (_, index) => after(running, (index - WHOLE_HOURS) * HOUR_MS));
}

function hourOf(from: Date, present: readonly KeyUse[], weeks: readonly WeekOfHour[], refreshedAt: Date): HourOfUse {
  const usual = (count: (uses: readonly KeyUse[]) => number): number | 'none' =>
    usualCount(weeks.map(({ used, around }) => ({ used, counts: around.map(count) })));
  const counted = weeks.every(({ around }) => around.every((uses) => requestsOf(uses) !== 'unknown'));
  return {
    from,
    whole: reached(refreshedAt, after(from, HOUR_MS)),
    requests: requestsOf(present),
    inputTokens: sumOf(present, ({ inputTokens }) => inputTokens),
    outputTokens: sumOf(present, ({ outputTokens }) => outputTokens),
    usualRequests: counted ? usual((uses) => sumOf(uses, ({ requests }) => requests ?? 0)) : 'unknown',
    usualOutputTokens: usual((uses) => sumOf(uses, ({ outputTokens }) => outputTokens)),
  };
}

function byService<Entry extends { readonly keyId: string }>(
  { entries }: Reported<Entry>,
  serviceOf: ServiceOfKey,
): ByService<Entry> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const service = serviceOf(entry.keyId);
    if (service !== undefined) groups.set(service, [...(groups.get(service) ?? []), entry]);
  }
  return groups;
}

const usesAt = (uses: readonly KeyUse[], from: Date): readonly KeyUse[] =>
  uses.filter((use) => use.from.getTime() === from.getTime());

const requestsOf = (uses: readonly KeyUse[]): number | 'unknown' =>
  uses.some(({ requests }) => requests === null) ? 'unknown' : sumOf(uses, ({ requests }) => requests ?? 0);

function sumOf<Entry>(entries: readonly Entry[], count: (entry: Entry) => number): number {
  return entries.reduce((sum, entry) => sum + count(entry), 0);
}

function sumByKey(uses: readonly KeyUse[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { keyId, requests } of uses) sums.set(keyId, (sums.get(keyId) ?? 0) + (requests ?? 1));
  return sums;
}

const floorHour = (time: Date): Date => new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
