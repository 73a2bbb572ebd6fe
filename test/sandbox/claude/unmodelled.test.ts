import fc from 'fast-check';
import { ClaudeWorld, documentOf } from './claude-world';
import { bearer, HELLO } from './conformance/row';

/** Every endpoint that is modelled, with a body it accepts where it takes one. `KEY` and so on stand for ids. */
const ENDPOINTS: readonly { readonly method: string; readonly path: string; readonly body?: object }[] = [
  { method: 'GET', path: '/v1/models' },
  { method: 'POST', path: '/v1/messages', body: HELLO },
  { method: 'POST', path: '/v1/messages/count_tokens', body: { model: HELLO.model, messages: HELLO.messages } },
  { method: 'GET', path: '/v1/organizations/api_keys' },
  { method: 'GET', path: '/v1/organizations/api_keys/KEY' },
  { method: 'POST', path: '/v1/organizations/api_keys/KEY', body: { name: 'new', status: 'inactive' } },
  { method: 'GET', path: '/v1/organizations/analytics/usage?starting_at=2026-11-20T00:00:00Z' },
  { method: 'GET', path: '/v1/organizations/analytics/cost?starting_at=2026-11-20T00:00:00Z' },
  { method: 'GET', path: '/v1/organizations/usage_report/messages?starting_at=2026-11-20T00:00:00Z' },
  { method: 'GET', path: '/v1/organizations/cost_report?starting_at=2026-11-20T00:00:00Z' },
  { method: 'GET', path: '/v1/organizations/rate_limits' },
  { method: 'GET', path: '/v1/organizations/spend_limits' },
  {
    method: 'POST',
    path: '/v1/organizations/spend_limits',
    body: { amount: '1', scope: { type: 'organization' }, period: 'monthly' },
  },
  { method: 'GET', path: '/v1/organizations/spend_limits/SPEND' },
  { method: 'DELETE', path: '/v1/organizations/spend_limits/SPEND' },
  { method: 'GET', path: '/v1/organizations/workspaces' },
  { method: 'GET', path: '/v1/organizations/workspaces/WORKSPACE' },
  { method: 'POST', path: '/v1/organizations/workspaces/WORKSPACE/archive', body: {} },
  { method: 'GET', path: '/v1/organizations/workspaces/WORKSPACE/rate_limits' },
  {
    method: 'POST',
    path: '/v1/organizations/workspaces/WORKSPACE/rate_limits/RATE',
    body: { limits: [{ type: 'requests_per_minute', value: 1 }] },
  },
  { method: 'GET', path: '/v1/compliance/activities' },
];

/** The betas that belong to an endpoint. */
const betaOf = (path: string): Record<string, string> => {
  if (path.includes('/analytics/')) return { 'anthropic-beta': 'analytics-usage-cost-2026-08-24' };
  return path.includes('/spend_limits') ? { 'anthropic-beta': 'spend-limit-reads-2026-09-26' } : {};
};

/** An organization that has one of everything, and answers every endpoint with 200. */
class FullWorld {
  private constructor(
    readonly world: ClaudeWorld,
    readonly reader: string,
    readonly key: string,
    readonly ids: Readonly<Record<string, string>>,
  ) {}

  static async create(): Promise<FullWorld> {
    const world = new ClaudeWorld({ spendLimitAccess: 'all', requestsPerMinute: 10_000, activityDelayMs: 0 });
    const { organization } = world;
    organization.settings.complianceEnabledAt = world.clock.now();
    await world.clock.advanceBy(1);
    const reader = organization.createAdminKey().rawKey;
    const key = organization.createKey({ name: 'a key' });
    const spend = organization.spendLimits.set({ type: 'organization' }, '100', world.clock.now(), () => 'spl_01x');
    const rate = await world.sdk(reader).organization.rateLimits.list();
    const ids = {
      KEY: key.id,
      WORKSPACE: organization.addWorkspace(),
      SPEND: spend.id,
      RATE: rate.data[0]?.id ?? 'none',
    };
    return new FullWorld(world, reader, key.rawKey, ids);
  }

