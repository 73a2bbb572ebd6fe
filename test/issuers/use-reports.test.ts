import { ApiKey } from '../../lib/core/api-key';
import { ClaudeConsoleUseReports } from '../../lib/issuers/claude-console/use-reports';
import { BASE_URL } from '../sandbox/claude/claude-world';
import { ClaudeConsoleWorld } from './claude-console-world';

const HOUR_MS = 3_600_000;
const at = (time: string): Date => new Date(`2026-11-20T${time}:00Z`);

describe('ClaudeConsoleUseReports', () => {
  let world: ClaudeConsoleWorld;
  let reports: ClaudeConsoleUseReports;
  beforeEach(() => {
    world = new ClaudeConsoleWorld();
    reports = new ClaudeConsoleUseReports({
      baseUrl: BASE_URL,
      fetch: world.fetch,
      maxRetries: 0,
      workspaceId: world.workspaceId,
      adminKey: async () => new ApiKey(world.adminKey),
      clock: world.clock,
    });
  });

  const usedTwice = async (): Promise<string> => {
    const { id, rawKey } = world.ourKey();
    await world.useKey(rawKey);
    await world.clock.advanceBy(HOUR_MS);
    await world.useKey(rawKey);
    await world.clock.advanceBy(10 * 60_000);
    return id;
  };

  it('counts requests and tokens of each key by the hour, and says up to when', async () => {
    const keyId = await usedTwice();
    const now = world.clock.now();
    const { refreshedAt, entries } = await reports.byHour(at('08:00'), at('12:00'));
    const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
    expect(entries).toEqual([
      {
        keyId,
        from: new Date(hour.getTime() - HOUR_MS),
        requests: 1,
        inputTokens: 14,
        outputTokens: 4,
      },
      { keyId, from: hour, requests: 1, inputTokens: 14, outputTokens: 4 },
    ]);
    expect(now.getTime() - refreshedAt.getTime()).toBe(5 * 60_000);
  });

  it('sums a stretch up into one entry per key', async () => {
    const keyId = await usedTwice();
    const { entries } = await reports.inTotal(at('08:00'), at('12:00'));
    expect(entries).toEqual([{ keyId, from: at('08:00'), requests: 2, inputTokens: 28, outputTokens: 8 }]);
  });

  it('turns cents into dollars', async () => {
    const keyId = await usedTwice();
    const { entries } = await reports.cost(at('00:00'), at('12:00'));
    expect(entries).toEqual([{ keyId, usd: expect.closeTo(0.00034, 8) }]);
  });

  it('says that requests are not counted where the issuer does not count them', async () => {
    world.organization.settings.analyticsCountsRequests = false;
    await usedTwice();
    const { entries } = await reports.inTotal(at('08:00'), at('12:00'));
    expect(entries).toMatchObject([{ requests: null, outputTokens: 8 }]);
  });

  it('asks for our workspace alone, by key', async () => {
    await reports.cost(at('00:00'), at('12:00'));
    expect(Object.fromEntries(world.requests.at(-1)?.query ?? [])).toMatchObject({
      'group_by[]': 'api_key_id',
      'workspace_ids[]': world.workspaceId,
    });
  });

  it.each([
    ['that does not say up to when it is complete', { data_refreshed_at: null }],
    ['whose list is missing', { data: undefined }],
    ['that says that there is more and not where', { has_more: true }],
    [
      'with an entry that has no figures',
      { data: [{ group: { api_key_id: 'k' }, starting_at: '2026-11-20T08:00:00Z' }] },
    ],
  ])('rejects a report %s', async (_what, damage) => {
    const page = { data: [], has_more: false, next_page: null, data_refreshed_at: '2026-11-20T09:25:00Z' };
    world.answerNext(200, { ...page, ...damage });
    await expect(reports.byHour(at('08:00'), at('12:00'))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });

  it.each([
    ['an amount that is no number', { amount: 'a lot', currency: 'USD' }],
    ['an amount below zero', { amount: '-1', currency: 'USD' }],
    ['an empty amount', { amount: '', currency: 'USD' }],
    ['another currency', { amount: '1', currency: 'EUR' }],
  ])('rejects a cost report with %s', async (_what, cost) => {
    const row = { group: { api_key_id: 'k' }, cost };
    world.answerNext(200, {
      data: [row],
      has_more: false,
      next_page: null,
      data_refreshed_at: '2026-11-20T09:25:00Z',
    });
    await expect(reports.cost(at('08:00'), at('12:00'))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });

  it('rejects while the report is not served', async () => {
    world.organization.settings.analyticsServed = false;
    await expect(reports.inTotal(at('08:00'), at('12:00'))).rejects.toMatchObject({ code: 'IssuerFailed' });
  });
});
