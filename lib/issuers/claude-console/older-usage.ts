import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import type { UsageReport } from '../../core/ports';
import { type Answer, answerOf } from './answer';
import { connect, type Limits, withinLimits } from './connection';
import { issuerFailed } from './failure';
import { rangesSince, type UsageRange } from './usage-ranges';
import { type ClaudeConsoleUsageOptions, endWithin, readPages, UsageReading } from './usage-reading';

const PATH = '/v1/organizations/usage_report/messages';
/** Most buckets on a page. */
const PAGE_SIZES = { '1h': 168, '1d': 31 } as const;
const SECOND_MS = 1_000;

/**
 * Use of the keys of one workspace, from the older usage report, which the SDK has no call for. It counts tokens and
 * not requests, and does not say up to when it is complete: what it shows is use, what it does not show says nothing.
 */
export class OlderUsage {
  readonly #options: ClaudeConsoleUsageOptions & Limits;
  readonly #client: BaseAnthropic;

  constructor(options: ClaudeConsoleUsageOptions & Limits) {
    this.#options = options;
    this.#client = connect(async () => (await options.adminKey()).reveal(), options);
  }

  async since(from: Date): Promise<UsageReport> {
    const reading = new UsageReading();
    const ranges = rangesSince(from, this.#options.clock.now());
    for (const range of ranges) {
      await readPages(
        (page) => this.#page(range, page),
        (answer) => addBuckets(reading, answer, range),
      );
    }
    return { from: ranges[0]?.from ?? from, lastUsedAt: reading.lastUsedAt };
  }

  async #page({ from, to, width }: UsageRange, page: string | undefined): Promise<Answer> {
    const query = {
      starting_at: from.toISOString(),
      // It returns buckets that end before this: a second more, and the last one does in any reading of the word.
      ending_at: new Date(to.getTime() + SECOND_MS).toISOString(),
      bucket_width: width,
      group_by: ['api_key_id'],
      workspace_ids: [this.#options.workspaceId],
      limit: PAGE_SIZES[width],
      ...(page === undefined ? {} : { page }),
    };
    try {
      const options = { query, ...withinLimits(this.#options) };
      return await answerOf('the older usage report', await this.#client.get(PATH, options).asResponse());
    } catch (error) {
      throw issuerFailed('report the use of keys', error);
    }
  }
}

function addBuckets(reading: UsageReading, page: Answer, range: UsageRange): void {
  for (const bucket of page.objects('data')) {
    const end = endWithin(range, bucket);
    for (const result of bucket.objects('results')) {
      const keyId = result.textOrNull('api_key_id');
      if (keyId !== null && tokensOf(result) > 0) reading.addUse(keyId, end);
    }
  }
}

function tokensOf(result: Answer): number {
  const written = result.object('cache_creation');
  return (
    result.count('uncached_input_tokens') +
    result.count('cache_read_input_tokens') +
    written.count('ephemeral_5m_input_tokens') +
    written.count('ephemeral_1h_input_tokens') +
    result.count('output_tokens')
  );
}