  /** The answer to a request, with a key that may make it. */
  ask(method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Response> {
    const real = path.replace(/\b(KEY|WORKSPACE|SPEND|RATE)\b/g, (name) => this.ids[name] ?? name);
    const credential = /^\/v1\/(models|messages)\b/.test(path) ? this.key : this.reader;
    return this.world.send(method, real, { ...bearer(credential), ...headers }, body);
  }

  /** Everything that a request could have changed. */
  state(): string {
    const { organization } = this.world;
    return JSON.stringify({
      keys: organization.keys(),
      workspaces: organization.workspaces.list(),
      spend: organization.spendLimits.list(),
      rates: organization.workspaces.list().map(({ id }) =>
        organization.rateLimits.workspaceLimit({
          workspaceId: id,
          surface: 'messages',
          limiter: 'requests_per_minute',
        }),
      ),
      feed: organization.feed.list(),
      use: [...organization.use].map(([id, { total }]) => [id, total]),
      refusals: [...organization.refusals].map(([id, { total }]) => [id, total]),
    });
  }
}

const endpoint = fc.constantFrom(...ENDPOINTS);
const word = fc.stringMatching(/^[a-z][a-z_]{2,11}$/).map((text) => `zz_${text}`);

/** Asks for something that is not modelled: the answer must be an error that names it, and nothing may have changed. */
async function refusesByName(name: string, ask: (world: FullWorld) => Promise<Response>): Promise<void> {
  const world = await FullWorld.create();
  const before = world.state();
  const response = await ask(world);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect((await documentOf(response)).error.message).toContain(name);
  expect(world.state()).toBe(before);
}

const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;

describe('What the sandbox does not model of the Claude API', () => {
  it.each(ENDPOINTS)('is not $method $path, which is answered', async ({ method, path, body }) => {
    const world = await FullWorld.create();
    expect((await world.ask(method, path, betaOf(path), body)).status).toBe(200);
  });

  it('rejects any other path, by its name', async () => {
    const part = fc.oneof(
      word,
      fc.constantFrom('v1', 'organizations', 'api_keys', 'messages', 'users', '%zz', '..%2f'),
    );
    const paths = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}/${'zz_end'}`);
    const methods = fc.constantFrom('GET', 'POST', 'DELETE');
    await fc.assert(
      fc.asyncProperty(methods, paths, async (method, path) => {
        fc.pre(!/^\/v1\/organizations\/api_keys\/zz_end$/.test(path));
        await refusesByName('zz_end', (world) => world.ask(method, path));
      }),
    );
  });

  it('rejects any other method, by its name', async () => {
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE');
    await fc.assert(
      fc.asyncProperty(methods, endpoint, async (method, { path }) => {
        fc.pre(!ENDPOINTS.some((each) => each.method === method && each.path === path));
        await refusesByName(method, (world) => world.ask(method, path, betaOf(path)));
      }),
    );
  });

  it('rejects any other query parameter, by its name', async () => {
    const suffix = fc.constantFrom('', '[]', '.gte');
    await fc.assert(
      fc.asyncProperty(endpoint, word, suffix, fc.string(), async ({ method, path, body }, name, end, value) => {
        const query = new URLSearchParams([[`${name}${end}`, value]]).toString();
        await refusesByName(name, (world) => world.ask(method, withQuery(path, query), betaOf(path), body));
      }),
    );
  });

  it('rejects any other beta, by its name', async () => {
    await fc.assert(
      fc.asyncProperty(endpoint, word, async ({ method, path, body }, beta) => {
        const known = betaOf(path)['anthropic-beta'];
        const header = { 'anthropic-beta': known === undefined ? beta : `${known}, ${beta}` };
        await refusesByName(beta, (world) => world.ask(method, path, header, body));
      }),
    );
  });

  it('rejects any other header of the platform, by its name', async () => {
    await fc.assert(
      fc.asyncProperty(endpoint, word, fc.constantFrom('1', 'true'), async ({ method, path, body }, name, value) => {
        const header = `anthropic-${name.replaceAll('_', '-')}`;
        await refusesByName(header, (world) => world.ask(method, path, { ...betaOf(path), [header]: value }, body));
      }),
    );
  });

  it('rejects any other field of a body, by its name', async () => {
    const writes = fc.constantFrom(...ENDPOINTS.filter(({ body }) => body !== undefined));
    await fc.assert(
      fc.asyncProperty(writes, word, fc.jsonValue(), async ({ method, path, body }, name, value) => {
        await refusesByName(name, (world) => world.ask(method, path, betaOf(path), { ...body, [name]: value }));
      }),
    );
  });

  it.each(['account_id', 'service_tier', 'speed'])(
    'rejects the dimension %s of the older report',
    async (dimension) => {
      const path = `/v1/organizations/usage_report/messages?starting_at=2026-11-20T00:00:00Z&group_by[]=${dimension}`;
      await refusesByName(dimension, (world) => world.ask('GET', path));
    },
  );

  it.each(['actor', 'product', 'cost_type', 'token_type'])(
    'rejects the dimension %s of the cost',
    async (dimension) => {
      const path = `/v1/organizations/analytics/cost?starting_at=2026-11-20T00:00:00Z&group_by[]=${dimension}`;
      await refusesByName(dimension, (world) => world.ask('GET', path, betaOf(path)));
    },
  );

  it('rejects a workspace’s limit of tokens', async () => {
    const path = '/v1/organizations/workspaces/WORKSPACE/rate_limits/RATE';
    const body = { limits: [{ type: 'tokens_per_day', value: 1 }] };
    await refusesByName('tokens_per_day', (world) => world.ask('POST', path, {}, body));
  });

  it('rejects a workspace named on the Admin API', async () => {
    const header = { 'anthropic-workspace-id': 'wrkspc_01x' };
    const path = '/v1/organizations/api_keys';
    await refusesByName('anthropic-workspace-id', (world) => world.ask('GET', path, header));
  });

  it('asks not to be asked again', async () => {
    const world = await FullWorld.create();
    const response = await world.ask('POST', '/v1/oauth/token', {}, {});
    expect(response.status).toBe(501);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect((await documentOf(response)).error.type).toBe('sandbox_unmodelled');
  });
});
