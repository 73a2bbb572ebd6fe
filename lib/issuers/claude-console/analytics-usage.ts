import { Usage } from '@anthropic-ai/sdk/resources/beta/organization/analytics/usage';
import type { UsageReport } from '../../core/ports';
import { type Answer, answerOf, malformed } from './answer';
import { connect, type Limits, withinLimits } from './connection';
import { isNotServed, issuerFailed } from './failure';
import { rangesSince, type UsageRange } from './usage-ranges';
import { type ClaudeConsoleUsageOptions, endWithin, readPages, UsageReading } from './usage-reading';

const PAGE_SIZE = 1000;
/** How far the issuer's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Use of the keys of one workspace, from the Usage and Cost Analytics API, a beta: it counts requests and says up to
 * when it is complete.
 */
export class AnalyticsUsage {
  readonly #options: ClaudeConsoleUsageOptions & Limits;
  readonly #usage: Usage;

  constructor(options: ClaudeConsoleUsageOptions & Limits) {
    this.#options = options;
    this.#usage = new Usage(connect(async () => (await options.adminKey()).reveal(), options));
  }

  /** The report; undefined when the issuer does not serve it to this organization. */
  async since(from: Date): Promise<UsageReport | undefined> {
    try {
      return await this.#read(from);
    } catch (error) {
      if (isNotServed(error)) return undefined;
      throw issuerFailed('report the use of keys', error);
    }
  }

  async #read(from: Date): Promise<UsageReport> {
    const now = this.#options.clock.now();
    const reading = new RefreshedReading(now);
    const ranges = rangesSince(from, now);
    for (const range of ranges) {
      await readPages(
        (page) => this.#page(range, page),
        (answer) => reading.add(answer, range),
      );
    }
    return { from: ranges[0]?.from ?? from, lastUsedAt: reading.lastUsedAt, ...reading.refresh };
  }

  async #page({ from, to, width }: UsageRange, page: string | undefined): Promise<Answer> {
    const query = {
      starting_at: from.toISOString(),
      ending_at: to.toISOString(),
      time_bucket_width: width,
      group_by: ['api_key_id' as const],
      workspace_ids: [this.#options.workspaceId],
      // Oldest first: use that is reported while we read lands behind us, and moves no row to a page already read.
      order_by: 'time' as const,
      order: 'asc' as const,
      limit: PAGE_SIZE,
      ...(page === undefined ? {} : { page }),
    };
    const response = await this.#usage.list(query, withinLimits(this.#options)).asResponse();
    return answerOf('the usage report', response);
  }
}

class RefreshedReading extends UsageReading {
  #refreshedAt: Date | undefined;
  #refreshUnknown = false;

  constructor(readonly now: Date) {
    super();
  }

  /** Up to when the pages are complete: as far as the oldest of them, and unknown when any of them does not say. */
  get refresh(): { readonly refreshedAt?: Date } {
    return this.#refreshedAt && !this.#refreshUnknown ? { refreshedAt: this.#refreshedAt } : {};
  }

  add(page: Answer, range: UsageRange): void {
    const refreshedAt = page.instantOrNull('data_refreshed_at');
    if (refreshedAt && refreshedAt.getTime() > this.now.getTime() + CLOCK_SKEW_MS) {
      throw malformed('the usage report', 'says that it is complete up to a time to come');
    }
    if (!refreshedAt) this.#refreshUnknown = true;
    else if (!this.#refreshedAt || refreshedAt < this.#refreshedAt) this.#refreshedAt = refreshedAt;
    for (const row of page.objects('data')) this.#addRow(row, range);
  }

  #addRow(row: Answer, range: UsageRange): void {
    const keyId = row.object('group').textOrNull('api_key_id');
    const end = endWithin(range, row);
    if (keyId !== null && showsUse(row.object('usage'))) this.addUse(keyId, end);
  }
}

/** A row without a count of requests is there because of a use, so only a count of zero without tokens is none. */
function showsUse(usage: Answer): boolean {
  const requests = usage.countOrNull('requests');
  return requests === null || requests > 0 || usage.count('total_tokens') > 0;
}
