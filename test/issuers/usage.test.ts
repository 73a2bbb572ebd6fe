import { ClaudeConsoleWorld } from './claude-console-world';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAGE = { data: [], has_more: false, next_page: null, data_refreshed_at: '2026-11-20T09:25:00Z' };

describe('ClaudeConsoleUsage', () => {
  let world: ClaudeConsoleWorld;
  beforeEach(() => {
    world = new ClaudeConsoleWorld();
  });

  const row = (keyId: string | null, hour: string, usage: object = { requests: 1, total_tokens: 18 }) => ({
    starting_at: `2026-11-20T${hour}:00:00Z`,
    ending_at: `2026-11-20T${String(Number(hour) + 1).padStart(2, '0')}:00:00Z`,
    group: { api_key_id: keyId },
    usage,
  });
  const hoursAgo = (hours: number): Date => new Date(world.clock.now().getTime() - hours * HOUR_MS);

  it('asks by the hour, for whole hours, by key, for our workspace', async () => {
    const report = await world.usage.since(new Date('2026-11-20T07:45:00Z'));
    const query = Object.fromEntries(world.requests[0]?.query ?? []);
    expect(query).toMatchObject({
      starting_at: '2026-11-20T07:00:00.000Z',
      ending_at: '2026-11-20T10:00:00.000Z',
      time_bucket_width: '1h',
      'group_by[]': 'api_key_id',
      'workspace_ids[]': world.workspaceId,
      order: 'asc',
      order_by: 'time',
    });
    expect(report.from).toEqual(new Date('2026-11-20T07:00:00Z'));
  });

  it('dates a use of today or the two days before by its hour', async () => {
    const { id, rawKey } = world.ourKey();
    await world.clock.advanceTo(new Date('2026-11-21T00:00:00Z'));
    await world.useKey(rawKey);
    await world.clock.advanceTo(new Date('2026-11-23T23:59:00Z'));
    const report = await world.usage.since(new Date('2026-11-01T00:00:00Z'));
    expect(report.lastUsedAt.get(id)).toEqual(new Date('2026-11-21T01:00:00Z'));
  });

  it('dates an older use at the end of its day, never earlier than it was', async () => {
    const { id, rawKey } = world.ourKey();
    await world.useKey(rawKey);
    await world.clock.advanceTo(new Date('2026-11-23T00:00:00Z'));
    const report = await world.usage.since(new Date('2026-11-01T12:00:00Z'));
    expect(report.lastUsedAt.get(id)).toEqual(new Date('2026-11-21T00:00:00Z'));
    expect(report.from).toEqual(new Date('2026-11-01T00:00:00Z'));
  });

  it('asks for ranges of at most 31 days that leave no gap, the last three days by the hour', async () => {
    const from = world.clock.now();
    await world.clock.advanceBy(100 * DAY_MS);
    await world.usage.since(from);
    const asked = (name: string): (string | null)[] => world.requests.map(({ query }) => query.get(name));
    expect(asked('time_bucket_width')).toEqual(['1d', '1d', '1d', '1d', '1h']);
    expect(asked('starting_at').slice(1)).toEqual(asked('ending_at').slice(0, -1));
    expect(asked('starting_at')[0]).toBe('2026-11-20T00:00:00.000Z');
    expect(asked('starting_at').at(-1)).toBe('2027-02-26T00:00:00.000Z');
    expect(asked('ending_at').at(-1)).toBe('2027-02-28T10:00:00.000Z');
  });

  it('reads all pages, and takes the oldest refresh time', async () => {
    world.answerNext(200, { ...PAGE, data: [row('apikey_01a', '05')], has_more: true, next_page: 'p2' });
    world.answerNext(200, { ...PAGE, data: [row('apikey_01b', '06')], data_refreshed_at: '2026-11-20T09:20:00Z' });
    const report = await world.usage.since(hoursAgo(5));
    expect([...report.lastUsedAt]).toEqual([
      ['apikey_01a', new Date('2026-11-20T06:00:00Z')],
      ['apikey_01b', new Date('2026-11-20T07:00:00Z')],
    ]);
    expect(report.refreshedAt).toEqual(new Date('2026-11-20T09:20:00Z'));
  });

  it.each([0, 1])('does not know its refresh time when page %i does not say', async (silent) => {
    const refresh = (page: number) => (page === silent ? { data_refreshed_at: null } : {});
    world.answerNext(200, { ...PAGE, ...refresh(0), has_more: true, next_page: 'p2' });
    world.answerNext(200, { ...PAGE, ...refresh(1) });
    expect(await world.usage.since(hoursAgo(5))).not.toHaveProperty('refreshedAt');
  });

  it('takes the latest hour of a key, in whatever order rows come', async () => {
    world.answerNext(200, {
      ...PAGE,
      data: [row('apikey_01a', '05'), row('apikey_01a', '07'), row('apikey_01a', '06')],
    });
    const report = await world.usage.since(hoursAgo(5));
    expect(report.lastUsedAt.get('apikey_01a')).toEqual(new Date('2026-11-20T08:00:00Z'));
  });

  it.each([
    ['requests', { requests: 3, total_tokens: 0 }, true],
    ['tokens, requests not counted', { requests: null, total_tokens: 5 }, true],
    ['neither counted nor any tokens', { requests: null, total_tokens: 0 }, true],
    ['no requests, yet tokens', { requests: 0, total_tokens: 5 }, true],
    ['no requests, no tokens', { requests: 0, total_tokens: 0 }, false],
  ])('of a row with %s', async (_what, usage, isUse) => {
    world.answerNext(200, { ...PAGE, data: [row('apikey_01a', '05', usage)] });
    expect((await world.usage.since(hoursAgo(5))).lastUsedAt.has('apikey_01a')).toBe(isUse);
  });

  it('leaves out use without a key', async () => {
    world.answerNext(200, { ...PAGE, data: [row(null, '05')] });
    expect((await world.usage.since(hoursAgo(5))).lastUsedAt.size).toBe(0);
  });

  const bad: readonly [string, string | object][] = [
    ['a page of HTML', '<html></html>'],
    ['half a document', '{"data": ['],
    ['a page without rows', { has_more: false, data_refreshed_at: null }],
    ['a page that does not say whether there is more', { data: [], data_refreshed_at: null }],
    ['a page without a word on its refresh', { data: [], has_more: false }],
    ['a refresh time that is none', { ...PAGE, data_refreshed_at: 'soon' }],
    ['more pages without a cursor', { ...PAGE, has_more: true }],
    ['a row without usage', { ...PAGE, data: [{ ending_at: '2026-11-20T06:00:00Z', group: { api_key_id: 'x' } }] }],
    ['a row without a group', { ...PAGE, data: [{ ending_at: '2026-11-20T06:00:00Z', usage: {} }] }],
  ];

  it.each(bad)('rejects %s', async (_what, body) => {
    world.answerNext(200, body);
    await expect(world.usage.since(hoursAgo(5))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });

  it('rejects pages that do not move on, rather than read for ever', async () => {
    for (let i = 0; i < 2; i++) world.answerNext(200, { ...PAGE, has_more: true, next_page: 'p2' });
    const report = world.usage.since(hoursAgo(5));
    await expect(report).rejects.toMatchObject({ message: expect.stringContaining('does not move on') });
  });

  it('rejects when any page is missing', async () => {
    world.answerNext(200, { ...PAGE, data: [row('apikey_01a', '05')], has_more: true, next_page: 'p2' });
    world.answerNext(500);
    await expect(world.usage.since(hoursAgo(5))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });
});
