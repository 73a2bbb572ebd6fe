import { ApiKey } from '../../lib/core/api-key';
import { ClaudeConsoleLimits } from '../../lib/issuers/claude-console/limits';
import { fetchFrom } from '../../sandbox/claude/fetch';
import type { HttpHandler } from '../../sandbox/http';
import { BASE_URL } from '../sandbox/claude/claude-world';
import { bearsBadAnswers, isCount, isText, type Probe, probe } from '../support/bad-answers/probe';
import { ClaudeConsoleWorld } from './claude-console-world';

const HAIKU = 'claude-haiku-5-5';

describe('ClaudeConsoleLimits', () => {
  let world: ClaudeConsoleWorld;
  beforeEach(() => {
    world = new ClaudeConsoleWorld({ requestsPerMinute: 50, tokenCountsPerMinute: 20, spendLimitAccess: 'all' });
  });

  const limitsThrough = (outside: HttpHandler) =>
    new ClaudeConsoleLimits({
      baseUrl: BASE_URL,
      fetch: fetchFrom(outside),
      maxRetries: 0,
      workspaceId: world.workspaceId,
      adminKey: async () => new ApiKey(world.adminKey),
    });
  const limits = () => limitsThrough(world.handler);

  /** The group of a model or surface. */
  const groupOf = async (of: string) => {
    const groups = await limits().rateLimits();
    const found = groups === 'not-offered' ? undefined : groups.find((each) => each.of.includes(of));
    if (!found) throw new Error(`no group of ${of}`);
    return found;
  };

  it('lists models that are limited together and surfaces, with the limits that are the workspace’s own', async () => {
    expect((await groupOf(HAIKU)).of).toContain('claude-opus-5-5');
    expect((await groupOf(HAIKU)).own).toEqual(new Map());
    const { id } = await groupOf('token_count');
    expect(await limits().setRateLimits(id, { requestsPerMinute: 5 })).toBe('set');
    expect((await groupOf('token_count')).own).toEqual(new Map([['requestsPerMinute', 5]]));
    expect((await groupOf(HAIKU)).own).toEqual(new Map());
  });

  it('sets limits of tokens, each under the name that Claude has for it', async () => {
    const values = { inputTokensPerMinute: 1, uncachedInputTokensPerMinute: 2, outputTokensPerMinute: 3 };
    await limits().setRateLimits((await groupOf(HAIKU)).id, values);
    const { data } = await world.sdk(world.adminKey).organization.workspaces.rateLimits.list(world.workspaceId);
    expect(data[0]?.limits.map(({ type, value }) => [type, value])).toEqual([
      ['input_tokens_per_minute', 1],
      ['input_tokens_per_minute_cache_aware', 2],
      ['output_tokens_per_minute', 3],
    ]);
    expect((await groupOf(HAIKU)).own).toEqual(new Map(Object.entries(values)));
  });

  it('sets a limit of its own workspace and of no other', async () => {
    const { id } = await groupOf(HAIKU);
    await limits().setRateLimits(id, { requestsPerMinute: 5 });
    const { organization } = world;
    const limitOf = (workspaceId: string) =>
      organization.rateLimits.workspaceLimit({ workspaceId, surface: 'messages', limiter: 'requests_per_minute' });
    expect(limitOf(world.workspaceId)).toBe(5);
    expect(limitOf(organization.defaultWorkspaceId)).toBeNull();
  });

  it('reads and sets what its workspace may cost in a month, in USD, whatever others may', async () => {
    const { spendLimits } = world.sdk(world.adminKey).beta.organization;
    await spendLimits.set({ amount: '100', scope: { type: 'organization' } });
    const other = world.organization.addWorkspace();
    await spendLimits.set({ amount: '200', scope: { type: 'workspace', workspace_id: other } });

    expect(await limits().monthlySpend()).toEqual({ usd: undefined });
    expect(await limits().setMonthlySpend(500)).toBe('set');
    expect(await limits().monthlySpend()).toEqual({ usd: 500 });
    expect(world.organization.spendLimits.list().map(({ amount }) => amount)).toEqual(['50000', '200', '100']);
  });

  it('says that spend limits are not offered, to be set or to be seen', async () => {
    world.organization.settings.spendLimitAccess = 'list';
    expect(await limits().monthlySpend()).toEqual({ usd: undefined });
    expect(await limits().setMonthlySpend(500)).toBe('not-offered');
    world.organization.settings.spendLimitAccess = 'none';
    expect(await limits().monthlySpend()).toBe('not-offered');
  });

  it('rejects amounts in another currency, rather than take them for USD', async () => {
    const tier = { id: 'spl_1', amount: '5', currency: 'EUR', period: 'monthly', scope: { type: 'usage_tier' } };
    world.answerNext(200, { data: [tier], next_page: null });
    await expect(limits().monthlySpend()).rejects.toThrow('is not in USD');
  });

  const spendOf = (changes: object) => ({
    amount: '5000',
    currency: 'USD',
    period: 'monthly',
    scope: { type: 'workspace', workspace_id: world.workspaceId },
    ...changes,
  });

  it('takes no limit of another period, and none without an amount, for a month', async () => {
    world.answerNext(200, { data: [spendOf({ period: 'daily' }), spendOf({ amount: null })], next_page: null });
    expect(await limits().monthlySpend()).toEqual({ usd: undefined });
    world.answerNext(200, { data: [spendOf({ period: 'daily', amount: '700' }), spendOf({})], next_page: null });
    expect(await limits().monthlySpend()).toEqual({ usd: 50 });
  });

  it.each(['5000 USD', '$5000', '-5000', '1e4'])('rejects "%s", which is no amount', async (amount) => {
    world.answerNext(200, { data: [spendOf({ amount })], next_page: null });
    await expect(limits().monthlySpend()).rejects.toThrow('has an amount that is no number');
  });

  it('reads a list page by page, up to the one that names no next', async () => {
    const mine = spendOf({ amount: '700' });
    const others = spendOf({ scope: { type: 'organization' } });
    world.answerNext(200, { data: [others], next_page: 'two' });
    world.answerNext(200, { data: [mine], next_page: null });
    expect(await limits().monthlySpend()).toEqual({ usd: 7 });
  });

  it('rejects limits of another workspace than it asked about', async () => {
    const { id } = await groupOf(HAIKU);
    const limit = { rate_limit_id: id, workspace_id: 'wrkspc_other', group: { type: 'batch' }, limits: [] };
    world.answerNext(200, { data: [limit], next_page: null });
    await expect(limits().rateLimits()).rejects.toThrow('another "workspace_id" than was asked for');
    world.answerNext(200, limit);
    await expect(limits().setRateLimits(id, {})).rejects.toThrow('another "workspace_id" than was asked for');
  });

  it('rejects a change that was accepted and does not show', async () => {
    const { workspaceId } = world;
    const { id } = await groupOf(HAIKU);
    world.answerNext(200, { rate_limit_id: id, workspace_id: workspaceId, group: { type: 'batch' }, limits: [] });
    await expect(limits().setRateLimits(id, { requestsPerMinute: 5 })).rejects.toThrow('not as it was set');
    const scope = { type: 'workspace', workspace_id: workspaceId };
    world.answerNext(200, { amount: '600', currency: 'USD', period: 'monthly', scope });
    await expect(limits().setMonthlySpend(5)).rejects.toThrow('not as it was set');
  });

  it.each([401, 404, 429, 500])(
    'rejects when the answer has status %d, which says nothing of what is offered',
    async (status) => {
      const error = { type: 'error', error: { type: status === 404 ? 'not_found_error' : 'api_error', message: 'no' } };
      for (const call of [
        () => limits().rateLimits(),
        () => limits().setMonthlySpend(5),
        () => limits().setRateLimits('rl_x', {}),
      ]) {
        world.answerNext(status, error);
        await expect(call()).rejects.toMatchObject({ code: 'IssuerFailed' });
      }
    },
  );

  /** Every method, with what may be true of each field that is data. */
  const PROBES: Readonly<Record<string, () => Promise<Partial<Probe> & Pick<Probe, 'call'>>>> = {
    'IssuerLimits.rateLimits': async () => ({
      call: (outside) => limitsThrough(outside).rateLimits(),
      data: { rate_limit_id: isText, value: isCount, models: isTexts, type: isText },
    }),
    'IssuerLimits.setRateLimits': async () => {
      const { id } = await groupOf(HAIKU);
      return { call: (outside) => limitsThrough(outside).setRateLimits(id, { requestsPerMinute: 5 }) };
    },
    'IssuerLimits.monthlySpend': async () => {
      await limits().setMonthlySpend(500);
      return {
        call: (outside) => limitsThrough(outside).monthlySpend(),
        data: { amount: isAmount, workspace_id: isText, type: isText, period: isText },
      };
    },
    'IssuerLimits.setMonthlySpend': async () => ({ call: (outside) => limitsThrough(outside).setMonthlySpend(5) }),
  };

  it.each(Object.keys(PROBES))('makes %s tell the truth, or say that it cannot', async (method) => {
    const made = await PROBES[method]?.();
    if (!made) throw new Error('no such probe');
    const outside = {
      truth: world.handler,
      code: 'IssuerFailed' as const,
      secrets: () => [world.adminKey.slice(20, 60)],
    };
    await bearsBadAnswers(probe({ method, ...made }), outside);
  });
});

const isTexts = (value: unknown): boolean => [value].flat().every((each) => typeof each === 'string');
const isAmount = (value: unknown): boolean => value === null || (typeof value === 'string' && /^\d{1,15}$/.test(value));
