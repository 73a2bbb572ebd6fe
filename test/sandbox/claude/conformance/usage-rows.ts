import type Anthropic from '@anthropic-ai/sdk';
import { documentOf, rejection } from '../claude-world';
import { askAdmin, bearer, DAY_MS, HELLO, HOUR_MS, MINUTE_MS, type Row, refusalOf, type Stage } from './row';

const BETA = { 'anthropic-beta': 'analytics-usage-cost-2026-08-24' };
const PATH = '/v1/organizations/analytics/usage';
const TODAY = { starting_at: '2026-11-20T00:00:00Z', ending_at: '2026-11-21T00:00:00Z' };
const HOURS = { ...TODAY, time_bucket_width: '1h' as const, group_by: ['api_key_id' as const] };

type UsageQuery = Anthropic.Beta.Organization.Analytics.UsageListParams;
const analytics = ({ world }: Stage) => world.sdk(world.adminKey).beta.organization.analytics;
const usage = (stage: Stage, query: UsageQuery) => analytics(stage).usage.list(query);

const REFUSED: Readonly<Record<string, UsageQuery>> = {
  'a range of more than 31 days': { starting_at: '2026-10-01T00:00:00Z', ending_at: '2026-11-01T00:00:01Z' },
  'a start more than 365 days ago': { starting_at: '2025-11-20T09:29:59Z', ending_at: '2025-11-21T00:00:00Z' },
  'a start before 2026': { starting_at: '2025-12-31T23:59:59Z', ending_at: '2026-01-01T00:00:00Z' },
  'buckets without an end': { starting_at: '2026-11-20T00:00:00Z', time_bucket_width: '1h' },
  'minutes over more than a day': { ...TODAY, ending_at: '2026-11-21T00:01:00Z', time_bucket_width: '1m' },
  'an end before the start': { starting_at: '2026-11-20T00:00:00Z', ending_at: '2026-11-19T00:00:00Z' },
  'a time without a zone': { starting_at: '2026-11-20T00:00:00' },
  'a limit beyond 1000': { ...TODAY, limit: 1001 },
  'a cursor that is not one': { ...TODAY, page: 'x' },
  'six groups': { ...TODAY, group_by: Array<'api_key_id'>(6).fill('api_key_id') },
};

