import { Cost } from '@anthropic-ai/sdk/resources/beta/organization/analytics/cost';
import { Usage } from '@anthropic-ai/sdk/resources/beta/organization/analytics/usage';
import type { KeyCost, KeyUse, Reported, UseReports } from '../../core/ports';
import { type Answer, answerOf, malformed } from './answer';
import { connect, type Limits, withinLimits } from './connection';
import { issuerFailed } from './failure';
import { type ClaudeConsoleUsageOptions, readPages } from './usage-reading';

const DEFAULTS: Limits = { timeoutMs: 20_000, maxRetries: 2 };
const PAGE_SIZE = 1000;
const CENTS_PER_USD = 100;

/**
 * How much the keys of one workspace were used and what they cost, from the Usage and Cost Analytics API, a beta. The
 * older reports do not say up to when they are complete, so without this one nothing is known.
 */
export class ClaudeConsoleUseReports implements UseReports {
  readonly #options: ClaudeConsoleUsageOptions & Limits;
  readonly #usage: Usage;
  readonly #cost: Cost;

  constructor(options: ClaudeConsoleUsageOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const client = connect(async () => (await options.adminKey()).reveal(), this.#options);
    this.#usage = new Usage(client);
    this.#cost = new Cost(client);
  }

  byHour(from: Date, to: Date): Promise<Reported<KeyUse>> {
    const order = { time_bucket_width: '1h' as const, order_by: 'time' as const, order: 'asc' as const };
    return this.#readUse(from, to, order);
  }

  inTotal(from: Date, to: Date): Promise<Reported<KeyUse>> {
    return this.#readUse(from, to, {});
  }

  cost(from: Date, to: Date): Promise<Reported<KeyCost>> {
    return this.#read('the cost report', costOf, (page) =>
      this.#cost.list({ ...this.#query(from, to), ...page }, withinLimits(this.#options)).asResponse(),
    );
  }

  /** By the hour, oldest first: use that is reported while we read lands behind us, and moves no row to a page already read. */
  #readUse(
    from: Date,
    to: Date,
    order: { time_bucket_width?: '1h'; order_by?: 'time'; order?: 'asc' },
  ): Promise<Reported<KeyUse>> {
    return this.#read('the usage report', useOf, (page) =>
      this.#usage.list({ ...this.#query(from, to), ...order, ...page }, withinLimits(this.#options)).asResponse(),
    );
  }

  async #read<Entry>(
    what: string,
    entryOf: (row: Answer, keyId: string) => Entry,
    ask: (page: { readonly page?: string }) => Promise<Response>,
  ): Promise<Reported<Entry>> {
    const entries: Entry[] = [];
    let refreshedAt: Date | undefined;
    try {
      await readPages(
        async (page) => answerOf(what, await ask(page === undefined ? {} : { page })),
        (answer) => {
          const refreshed = answer.instantOrNull('data_refreshed_at');
          if (!refreshed) throw malformed(what, 'does not say up to when it is complete');
          if (!refreshedAt || refreshed < refreshedAt) refreshedAt = refreshed;
          for (const row of answer.objects('data')) {
            const keyId = row.object('group').textOrNull('api_key_id');
            if (keyId !== null) entries.push(entryOf(row, keyId));
          }
        },
      );
    } catch (error) {
      throw issuerFailed('report the use of keys', error);
    }
    if (!refreshedAt) throw malformed(what, 'has no page');
    return { refreshedAt, entries };
  }

  #query(from: Date, to: Date) {
    return {
      starting_at: from.toISOString(),
      ending_at: to.toISOString(),
      group_by: ['api_key_id' as const],
      workspace_ids: [this.#options.workspaceId],
      limit: PAGE_SIZE,
    };
  }
}

function useOf(row: Answer, keyId: string): KeyUse {
  const usage = row.object('usage');
  const written = usage.object('cache_creation');
  return {
    keyId,
    from: row.instant('starting_at'),
    requests: usage.countOrNull('requests'),
    inputTokens:
      usage.count('uncached_input_tokens') +
      usage.count('cache_read_input_tokens') +
      written.count('ephemeral_5m_input_tokens') +
      written.count('ephemeral_1h_input_tokens'),
    outputTokens: usage.count('output_tokens'),
  };
}

/** Amounts are decimal numbers of cents, as text. */
function costOf(row: Answer, keyId: string): KeyCost {
  const cost = row.object('cost');
  const cents = Number(cost.text('amount'));
  if (!Number.isFinite(cents) || cents < 0) throw malformed('the cost report', 'has an amount that is no number');
  if (cost.text('currency') !== 'USD') throw malformed('the cost report', 'is not in USD');
  return { keyId, usd: cents / CENTS_PER_USD };
}
