import type { WorkspaceRateLimitType } from '@anthropic-ai/sdk/resources/organization/workspaces/rate-limits';
import { rejection } from '../claude-world';
import { askAdmin, bearer, HELLO, HOUR_MS, MINUTE_MS, type Row, refusalOf, type Stage, sayHello } from './row';

const SPEND_PATH = '/v1/organizations/spend_limits';
const spend = ({ world }: Stage) => world.sdk(world.adminKey).beta.organization.spendLimits;
const limits = ({ world }: Stage) => world.sdk(world.adminKey).organization;

/** Limits of requests and of spending. */
export const LIMIT_ROWS: readonly Row[] = [
  {
    id: 'rate-limit',
    mark: 'C',
    source: 'documentation, rate limits',
    does: 'answers 429 with retry-after beyond the rate limit, and takes requests again after that time',
    play: async (stage) => {
      stage.organization.settings.requestsPerMinute = 2;
      await sayHello(stage);
      await sayHello(stage);
      const refused = await sayHello(stage);
      expect(refused.headers.get('retry-after')).toBe('30');
      expect(await refusalOf(refused)).toMatchObject({ status: 429, type: 'rate_limit_error' });
      await stage.world.clock.advanceBy(29_999);
      expect((await sayHello(stage)).status).toBe(429);
      await stage.world.clock.advanceBy(1);
      expect((await sayHello(stage)).status).toBe(200);
    },
  },
  {
    id: 'rate-limit-headers',
    mark: 'C',
    source: 'documentation, rate limits',
    does: 'says by headers what is left of a rate limit, and when it is whole again',
    play: async (stage) => {
      stage.organization.settings.requestsPerMinute = 4;
      const { headers } = await sayHello(stage);
      expect(headers.get('anthropic-ratelimit-requests-limit')).toBe('4');
      expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('3');
      expect(headers.get('anthropic-ratelimit-requests-reset')).toBe('2026-11-20T09:30:15.000Z');
    },
  },
  {
    id: 'rate-limit-shared',
    mark: 'C',
    source: 'documentation, rate limits',
    does: 'limits the organization and not the key, so that a second key adds nothing',
    play: async (stage) => {
      stage.organization.settings.requestsPerMinute = 1;
      const second = stage.organization.createKey({ name: 'second' });
      expect((await sayHello(stage)).status).toBe(200);
      expect((await sayHello({ ...stage, key: second })).status).toBe(429);
    },
  },
  {
    id: 'rate-limit-counting',
    mark: 'C',
    source: 'documentation, token counting',
    does: 'limits token counting apart from messages',
    play: async (stage) => {
      stage.organization.settings.tokenCountsPerMinute = 1;
      const { max_tokens: _, ...body } = HELLO;
      const count = (): Promise<Response> =>
        stage.world.send('POST', '/v1/messages/count_tokens', bearer(stage.key.rawKey), body);
      expect([(await count()).status, (await count()).status]).toEqual([200, 429]);
      expect((await sayHello(stage)).status).toBe(200);
    },
  },
  {
    id: 'rate-limits-list',
    mark: 'C',
    source: 'SDK rate-limits.ts',
    does: 'lists the rate limits of the organization, and those a workspace inherits',
    play: async (stage) => {
      stage.organization.settings.requestsPerMinute = 50;
      const { rateLimits, workspaces } = limits(stage);
      const { data } = await rateLimits.list();
      expect(data).toMatchObject([
        { type: 'rate_limit', group: { type: 'model_group' }, limits: [{ type: 'requests_per_minute', value: 50 }] },
      ]);
      const workspaceId = stage.organization.addWorkspace();
      expect((await workspaces.rateLimits.list(workspaceId)).data).toEqual([]);
      const inherited = await workspaces.rateLimits.list(workspaceId, { include_inherited: true });
      expect(inherited.data).toMatchObject([
        {
          type: 'workspace_rate_limit',
          rate_limit_id: data[0]?.id,
          workspace_id: workspaceId,
          limits: [{ type: 'requests_per_minute', value: 50, org_limit: 50, source: { type: 'organization' } }],
        },
      ]);
    },
  },
  {
    id: 'rate-limits-set',
    mark: 'C',
    source: 'SDK workspaces/rate-limits.ts',
    does: 'sets a workspace’s rate limit, enforces it within about an hour, and clears it with null',
    play: async (stage) => {
      stage.organization.settings.requestsPerMinute = 50;
      const { rateLimits, workspaces } = limits(stage);
      const id = (await rateLimits.list()).data[0]?.id ?? '';
      const set = (value: number | null) =>
        workspaces.rateLimits.update(id, {
          workspace_id: stage.organization.defaultWorkspaceId,
          limits: [{ type: 'requests_per_minute', value }],
        });
      expect((await set(0)).limits).toMatchObject([{ value: 0, org_limit: 50, source: { type: 'workspace' } }]);
      await stage.world.clock.advanceBy(HOUR_MS - 1);
      expect((await sayHello(stage)).status).toBe(200);
      await stage.world.clock.advanceBy(1);
      expect((await sayHello(stage)).status).toBe(429);
      expect((await set(null)).limits).toMatchObject([{ value: 50, source: { type: 'organization' } }]);
      await stage.world.clock.advanceBy(HOUR_MS);
      expect((await sayHello(stage)).status).toBe(200);
    },
  },
  {
    id: 'rate-limits-of-tokens',
    mark: 'C',
    source: 'SDK workspaces/rate-limits.ts',
    does: 'sets a workspace’s limits of tokens beside that of requests, and leaves those alone that are not named',
    play: async (stage) => {
      stage.organization.settings.requestsPerMinute = 50;
      const { rateLimits, workspaces } = limits(stage);
      const id = (await rateLimits.list()).data[0]?.id ?? '';
      const workspace_id = stage.organization.defaultWorkspaceId;
      const set = (type: WorkspaceRateLimitType, value: number | null) =>
        workspaces.rateLimits.update(id, { workspace_id, limits: [{ type, value }] });
      await set('input_tokens_per_minute_cache_aware', 1_000);
      // Two messages have eight output tokens here.
      const { limits: both } = await set('output_tokens_per_minute', 8);
      expect(both).toMatchObject([
        { type: 'requests_per_minute', value: 50, source: { type: 'organization' } },
        { type: 'input_tokens_per_minute_cache_aware', value: 1_000, org_limit: null, source: { type: 'workspace' } },
        { type: 'output_tokens_per_minute', value: 8, org_limit: null, source: { type: 'workspace' } },
      ]);
      await stage.world.clock.advanceBy(HOUR_MS);
      const [first, second, third] = [await sayHello(stage), await sayHello(stage), await sayHello(stage)];
      expect([first?.status, second?.status, third?.status]).toEqual([200, 200, 429]);
      expect(third?.headers.get('retry-after')).toBe('30');
    },
  },
  {
    id: 'spend-list',
    mark: 'C',
    source: 'SDK spend-limits.ts',
    does: 'lists spend limits with a beta header, that of the usage tier among them',
    play: async (stage) => {
      const { data } = await spend(stage).list();
      expect(data).toMatchObject([
        { type: 'spend_limit', period: 'monthly', currency: 'USD', scope: { type: 'usage_tier' }, is_enabled: true },
      ]);
      expect(await refusalOf(await askAdmin(stage, SPEND_PATH))).toMatchObject({ status: 400 });
    },
  },
  {
    id: 'spend-writes-refused',
    mark: 'C',
    source: 'SDK spend-limits.ts',
    does: 'refuses to show, set or delete a spend limit outside the preview, with a code',
    play: async (stage) => {
      const refusal = { status: 403, errorCode: 'spend_limits_admin_api_writes_not_enabled' };
      const limit = { amount: '50000', scope: { type: 'organization' as const } };
      expect(await rejection(spend(stage).set(limit))).toMatchObject(refusal);
      expect(await rejection(spend(stage).retrieve('spl_x'))).toMatchObject(refusal);
      expect(await rejection(spend(stage).delete('spl_x'))).toMatchObject(refusal);
    },
  },
  {
    id: 'spend-upsert',
    mark: 'C',
    source: 'SDK spend-limits.ts',
    does: 'keeps one monthly limit per organization and workspace in the preview, set again in place',
    play: async (stage) => {
      stage.organization.settings.spendLimitAccess = 'all';
      const workspaceId = stage.organization.addWorkspace();
      const scope = { type: 'workspace' as const, workspace_id: workspaceId };
      const first = await spend(stage).set({ amount: '50000', scope });
      const second = await spend(stage).set({ amount: '60000', scope, period: 'monthly' });
      await spend(stage).set({ amount: '70000', scope: { type: 'organization' } });
      expect(second).toMatchObject({ id: first.id, amount: '60000', scope });
      const amounts = async (query: object): Promise<(string | null)[]> =>
        (await spend(stage).list(query)).data.map(({ amount }) => amount);
      expect(await amounts({ scope_type: ['organization', 'workspace'] })).toEqual(['70000', '60000']);
      expect(await amounts({ workspace_id: workspaceId })).toEqual(['60000']);
      expect(await spend(stage).delete(first.id)).toEqual({ id: first.id, type: 'spend_limit_deleted' });
      expect(await rejection(spend(stage).retrieve(first.id))).toMatchObject({ status: 404 });
    },
  },
  {
    id: 'spend-scopes',
    mark: 'C',
    source: 'SDK spend-limits.ts',
    does: 'rejects limits for users, for other periods and without an amount, and keeps the tier’s read-only',
    play: async (stage) => {
      stage.organization.settings.spendLimitAccess = 'all';
      const organization = { type: 'organization' as const };
      const bad = [
        { amount: '1', scope: { type: 'user' as const, user_id: 'user_01x' } },
        { amount: '1', scope: organization, period: 'daily' as const },
        { amount: null, scope: organization },
      ];
      for (const limit of bad) expect(await rejection(spend(stage).set(limit))).toMatchObject({ status: 400 });
      const tier = (await spend(stage).list()).data[0]?.id ?? '';
      expect(await rejection(spend(stage).delete(tier))).toMatchObject({ status: 400 });
    },
  },
  {
    id: 'spend-effective',
    mark: 'C',
    source: 'SDK spend-limits/effective.ts',
    does: 'has no report of effective limits for a Console organization',
    play: async (stage) => {
      expect(await refusalOf(await askAdmin(stage, `${SPEND_PATH}/effective`))).toMatchObject({
        status: 400,
        code: 'organization_type_not_supported',
      });
    },
  },
  {
    id: 'admin-rate-limit',
    mark: 'C',
    source: 'documentation, spend limits API: 60 requests a minute',
    does: 'may limit the requests to the Admin API',
    play: async (stage) => {
      stage.organization.settings.adminRequestsPerMinute = 60;
      const answers = await Promise.all(
        Array.from({ length: 61 }, () => askAdmin(stage, '/v1/organizations/api_keys')),
      );
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
      await stage.world.clock.advanceBy(MINUTE_MS);
      expect((await askAdmin(stage, '/v1/organizations/api_keys')).status).toBe(200);
    },
  },
];
