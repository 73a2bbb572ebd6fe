import type { FaultAnswer } from '../../sandbox/claude/faults';
import { ClaudeConsoleWorld } from './claude-console-world';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ANALYTICS = /\/analytics\/usage$/;
const OLDER = /\/usage_report\/messages$/;
const TOKENS = {
  uncached_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 0,
};

const refusal = (status: number, type: string, code?: string): FaultAnswer => ({
  status,
  body: JSON.stringify({
    type: 'error',
    error: { type, message: 'private words', ...(code === undefined ? {} : { details: { error_code: code } }) },
    request_id: 'req_x',
  }),
});

describe('ClaudeConsoleUsage, where the analytics report is not served', () => {
  let world: ClaudeConsoleWorld;
  beforeEach(() => {
    world = new ClaudeConsoleWorld({ analyticsServed: false });
  });

  const hoursAgo = (hours: number): Date => new Date(world.clock.now().getTime() - hours * HOUR_MS);
  const older = () => world.requests.filter(({ path }) => OLDER.test(path));
  const page = (results: readonly object[], next: string | null = null): object => ({
    data: [{ starting_at: '2026-11-20T05:00:00Z', ending_at: '2026-11-20T06:00:00Z', results }],
    has_more: next !== null,
    next_page: next,
  });
  const answerOlder = (body: object): void => {
    world.organization.faults.push({ path: OLDER, times: 1, answer: { status: 200, body: JSON.stringify(body) } });
  };

  it('tells the last use of each key by the hour, and does not say how fresh that is', async () => {
    const [used, unused] = [world.ourKey('used'), world.ourKey('unused')];
    await world.useKey(used.rawKey);
    await world.clock.advanceBy(3 * HOUR_MS);
    await world.useKey(used.rawKey);
    await world.clock.advanceBy(2 * HOUR_MS);
    const report = await world.usage.since(hoursAgo(6));
    expect(report.lastUsedAt.get(used.id)).toEqual(new Date('2026-11-20T13:00:00Z'));
    expect(report.lastUsedAt.has(unused.id)).toBe(false);
    expect(report).not.toHaveProperty('refreshedAt');
    expect(report.from).toEqual(new Date('2026-11-20T08:00:00Z'));
  });

  it('asks by key, for our workspace alone', async () => {
    const elsewhere = world.organization.createKey({ name: 'elsewhere' });
    await world.useKey(elsewhere.rawKey);
    await world.clock.advanceBy(HOUR_MS);
    expect((await world.usage.since(hoursAgo(3))).lastUsedAt.size).toBe(0);
    expect(Object.fromEntries(older()[0]?.query ?? [])).toMatchObject({
      bucket_width: '1h',
      'group_by[]': 'api_key_id',
      'workspace_ids[]': world.workspaceId,
      limit: '168',
    });
  });

  it.each([true, false])(
    'misses no bucket at the end of a range, whether the end is included (%s) or not',
    async (included) => {
      world.organization.settings.olderReportsIncludeEnd = included;
      const { id, rawKey } = world.ourKey();
      await world.clock.advanceTo(new Date('2026-11-20T23:59:00Z'));
      await world.useKey(rawKey);
      await world.clock.advanceTo(new Date('2026-11-23T12:00:00Z'));
      const report = await world.usage.since(new Date('2026-11-01T00:00:00Z'));
      expect(report.lastUsedAt.get(id)).toEqual(new Date('2026-11-21T00:00:00Z'));
    },
  );

  it('reads a hundred days, page by page', async () => {
    const from = world.clock.now();
    const { id, rawKey } = world.ourKey();
    await world.useKey(rawKey);
    await world.clock.advanceBy(100 * DAY_MS);
    const report = await world.usage.since(from);
    expect(report.lastUsedAt.get(id)).toEqual(new Date('2026-11-21T00:00:00Z'));
    expect(older().every(({ query }) => Number(query.get('limit')) <= 168)).toBe(true);
  });

  it('reads all pages, and takes the latest hour of a key', async () => {
    answerOlder(page([{ ...TOKENS, api_key_id: 'apikey_01a', output_tokens: 1 }], 'p2'));
    answerOlder(page([{ ...TOKENS, api_key_id: 'apikey_01b', output_tokens: 1 }]));
    const report = await world.usage.since(hoursAgo(5));
    expect([...report.lastUsedAt.keys()]).toEqual(['apikey_01a', 'apikey_01b']);
    expect(older().map(({ query }) => query.get('page'))).toEqual([null, 'p2']);
  });

  it.each([
    ['uncached input', { uncached_input_tokens: 1 }, true],
    ['input read from a cache', { cache_read_input_tokens: 1 }, true],
    [
      'input written to a cache',
      { cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 1 } },
      true,
    ],
    ['output', { output_tokens: 1 }, true],
    ['no tokens', {}, false],
  ])('of an hour with %s', async (_what, tokens, isUse) => {
    answerOlder(page([{ ...TOKENS, ...tokens, api_key_id: 'apikey_01a' }]));
    expect((await world.usage.since(hoursAgo(5))).lastUsedAt.has('apikey_01a')).toBe(isUse);
  });

  it('leaves out use without a key', async () => {
    answerOlder(page([{ ...TOKENS, api_key_id: null, output_tokens: 1 }]));
    expect((await world.usage.since(hoursAgo(5))).lastUsedAt.size).toBe(0);
  });

  it.each([
    ['no buckets', { has_more: false, next_page: null }],
    ['a bucket without results', { data: [{ ending_at: '2026-11-20T06:00:00Z' }], has_more: false, next_page: null }],
    ['a result without tokens', page([{ api_key_id: 'apikey_01a' }])],
    ['more pages without a cursor', { data: [], has_more: true, next_page: null }],
  ])('rejects %s', async (_what, body) => {
    answerOlder(body);
    await expect(world.usage.since(hoursAgo(5))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });

  it('rejects when neither report is served', async () => {
    world.organization.faults.push({ path: OLDER, times: 1, answer: refusal(404, 'not_found_error') });
    await expect(world.usage.since(hoursAgo(5))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });

  it('comes back to the analytics report as soon as it is served', async () => {
    await world.usage.since(hoursAgo(5));
    world.organization.settings.analyticsServed = true;
    expect(await world.usage.since(hoursAgo(5))).toHaveProperty('refreshedAt');
  });

  describe('tells that from other failures', () => {
    beforeEach(() => {
      world.organization.settings.analyticsServed = true;
    });
    const failAnalytics = (answer: FaultAnswer): void => {
      world.organization.faults.push({ path: ANALYTICS, times: 1, answer });
    };

    it.each([
      ['no permission', refusal(403, 'permission_error')],
      ['no such path', refusal(404, 'not_found_error')],
      ['a beta that ended', refusal(400, 'invalid_request_error')],
      ['a beta it does not have', refusal(400, 'invalid_request_error', 'organization_not_enrolled_in_beta')],
      ['another type of organization', refusal(400, 'invalid_request_error', 'organization_type_not_supported')],
    ])('asks for the older report on %s', async (_what, answer) => {
      failAnalytics(answer);
      expect(await world.usage.since(hoursAgo(5))).not.toHaveProperty('refreshedAt');
      expect(older()).toHaveLength(1);
    });

    it.each([
      ['a refused admin key', refusal(401, 'authentication_error')],
      ['a rate limit', refusal(429, 'rate_limit_error')],
      ['an organization on hold', refusal(400, 'invalid_request_error', 'organization_on_hold')],
      ['an outage', refusal(529, 'overloaded_error')],
      ['a 403 that is not the issuer’s', { status: 403, body: '<html>blocked</html>' }],
      ['a 404 that is not the issuer’s', { status: 404, body: '<html>no such host</html>' }],
    ])('rejects on %s', async (_what, answer) => {
      failAnalytics(answer);
      const error = world.usage.since(hoursAgo(5));
      await expect(error).rejects.toMatchObject({ code: 'IssuerFailed' });
      await expect(error).rejects.not.toMatchObject({ message: expect.stringContaining('private words') });
      expect(older()).toHaveLength(0);
    });

    it('begins anew when the analytics report is refused between two pages', async () => {
      const first = { data: [], has_more: true, next_page: 'p2', data_refreshed_at: '2026-11-20T09:25:00Z' };
      failAnalytics({ status: 200, body: JSON.stringify(first) });
      failAnalytics(refusal(403, 'permission_error'));
      expect(await world.usage.since(hoursAgo(5))).not.toHaveProperty('refreshedAt');
      expect(older()).toHaveLength(1);
    });
  });
});