/** The Usage and Cost Analytics API. */
export const USAGE_ROWS: readonly Row[] = [
  {
    id: 'usage-beta',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'reports use with a beta header only',
    play: async (stage) => {
      const path = `${PATH}?starting_at=${TODAY.starting_at}`;
      expect(await refusalOf(await askAdmin(stage, path))).toMatchObject({ status: 400 });
      expect((await askAdmin(stage, path, BETA)).status).toBe(200);
    },
  },
  {
    id: 'usage-not-enrolled',
    mark: 'C',
    source: 'SDK beta.ts',
    does: 'refuses a beta that the organization does not have, with a code',
    play: async (stage) => {
      stage.organization.settings.analyticsServed = false;
      const refusal = { status: 400, errorCode: 'organization_not_enrolled_in_beta' };
      expect(await rejection(usage(stage, HOURS))).toMatchObject(refusal);
    },
  },
  {
    id: 'usage-array-brackets',
    mark: 'EXP',
    source: 'SDK 1.11.0 on the wire',
    does: 'is sent lists as name[]=value',
    play: async (stage) => {
      await usage(stage, { ...HOURS, api_key_ids: ['a', 'b'] });
      expect(stage.world.requests[0]?.query.getAll('group_by[]')).toEqual(['api_key_id']);
      expect(stage.world.requests[0]?.query.getAll('api_key_ids[]')).toEqual(['a', 'b']);
    },
  },
  {
    id: 'usage-by-key-and-hour',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'counts requests and tokens per key and hour',
    play: async (stage) => {
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(HOUR_MS);
      const { data } = await usage(stage, HOURS);
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({
        starting_at: '2026-11-20T09:00:00.000Z',
        ending_at: '2026-11-20T10:00:00.000Z',
        group: { api_key_id: stage.key.id, workspace_id: null, model: null },
        usage: { requests: 2, total_tokens: 36, uncached_input_tokens: 28, output_tokens: 8 },
      });
    },
  },
  {
    id: 'usage-no-row-unused',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'has no row for a key without use',
    play: async (stage) => {
      stage.organization.createKey({ name: 'unused' });
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const { data } = await usage(stage, { ...TODAY, group_by: ['api_key_id'] });
      expect(data.map(({ group }) => group.api_key_id)).toEqual([stage.key.id]);
    },
  },
  {
    id: 'usage-whole-range',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'sums the whole range without buckets, its bounds rounded down to the hour',
    play: async (stage) => {
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const { data } = await usage(stage, { starting_at: '2026-11-20T08:10:00Z', ending_at: '2026-11-20T11:50:00Z' });
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({
        starting_at: '2026-11-20T08:00:00.000Z',
        ending_at: '2026-11-20T11:00:00.000Z',
        usage: { requests: 1 },
      });
    },
  },
  {
    id: 'usage-dimensions',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'adds keys up unless asked for each, and breaks use out by workspace and model',
    play: async (stage) => {
      const other = stage.organization.createKey({ name: 'other' });
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.useKey(other.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const byDay = await usage(stage, { ...TODAY, time_bucket_width: '1d' });
      expect(byDay.data.map((row) => row.usage.requests)).toEqual([2]);
      const { data } = await usage(stage, { ...TODAY, group_by: ['workspace_id', 'model'] });
      expect(data.map(({ group }) => group)).toMatchObject([
        { workspace_id: stage.organization.defaultWorkspaceId, model: HELLO.model, api_key_id: null },
      ]);
    },
  },
  {
    id: 'usage-filters',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'filters use by key, and by the workspace that a request named',
    play: async (stage) => {
      const workspaceId = stage.organization.addWorkspace();
      const roaming = stage.organization.createKey({ name: 'roaming', workspaceId: null });
      await stage.world.useKey(stage.key.rawKey);
      const headers = { ...bearer(roaming.rawKey), 'anthropic-workspace-id': workspaceId };
      await stage.world.send('POST', '/v1/messages', headers, HELLO);
      await stage.world.clock.advanceBy(DAY_MS);
      const keys = async (query: object): Promise<(string | null)[]> =>
        (await usage(stage, { ...HOURS, ...query })).data.map((row) => row.group.api_key_id);
      expect(await keys({ api_key_ids: [stage.key.id] })).toEqual([stage.key.id]);
      expect(await keys({ workspace_ids: [workspaceId] })).toEqual([roaming.id]);
    },
  },
  {
    id: 'usage-order-and-pages',
    mark: 'C',
    source: 'SDK analytics/usage.ts, pagination.ts',
    does: 'pages through all rows, newest bucket first by default',
    play: async (stage) => {
      for (let hour = 0; hour < 5; hour++) {
        await stage.world.useKey(stage.key.rawKey);
        await stage.world.clock.advanceBy(HOUR_MS);
      }
      const starts: string[] = [];
      for await (const row of usage(stage, { ...HOURS, order_by: 'time', limit: 2 })) starts.push(row.starting_at);
      expect(starts).toHaveLength(5);
      expect(starts).toEqual([...starts].sort().reverse());
      expect(stage.world.requests.filter(({ query }) => query.has('page'))).toHaveLength(2);
    },
  },
  {
    id: 'usage-nulls',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'may say neither how many requests there were nor how fresh the report is',
    play: async (stage) => {
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      Object.assign(stage.organization.settings, { analyticsCountsRequests: false, analyticsStatesRefresh: false });
      const page = await usage(stage, HOURS);
      expect(page.data_refreshed_at).toBeNull();
      expect(page.data[0]?.usage.requests).toBeNull();
    },
  },
  {
    id: 'usage-delay',
    mark: 'I',
    source: 'documentation, usage and cost API: within 5 minutes, though delays may be longer',
    does: 'shows no use past the time up to which its report is complete',
    play: async (stage) => {
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(5 * MINUTE_MS);
      expect((await usage(stage, HOURS)).data).toEqual([]);
      await stage.world.clock.advanceBy(MINUTE_MS);
      const page = await usage(stage, HOURS);
      expect(page.data_refreshed_at).toBe('2026-11-20T09:31:00.000Z');
      expect(page.data).toHaveLength(1);
    },
  },
  {
    id: 'usage-limits',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: `rejects ${Object.keys(REFUSED).join(', ')}`,
    play: async (stage) => {
      for (const query of Object.values(REFUSED)) {
        expect(await rejection(usage(stage, query))).toMatchObject({ status: 400, type: 'invalid_request_error' });
      }
    },
  },
  {
    id: 'cost',
    mark: 'C',
    source: 'SDK analytics/cost.ts',
    does: 'reports cost in fractional cents with the same beta header, ranges and groups',
    play: async (stage) => {
      for (let i = 0; i < 3; i++) await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const { data } = await analytics(stage).cost.list({ ...TODAY, group_by: ['api_key_id'], order_by: 'amount' });
      expect(data).toMatchObject([
        {
          group: { api_key_id: stage.key.id, cost_type: null, token_type: null },
          cost: { amount: '0.051', list_amount: '0.051', currency: 'USD', requests: 3 },
        },
      ]);
      const path = `/v1/organizations/analytics/cost?starting_at=${TODAY.starting_at}`;
      expect((await askAdmin(stage, path)).status).toBe(400);
    },
  },
  {
    id: 'usage-credential',
    mark: 'C',
    source: 'SDK analytics/usage.ts',
    does: 'reports use to admin keys and not to workspace keys',
    play: async ({ world, key }) => {
      const headers = { ...bearer(key.rawKey), ...BETA };
      const response = await world.send('GET', `${PATH}?starting_at=${TODAY.starting_at}`, headers);
      expect((await documentOf(response)).error.type).toBe('authentication_error');
    },
  },
];
