import { ApiKey } from '../../lib/core/api-key';
import { ClaudeConsoleUseReports } from '../../lib/issuers/claude-console/use-reports';
import { BASE_URL, START } from '../sandbox/claude/claude-world';
import { ClaudeConsoleWorld } from './claude-console-world';

const UNTIL = '2026-11-20T09:25:00Z';
const PAGE = { data: [], has_more: false, next_page: null, data_refreshed_at: UNTIL };
const SIX = new Date('2026-11-20T06:00:00Z');
const EIGHT = new Date('2026-11-20T08:00:00Z');
const NINE = new Date('2026-11-20T09:00:00Z');

let world: ClaudeConsoleWorld;
let reports: ClaudeConsoleUseReports;
beforeEach(() => {
  world = new ClaudeConsoleWorld();
  const { workspaceId, clock, fetch } = world;
  const adminKey = async () => new ApiKey(world.adminKey);
  reports = new ClaudeConsoleUseReports({ baseUrl: BASE_URL, fetch, maxRetries: 0, workspaceId, adminKey, clock });
});

/** A row of the report that shows one use. */
const row = (from: string, to: string) => ({
  starting_at: `2026-11-20T${from}Z`,
  ending_at: `2026-11-20T${to}Z`,
  group: { api_key_id: 'k1' },
  usage: { requests: 1, total_tokens: 3 },
});
const cursors = () => world.requests.map(({ query }) => query.get('page'));

describe('a report of the last use', () => {
  it('is asked for page by page, each at the cursor that the last one named', async () => {
    world.answerNext(200, { ...PAGE, has_more: true, next_page: 'p2' });
    world.answerNext(200, { ...PAGE, has_more: true, next_page: 'p3' });
    world.answerNext(200, PAGE);
    await world.usage.since(SIX);
    expect(cursors()).toEqual([null, 'p2', 'p3']);
  });

  it.each([
    ['before what was asked for', '05:59:59', '06:30:00'],
    ['and ends before it begins', '07:00:00', '06:00:00'],
    ['and ends as it begins', '07:00:00', '07:00:00'],
    ['and lasts longer than was asked for', '07:00:00', '08:00:01'],
  ])('is refused when a row begins %s', async (_what, from, to) => {
    world.answerNext(200, { ...PAGE, data: [row(from, to)] });
    await expect(world.usage.since(SIX)).rejects.toMatchObject({
      code: 'IssuerFailed',
      message: expect.stringContaining('an item of the usage report has a time that was not asked for'),
    });
  });

  it('is taken when a row begins right where it was asked for, and lasts its whole hour', async () => {
    world.answerNext(200, { ...PAGE, data: [row('06:00:00', '07:00:00')] });
    expect((await world.usage.since(SIX)).lastUsedAt.get('k1')).toEqual(new Date('2026-11-20T07:00:00Z'));
  });

  it.each([
    ['five minutes ahead, as clocks may be', 5 * 60_000, true],
    ['a millisecond more', 5 * 60_000 + 1, false],
  ])('may be complete up to %s', async (_what, aheadMs, taken) => {
    const until = new Date(START.getTime() + aheadMs);
    world.answerNext(200, { ...PAGE, data_refreshed_at: until.toISOString() });
    const report = world.usage.since(SIX);
    if (taken) expect((await report).refreshedAt).toEqual(until);
    else await expect(report).rejects.toMatchObject({ message: expect.stringContaining('up to a time to come') });
  });

  it('is complete up to the earliest of what its pages say, in whatever order they come', async () => {
    world.answerNext(200, { ...PAGE, data_refreshed_at: '2026-11-20T09:10:00Z', has_more: true, next_page: 'p2' });
    world.answerNext(200, PAGE);
    expect((await world.usage.since(SIX)).refreshedAt).toEqual(new Date('2026-11-20T09:10:00Z'));
  });

  it('says in an error what was asked for and what came', async () => {
    world.answerNext(200, '<html>');
    await expect(world.usage.since(SIX)).rejects.toMatchObject({
      message: 'the Claude API answered something unexpected: the usage report is not JSON',
    });
    world.answerNext(500);
    await expect(world.usage.since(SIX)).rejects.toMatchObject({
      message: 'the Claude API did not report the use of keys: status 500, a failure at the issuer',
    });
    world.organization.settings.analyticsServed = false;
    world.organization.faults.push({
      path: '/v1/organizations/usage_report/messages',
      times: 1,
      answer: { status: 500 },
    });
    await expect(world.usage.since(SIX)).rejects.toMatchObject({
      message: 'the Claude API did not report the use of keys: status 500, a failure at the issuer',
    });
  });
});

describe('the older report', () => {
  const bucket = (results: readonly object[]) => ({
    data: [{ starting_at: '2026-11-20T06:00:00Z', ending_at: '2026-11-20T07:00:00Z', results }],
    has_more: false,
    next_page: null,
  });
  const answerOlder = (body: object) =>
    world.organization.faults.push({
      path: '/v1/organizations/usage_report/messages',
      times: 1,
      answer: { status: 200, body: JSON.stringify(body) },
    });
  beforeEach(() => {
    world.organization.settings.analyticsServed = false;
  });

  it('sums all kinds of tokens, so that none takes another away', async () => {
    const tokens = {
      api_key_id: 'k1',
      uncached_input_tokens: 5,
      cache_read_input_tokens: 5,
      cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 5 },
      output_tokens: 0,
    };
    answerOlder(bucket([tokens]));
    expect((await world.usage.since(SIX)).lastUsedAt.has('k1')).toBe(true);
    const balanced = { ...tokens, uncached_input_tokens: 0, cache_read_input_tokens: 5 };
    answerOlder(
      bucket([{ ...balanced, cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 0 } }]),
    );
    expect((await world.usage.since(SIX)).lastUsedAt.has('k1')).toBe(true);
  });

  it('is named in an error', async () => {
    answerOlder({ data: 7, has_more: false, next_page: null });
    await expect(world.usage.since(SIX)).rejects.toMatchObject({
      message: expect.stringContaining('the older usage report has no list "data"'),
    });
  });
});

