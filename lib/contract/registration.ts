import type { Condition } from './metrics';

/** What a service's stack writes into its registration parameter, as JSON. No registration, no service. */

/** Limits and waits of one service's keys. Every field is a whole number of its unit unless it says otherwise. */
export interface ServicePolicy {
  /** A key is replaced at the latest this many days after it became current. */
  readonly maxAgeDays: number;
  /** Days between scheduled rotations; at most `maxAgeDays`, less a spread so that a fleet does not rotate in one night. */
  readonly rotateEveryDays: number;
  /** After a rotation, how long the old key stays accepted, whatever its use. */
  readonly overlapHours: number;
  /** How long a consumer may go on using a key it has read. */
  readonly consumerCacheMinutes: number;
  /** An old key is idle when the issuer's report shows no use for this long. */
  readonly quietHours: number;
  /** The same where the report shows no use of the service's other keys either: a silent weekend proves nothing. */
  readonly silentHours: number;
  /** A usage report whose refresh time is older than this says nothing. */
  readonly maxReportLagHours: number;
  /** Days after which a key that is still in use, or whose use is unknown, pages somebody. */
  readonly retirementDeadlineDays: number;
  /** What happens to such a key at the deadline. */
  readonly atRetirementDeadline: 'keep' | 'disable';
  /** A disabled key can be brought back for this long; then it is archived, which is final. */
  readonly undoWindowDays: number;
  /** Spares that should be waiting at any time. */
  readonly sparesAtLeast: number;
  /** A spare older than this is not used any more. */
  readonly spareMaxAgeDays: number;
  /** A current key that expires within this many days is replaced early. */
  readonly rotateBeforeExpiryDays: number;
  /** Requests in an hour beyond this multiple of what is usual at that hour of the week warn somebody. */
  readonly requestsWarningRatio: number;
  /** Beyond this multiple, they page. */
  readonly requestsPageRatio: number;
  /** An hour that is usually quieter than this counts as if it had this many requests. */
  readonly requestsFloorPerHour: number;
  /** Output tokens in an hour beyond this multiple of what is usual warn. */
  readonly outputTokensRatio: number;
  /** An hour with fewer output tokens than this counts as if it had this many. */
  readonly outputTokensFloorPerHour: number;
  /** Use between this hour of the day and the next one below is unusual, unless it has happened in most weeks before. */
  readonly unusualFromHour: number;
  /** The first hour of the day that is usual again; equal to `unusualFromHour`: no hour is unusual. */
  readonly unusualToHour: number;
  /** Errors of its requests (4xx besides 401 and 429) in a quarter of an hour from which on its own alarm fires. */
  readonly clientErrorsPerQuarterHour: number;
  /** What the service may cost in a day of UTC, in USD; 0: no budget. */
  readonly dailyBudgetUsd: number;
  /** What the service may cost in a calendar month of UTC, in USD; 0: no budget. */
  readonly monthlyBudgetUsd: number;
  /** Conditions that are not told for this service, each with the reason. */
  readonly untoldConditions?: UntoldConditions;
}

/** Conditions that somebody decided not to hear of, with the reason. */
export type UntoldConditions = Readonly<Partial<Record<Condition, string>>>;

export interface Registration {
  readonly service: string;
  /** Team or address that owns the service. */
  readonly owner: string;
  readonly issuer: 'claude-console';
  readonly policy: ServicePolicy;
}

/** What holds where a policy says nothing, and for a service whose registration is gone. */
export const DEFAULT_POLICY: ServicePolicy = {
  maxAgeDays: 90,
  rotateEveryDays: 90,
  overlapHours: 48,
  consumerCacheMinutes: 5,
  quietHours: 24,
  silentHours: 120,
  maxReportLagHours: 6,
  retirementDeadlineDays: 7,
  atRetirementDeadline: 'keep',
  undoWindowDays: 14,
  sparesAtLeast: 1,
  spareMaxAgeDays: 100,
  rotateBeforeExpiryDays: 7,
  requestsWarningRatio: 2,
  requestsPageRatio: 10,
  requestsFloorPerHour: 100,
  outputTokensRatio: 5,
  outputTokensFloorPerHour: 100_000,
  unusualFromHour: 3,
  unusualToHour: 5,
  clientErrorsPerQuarterHour: 20,
  dailyBudgetUsd: 0,
  monthlyBudgetUsd: 0,
};
