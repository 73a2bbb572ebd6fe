import { SpendLimits } from '@anthropic-ai/sdk/resources/beta/organization/spend-limits/spend-limits';
import {
  RateLimits,
  type WorkspaceRateLimitType,
} from '@anthropic-ai/sdk/resources/organization/workspaces/rate-limits';
import { RATE_LIMITERS, type RateLimiter } from '../../contract/workspace-limits';
import type { IssuerLimits, RateLimitGroup, RateLimitValues } from '../../core/ports';
import type { ClaudeConsoleAdminOptions } from './admin';
import { type Answer, answerOf, malformed } from './answer';
import { connect, type Limits, withinLimits } from './connection';
import { isNotAllowed, isNotServed, issuerFailed } from './failure';
import { readCursorPages } from './limit-pages';

/** Less patient than with keys, which are what a run is for. */
const DEFAULTS: Limits = { timeoutMs: 5_000, maxRetries: 1 };
const PAGE_SIZE = 1000;
const CENTS_PER_USD = 100;

/** What Claude calls them. An input token that is read from the cache counts for the first and not for the second. */
const TYPES: Readonly<Record<RateLimiter, WorkspaceRateLimitType>> = {
  requestsPerMinute: 'requests_per_minute',
  inputTokensPerMinute: 'input_tokens_per_minute',
  uncachedInputTokensPerMinute: 'input_tokens_per_minute_cache_aware',
  outputTokensPerMinute: 'output_tokens_per_minute',
};

/**
 * The limits that Claude enforces on one workspace, by the Admin API. A new rate limit takes effect within about an
 * hour. Spend limits of workspaces are an early access preview that most organizations do not have.
 */
export class ClaudeConsoleLimits implements IssuerLimits {
  readonly #options: ClaudeConsoleAdminOptions & Limits;
  readonly #rateLimits: RateLimits;
  readonly #spendLimits: SpendLimits;

  constructor(options: ClaudeConsoleAdminOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const client = connect(async () => (await options.adminKey()).reveal(), this.#options);
    this.#rateLimits = new RateLimits(client);
    this.#spendLimits = new SpendLimits(client);
  }

  async rateLimits(): Promise<readonly RateLimitGroup[] | 'not-offered'> {
    const { workspaceId } = this.#options;
    const bounds = withinLimits(this.#options); // for all pages together
    const groups = new Map<string, RateLimitGroup>();
    const read = readCursorPages(
      'the list of rate limits',
      async (page) => {
        const query = { include_inherited: true, limit: PAGE_SIZE, ...page };
        return this.#rateLimits.list(workspaceId, query, bounds).asResponse();
      },
      (entry) => {
        const group = groupOf(entry, workspaceId);
        groups.set(group.id, group);
      },
    );
    return offered(
      'list the rate limits',
      isNotAllowed,
      read.then(() => [...groups.values()]),
    );
  }

  async setRateLimits(groupId: string, values: RateLimitValues): Promise<'set' | 'not-offered'> {
    return offered('set rate limits', isNotAllowed, this.#setRateLimits(groupId, values));
  }

  async monthlySpend(): Promise<{ readonly usd: number | undefined } | 'not-offered'> {
    const bounds = withinLimits(this.#options); // for all pages together
    let usd: number | undefined;
    const read = readCursorPages(
      'the list of spend limits',
      async (page) => {
        // That of the usage tier as well, which always is there: it tells the currency.
        const query = { scope_type: ['workspace' as const, 'usage_tier' as const], limit: PAGE_SIZE, ...page };
        return this.#spendLimits.list(query, bounds).asResponse();
      },
      (entry) => {
        const found = this.#spendIn(entry);
        if (found !== undefined) usd = found;
      },
    );
    return offered(
      'list the spend limits',
      isNotServed,
      read.then(() => ({ usd })),
    );
  }

  async setMonthlySpend(usd: number): Promise<'set' | 'not-offered'> {
    return offered('set a spend limit', isNotAllowed, this.#setMonthlySpend(usd));
  }

  async #setRateLimits(groupId: string, values: RateLimitValues): Promise<'set'> {
    const { workspaceId } = this.#options;
    const limits = RATE_LIMITERS.flatMap((limiter) => {
      const value = values[limiter];
      return value === undefined ? [] : [{ type: TYPES[limiter], value }];
    });
    const call = this.#rateLimits.update(groupId, { workspace_id: workspaceId, limits }, withinLimits(this.#options));
    const answer = await answerOf('the rate limit', await call.asResponse());
    answer.mustBe('rate_limit_id', groupId);
    const { own } = groupOf(answer, workspaceId);
    const isSet = RATE_LIMITERS.every((each) => values[each] === undefined || own.get(each) === values[each]);
    if (!isSet) throw malformed('the rate limit', 'is not as it was set after a change that was accepted');
    return 'set';
  }

  async #setMonthlySpend(usd: number): Promise<'set'> {
    const scope = { type: 'workspace' as const, workspace_id: this.#options.workspaceId };
    const amount = String(usd * CENTS_PER_USD);
    const call = this.#spendLimits.set({ amount, scope, period: 'monthly' }, withinLimits(this.#options));
    const answer = await answerOf('the spend limit', await call.asResponse());
    if (this.#spendIn(answer) !== usd)
      throw malformed('the spend limit', 'is not as it was set after a change that was accepted');
    return 'set';
  }

  /** What our workspace may cost by one spend limit, if that is a limit of ours. */
  #spendIn(entry: Answer): number | undefined {
    if (entry.text('currency') !== 'USD') throw malformed('the list of spend limits', 'is not in USD');
    const scope = entry.object('scope');
    if (scope.text('type') !== 'workspace' || scope.text('workspace_id') !== this.#options.workspaceId)
      return undefined;
    const amount = entry.textOrNull('amount');
    if (entry.text('period') !== 'monthly' || amount === null) return undefined;
    if (!/^\d{1,15}$/.test(amount)) throw malformed('the list of spend limits', 'has an amount that is no number');
    return Number(amount) / CENTS_PER_USD;
  }
}

/** One entry of the list. Kinds of limits and groups that we do not know are left out, and left alone. */
function groupOf(entry: Answer, workspaceId: string): RateLimitGroup {
  entry.mustBe('workspace_id', workspaceId);
  const type = entry.object('group').text('type');
  const own = new Map<RateLimiter, number>();
  for (const limit of entry.objects('limits')) {
    const limiter = RATE_LIMITERS.find((each) => TYPES[each] === limit.text('type'));
    const isOwn = limit.object('source').oneOf('type', ['workspace', 'organization']) === 'workspace';
    if (limiter && isOwn) own.set(limiter, limit.count('value'));
  }
  return {
    id: entry.text('rate_limit_id'),
    of: type === 'model_group' ? entry.listOfTexts('models') : [type],
    own,
  };
}

async function offered<Value>(
  what: string,
  isNotOffered: (error: unknown) => boolean,
  asked: Promise<Value>,
): Promise<Value | 'not-offered'> {
  try {
    return await asked;
  } catch (error) {
    if (isNotOffered(error)) return 'not-offered';
    throw issuerFailed(what, error);
  }
}