describe('a report of use and cost', () => {
  const useRow = {
    starting_at: '2026-11-20T08:00:00Z',
    group: { api_key_id: 'k1' },
    usage: {
      requests: 3,
      uncached_input_tokens: 1,
      cache_read_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 4_000 },
      output_tokens: 50_000,
    },
  };
  const costRow = (cost: object, keyId: string | null = 'k1') => ({ group: { api_key_id: keyId }, cost });

  it('is read page by page, and complete up to the earliest of what they say', async () => {
    const earlier = { ...PAGE, data: [useRow], data_refreshed_at: '2026-11-20T09:10:00Z' };
    world.answerNext(200, { ...PAGE, data: [useRow], has_more: true, next_page: 'p2' });
    world.answerNext(200, { ...earlier, has_more: true, next_page: 'p3' });
    world.answerNext(200, PAGE);
    const { refreshedAt, entries } = await reports.byHour(EIGHT, NINE);
    expect(refreshedAt).toEqual(new Date('2026-11-20T09:10:00Z'));
    expect(entries).toHaveLength(2);
    expect(cursors()).toEqual([null, 'p2', 'p3']);
  });

  it('sums all kinds of input tokens', async () => {
    world.answerNext(200, { ...PAGE, data: [useRow] });
    expect((await reports.byHour(EIGHT, NINE)).entries).toEqual([
      { keyId: 'k1', from: EIGHT, requests: 3, inputTokens: 4_321, outputTokens: 50_000 },
    ]);
  });

  it('leaves out what no key used', async () => {
    const cost = { amount: '100', currency: 'USD' };
    world.answerNext(200, { ...PAGE, data: [costRow(cost, null), costRow(cost)] });
    expect((await reports.cost(EIGHT, NINE)).entries).toEqual([{ keyId: 'k1', usd: 1 }]);
  });

  it('takes a key that cost nothing', async () => {
    world.answerNext(200, { ...PAGE, data: [costRow({ amount: '0', currency: 'USD' })] });
    expect((await reports.cost(EIGHT, NINE)).entries).toEqual([{ keyId: 'k1', usd: 0 }]);
  });

  it.each([
    ['that does not say up to when', { ...PAGE, data_refreshed_at: null }, 'does not say up to when it is complete'],
    ['of no number', { ...PAGE, data: [costRow({ amount: 'x', currency: 'USD' })] }, 'has an amount that is no number'],
    ['of another currency', { ...PAGE, data: [costRow({ amount: '1', currency: 'EUR' })] }, 'is not in USD'],
  ])('is refused by its name: one %s', async (_what, page, how) => {
    world.answerNext(200, page);
    await expect(reports.cost(EIGHT, NINE)).rejects.toMatchObject({
      message: `the Claude API answered something unexpected: the cost report ${how}`,
    });
  });

  it('is named for what it is of', async () => {
    world.answerNext(200, { ...PAGE, data: 7 });
    await expect(reports.inTotal(EIGHT, NINE)).rejects.toMatchObject({
      message: expect.stringContaining('the usage report has no list "data"'),
    });
    world.answerNext(500);
    await expect(reports.inTotal(EIGHT, NINE)).rejects.toMatchObject({
      message: expect.stringContaining('did not report the use of keys: status 500'),
    });
  });
});

describe('the list of keys', () => {
  it('is named in an error, as is a key, and what was to be done with it', async () => {
    const { id } = world.ourKey();
    const elsewhere = world.organization.createKey({ name: 'x', workspaceId: world.organization.addWorkspace() });
    const everywhere = world.organization.createKey({ name: 'y', workspaceId: null });
    const message = async (answer: (() => void) | undefined, ask: () => Promise<unknown>): Promise<string> => {
      answer?.();
      return ask().then(
        () => 'nothing was wrong',
        (error: Error) => error.message,
      );
    };
    const { keys } = world;
    const broken = () => world.answerNext(200, '<html>');
    const failing = () => world.answerNext(500);
    expect(await message(broken, () => keys.list())).toContain('the list of keys is not JSON');
    expect(await message(failing, () => keys.list())).toContain('did not list the keys of the workspace: status 500');
    expect(await message(broken, () => keys.find(id))).toContain(`the key ${id} is not JSON`);
    expect(await message(failing, () => keys.find(id))).toContain(`did not show the key ${id}: status 500`);
    const disable = (keyId: string) => () => keys.setStatus(keyId, 'inactive');
    expect(await message(undefined, disable('apikey_none'))).toBe('the Claude API knows no key apikey_none');
    expect(await message(undefined, disable(elsewhere.id))).toMatch(
      /belongs to wrkspc_\w+; .* keys of wrkspc_\w+ only/,
    );
    expect(await message(undefined, disable(everywhere.id))).toContain(
      'belongs to no single workspace; this environment',
    );
    const failChange = () => world.organization.faults.push({ method: 'POST', times: 1, answer: { status: 500 } });
    expect(await message(failChange, disable(id))).toContain(`did not make the key ${id} inactive: status 500`);
  });
});
