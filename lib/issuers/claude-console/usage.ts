import type { UsageReport, UsageReports } from '../../core/ports';
import { AnalyticsUsage } from './analytics-usage';
import type { Limits } from './connection';
import { OlderUsage } from './older-usage';
import type { ClaudeConsoleUsageOptions } from './usage-reading';

const DEFAULTS: Limits = { timeoutMs: 20_000, maxRetries: 2 };

/**
 * Use of the keys of one workspace: by the hour for the last days, which decide whether a key is idle, and by the
 * day before that, since a hundred keys by the hour would fill a hundred pages a month. A use further back is thus
 * dated at the end of its day, later than it was and never earlier.
 *
 * The report comes from the Usage and Cost Analytics API. Where that is not served, it comes from the older usage
 * report, and has no `refreshedAt`: it shows which keys are in use, and can never show that one is idle.
 */
export class ClaudeConsoleUsage implements UsageReports {
  readonly #analytics: AnalyticsUsage;
  readonly #older: OlderUsage;

  constructor(options: ClaudeConsoleUsageOptions) {
    const limited = { ...DEFAULTS, ...options };
    this.#analytics = new AnalyticsUsage(limited);
    this.#older = new OlderUsage(limited);
  }

  async since(from: Date): Promise<UsageReport> {
    return (await this.#analytics.since(from)) ?? this.#older.since(from);
  }
}
