import { bearer, DAY_MS, HELLO, MINUTE_MS, type Row, refusalOf, type Stage, sayHello } from './row';

const listModels = ({ world, key }: Stage): Promise<Response> =>
  world.send('GET', '/v1/models?limit=1', bearer(key.rawKey));

const countTokens = ({ world, key }: Stage): Promise<Response> => {
  const { max_tokens: _, ...body } = HELLO;
  return world.send('POST', '/v1/messages/count_tokens', bearer(key.rawKey), body);
};

/** What a request with a key itself says of the key, and what it does not. */
export const VERIFYING_ROWS: readonly Row[] = [
  {
    id: 'probe-free',
    mark: 'C',
    source: 'documentation, token counting',
    does: 'counts tokens and lists models, with no use of the key',
    play: async (stage) => {
      const counted = await stage.world.sdk(stage.key.rawKey).messages.countTokens({
        model: HELLO.model,
        messages: HELLO.messages,
      });
      await listModels(stage);
      expect(counted.input_tokens).toBeGreaterThan(0);
      expect(stage.organization.use.get(stage.key.id)).toBeUndefined();
    },
  },
  {
    id: 'probe-models',
    mark: 'C',
    source: 'SDK models.ts',
    does: 'lists models by pages of up to 1000',
    play: async ({ world, key }) => {
      const all: string[] = [];
      for await (const model of world.sdk(key.rawKey).models.list({ limit: 1 })) all.push(model.id);
      expect(all).toHaveLength(2);
      expect((await world.send('GET', '/v1/models?limit=1001', bearer(key.rawKey))).status).toBe(400);
    },
  },
  {
    id: 'probe-live',
    mark: 'I',
    source: 'documentation, workspaces',
    does: 'proves by the headers of an answer where a key belongs',
    play: async (stage) => {
      const workspaceId = stage.organization.addWorkspace();
      const key = stage.organization.createKey({ name: 'x', workspaceId });
      const response = await listModels({ ...stage, key });
      expect(response.headers.get('anthropic-workspace-id')).toBe(workspaceId);
    },
  },
  {
    id: 'probe-dead',
    mark: 'T',
    source: 'a scanner of leaked keys, which takes 401 for dead',
    does: 'rejects a disabled key and an admin key of nobody with 401',
    play: async (stage) => {
      stage.organization.setStatus(stage.key.id, 'inactive');
      await stage.world.clock.advanceBy(MINUTE_MS);
      expect(await refusalOf(await listModels(stage))).toMatchObject({ status: 401, type: 'authentication_error' });
      const nobody = { ...stage, key: { id: '', rawKey: 'nobody' } };
      expect((await listModels(nobody)).status).toBe(401);
    },
  },
  {
    id: 'trouble-spend-limit',
    mark: 'C',
    source: 'documentation, errors',
    does: 'answers 400 when a spend limit of the organization is reached, which says nothing of the key',
    play: async (stage) => {
      stage.organization.standing.begin('spend_limit');
      expect(await refusalOf(await sayHello(stage))).toEqual({
        status: 400,
        type: 'invalid_request_error',
        code: null,
      });
      expect((await listModels(stage)).status).toBe(200);
      stage.organization.standing.end('spend_limit');
      expect((await sayHello(stage)).status).toBe(200);
    },
  },
  {
    id: 'trouble-workspace-limit',
    mark: 'C',
    source: 'documentation, errors',
    does: 'answers 400 when a workspace’s own spend limit is reached, in that workspace alone',
    play: async (stage) => {
      const workspaceId = stage.organization.addWorkspace();
      const other = stage.organization.createKey({ name: 'other', workspaceId });
      stage.organization.standing.beginInWorkspace(workspaceId);
      expect(await refusalOf(await sayHello({ ...stage, key: other }))).toMatchObject({ status: 400 });
      expect((await sayHello(stage)).status).toBe(200);
    },
  },
  {
    id: 'trouble-hold',
    mark: 'C',
    source: 'SDK shared.ts',
    does: 'refuses every key of an organization on hold, with a code',
    play: async (stage) => {
      stage.organization.standing.begin('on_hold');
      for (const ask of [sayHello, countTokens, listModels]) {
        expect(await refusalOf(await ask(stage))).toMatchObject({ status: 400, code: 'organization_on_hold' });
      }
    },
  },
  {
    id: 'trouble-credit',
    mark: 'T',
    source: 'reports on two public trackers',
    does: 'answers 400 when the prepaid credit is used up, even to counting tokens',
    play: async (stage) => {
      stage.organization.standing.begin('credit_empty');
      for (const ask of [sayHello, countTokens]) {
        expect(await refusalOf(await ask(stage))).toMatchObject({ status: 400, type: 'invalid_request_error' });
      }
    },
  },
  {
    id: 'trouble-billing',
    mark: 'C',
    source: 'documentation, errors',
    does: 'may answer 402 billing_error instead',
    play: async (stage) => {
      stage.organization.settings.creditEmptyAnswer = 402;
      stage.organization.standing.begin('credit_empty');
      expect(await refusalOf(await sayHello(stage))).toMatchObject({ status: 402, type: 'billing_error' });
    },
  },
  {
    id: 'trouble-tier',
    mark: 'C',
    source: 'documentation, rate limits; SDK shared.ts',
    does: 'answers 429 without retry-after at the cap of the usage tier, until the month is over',
    play: async (stage) => {
      stage.organization.standing.begin('enforced_spend_limit');
      const response = await sayHello(stage);
      expect(response.headers.get('retry-after')).toBeNull();
      expect(await refusalOf(response)).toEqual({
        status: 429,
        type: 'rate_limit_error',
        code: 'enforced_spend_limit_reached',
      });
      await stage.world.clock.advanceTo(new Date('2026-11-30T23:59:59.999Z'));
      expect((await sayHello(stage)).status).toBe(429);
      await stage.world.clock.advanceTo(new Date('2026-12-01T00:00:00Z'));
      expect((await sayHello(stage)).status).toBe(200);
    },
  },
  {
    id: 'trouble-contract',
    mark: 'C',
    source: 'SDK shared.ts',
    does: 'answers 429 without retry-after at the spend limit of a contract',
    play: async (stage) => {
      stage.organization.standing.begin('contract_spend_limit');
      const response = await sayHello(stage);
      expect(response.headers.get('retry-after')).toBeNull();
      expect(await refusalOf(response)).toMatchObject({ status: 429, code: 'contract_spend_limit_reached' });
      await stage.world.clock.advanceBy(100 * DAY_MS);
      expect((await sayHello(stage)).status).toBe(429);
    },
  },
  {
    id: 'trouble-ramp',
    mark: 'C',
    source: 'SDK shared.ts',
    does: 'answers 429 with retry-after when use grows too fast',
    play: async (stage) => {
      stage.organization.standing.begin('ramp_limit');
      const response = await sayHello(stage);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refusalOf(response)).toMatchObject({ status: 429, code: 'ramp_limit_exceeded' });
    },
  },
  {
    id: 'unknown-model',
    mark: 'C',
    source: 'documentation, errors',
    does: 'answers 404 for a model it does not have',
    play: async ({ world, key }) => {
      const response = await world.send('POST', '/v1/messages', bearer(key.rawKey), { ...HELLO, model: 'gone' });
      expect(await refusalOf(response)).toMatchObject({ status: 404, type: 'not_found_error' });
    },
  },
  {
    id: 'transient-errors',
    mark: 'C',
    source: 'documentation, errors',
    does: 'may answer 403, 409, 500, 503, 504 or 529, each with its type',
    play: async (stage) => {
      const types = {
        403: 'permission_error',
        409: 'conflict_error',
        500: 'api_error',
        503: 'api_error',
        504: 'timeout_error',
        529: 'overloaded_error',
      };
      for (const [status, type] of Object.entries(types)) {
        stage.organization.faults.push({ times: 1, answer: { status: Number(status) } });
        expect(await refusalOf(await sayHello(stage))).toMatchObject({ status: Number(status), type });
      }
    },
  },
  {
    id: 'too-large',
    mark: 'C',
    source: 'documentation, errors: the network in front answers, not the API',
    does: 'may answer 413 with a page that is not its own',
    play: async (stage) => {
      stage.organization.faults.push({ times: 1, answer: { status: 413, body: '<html>too large</html>' } });
      const response = await sayHello(stage);
      expect(response.status).toBe(413);
      expect(await response.text()).toContain('<html>');
    },
  },
];
