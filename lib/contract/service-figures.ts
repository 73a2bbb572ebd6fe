/** A figure that may not be known, which is not the same as zero; `none` when there is no such thing. */
export type Measure = number | 'unknown' | 'none';

/** What is known of one service at one moment: a line of the log, a row of the dashboard and of the review. */
export interface ServiceFigures {
  readonly service: string;
  readonly owner: string;
  readonly hasKey: boolean;
  /** Days since the current key became current. */
  readonly currentDays: Measure;
  /** Days since the issuer created it. */
  readonly createdDays: Measure;
  /** Days until it expires. */
  readonly expiresInDays: Measure;
  /** Days since the rotation should have been done; 0 when none is overdue. */
  readonly overdueDays: Measure;
  /** Days until the next rotation, which takes a spare. */
  readonly rotatesInDays: Measure;
  readonly spares: number;
  /** Start of the last hour that the issuer's report has whole, as ISO 8601. The figures of use are of this hour. */
  readonly hour: string;
  readonly requests: Measure;
  readonly inputTokens: Measure;
  readonly outputTokens: Measure;
  /** Requests that are usual at this hour of the week. */
  readonly usualRequests: Measure;
  /** Requests of the hour, as a multiple of what is usual. */
  readonly requestsRatio: Measure;
  /** Requests by keys that are being retired, in the hours the report was read for. */
  readonly retiringKeyRequests: Measure;
  /** Of the day and of the month so far, in UTC. */
  readonly costTodayUsd: Measure;
  readonly costMonthUsd: Measure;
}
