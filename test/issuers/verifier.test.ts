import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiKey } from '../../lib/core/api-key';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import { ClaudeConsoleWorld } from './claude-console-world';

describe('ClaudeConsoleVerifier', () => {
  let world: ClaudeConsoleWorld;
  let key: ApiKey;
  beforeEach(() => {
    world = new ClaudeConsoleWorld();
    key = new ApiKey(world.ourKey().rawKey);
  });

  it('makes one free request, with the key as a bearer', async () => {
    await world.verifier.verify(key);
    expect(world.requests.map(({ method, path, query }) => `${method} ${path}?${query}`)).toEqual([
      'GET /v1/models?limit=1',
    ]);
    expect(world.requests[0]?.headers.authorization).toBe(`Bearer ${key.reveal()}`);
  });

  it('says dead when the issuer refuses the key', async () => {
    world.answerNext(401);
    expect(await world.verifier.verify(key)).toEqual({ kind: 'dead' });
  });

  it.each([400, 402, 403, 404, 408, 409, 413, 418, 429, 500, 501, 503, 504, 529])(
    'says unclear, with a reason of its own words, for status %i',
    async (status) => {
      world.answerNext(status);
      const verdict = await world.verifier.verify(key);
      expect(verdict).toEqual({ kind: 'unclear', reason: expect.stringContaining(`status ${status}`) });
      expect(JSON.stringify(verdict)).not.toContain('planned fault');
    },
  );

  it.each([
    ['a 401 that is not the issuer’s', 401, '<html>Proxy login</html>'],
    ['a page of HTML', 200, '<html>Welcome</html>'],
    ['half a document', 200, '{"data": ['],
    ['an empty answer', 200, ''],
    ['an answer that names no organization', 200, '{"data": [], "has_more": false}'],
  ])('says unclear for %s', async (_what, status, body) => {
    world.answerNext(status, body);
    const verdict = await world.verifier.verify(key);
    expect(verdict.kind).toBe('unclear');
    expect(JSON.stringify(verdict)).not.toMatch(/Proxy|Welcome/);
  });

  it.each(['anthropic-organization-id', 'anthropic-workspace-id'])(
    'says unclear for an answer with %s alone',
    async (name) => {
      world.answerNext(200, { data: [], has_more: false }, { [name]: 'something' });
      expect(await world.verifier.verify(key)).toMatchObject({ kind: 'unclear' });
    },
  );

  it('says unclear for a key without a workspace, since it could not serve one', async () => {
    const { rawKey } = world.organization.createKey({ name: 'x', workspaceId: null });
    expect(await world.verifier.verify(new ApiKey(rawKey))).toMatchObject({ kind: 'unclear' });
  });

  it('says unclear when the connection breaks', async () => {
    world.organization.faults.push({ times: 1, answer: 'drop' });
    expect(await world.verifier.verify(key)).toEqual({ kind: 'unclear', reason: 'no connection' });
  });

  it('never sends a text that no header can carry', async () => {
    expect(await world.verifier.verify(new ApiKey(`${key.reveal()}\n`))).toEqual({ kind: 'dead' });
    expect(world.requests).toEqual([]);
  });

  it('retries as often as it is told to', async () => {
    world.organization.faults.push({ times: 1, answer: { status: 529, headers: { 'retry-after-ms': '1' } } });
    const verifier = new ClaudeConsoleVerifier({ baseUrl: 'http://claude.sandbox', fetch: world.fetch, maxRetries: 1 });
    expect(await verifier.verify(key)).toMatchObject({ kind: 'live' });
  });

  describe('over a socket', () => {
    async function verdictOf(listener: RequestListener, timeoutMs = 50) {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      try {
        const baseUrl = `http://127.0.0.1:${port}`;
        return await new ClaudeConsoleVerifier({ baseUrl, timeoutMs, maxRetries: 0 }).verify(key);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }

    it('says unclear when no answer comes', async () => {
      expect(await verdictOf(() => {})).toEqual({ kind: 'unclear', reason: 'timeout' });
    });

    it('says unclear when an answer begins and never ends', async () => {
      const verdict = await verdictOf((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"data": [');
      });
      expect(verdict).toEqual({ kind: 'unclear', reason: 'timeout' });
    });

    it('says unclear when the connection is reset', async () => {
      const verdict = await verdictOf((request) => request.socket.destroy(), 30_000);
      expect(verdict).toEqual({ kind: 'unclear', reason: 'no connection' });
    });
  });
});
