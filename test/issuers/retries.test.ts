import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiKey } from '../../lib/core/api-key';
import { isKeyRotationError } from '../../lib/core/errors';
import { ClaudeConsoleKeys } from '../../lib/issuers/claude-console/admin';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import type { PlannedFault } from '../../sandbox/claude/faults';
import { BASE_URL } from '../sandbox/claude/claude-world';
import { ClaudeConsoleWorld } from './claude-console-world';

/** The wait that the answer asks for spares the one that the SDK would choose. */
const SOON = { 'retry-after-ms': '1' };
const status = (code: number): PlannedFault['answer'] => ({ status: code, headers: SOON });
const body = (text: string): PlannedFault['answer'] => ({ status: 200, body: text, headers: SOON });

describe('retries of a call to the Claude API', () => {
  /** Lists keys while every answer fails so: how often it was asked, and what came of it. */
  async function rowOf(what: string, answer: PlannedFault['answer'], times = 9): Promise<readonly unknown[]> {
    const world = new ClaudeConsoleWorld();
    const { fetch, workspaceId, adminKey } = world;
    world.organization.faults.push({ times, answer });
    const keys = new ClaudeConsoleKeys({
      baseUrl: BASE_URL,
      fetch,
      workspaceId,
      adminKey: async () => new ApiKey(adminKey),
    });
    try {
      await keys.list();
      return [what, world.requests.length, 'the list', null];
    } catch (error) {
      if (!isKeyRotationError(error)) throw error;
      return [what, world.requests.length, error.code, error.retryable];
    }
  }

  it('are the SDK’s, of what may pass by itself, and of nothing else', async () => {
    const statuses = [400, 401, 402, 403, 404, 413, 408, 409, 429, 500, 503, 504, 529];
    const rows = await Promise.all(statuses.map((code) => rowOf(`${code}`, status(code))));
    expect(rows).toEqual([
      ...['400', '401', '402', '403', '404', '413'].map((code) => [code, 1, 'IssuerFailed', true]),
      ...['408', '409', '429', '500', '503', '504', '529'].map((code) => [code, 3, 'IssuerFailed', true]),
    ]);
  });

  it('end with the truth when the trouble does', async () => {
    expect(await rowOf('529', status(529), 2)).toEqual(['529', 3, 'the list', null]);
    expect(await rowOf('drop', 'drop', 1)).toEqual(['drop', 2, 'the list', null]);
  });

  it('do not ask again for an answer that came and makes no sense: whoever runs next does', async () => {
    const rows = await Promise.all([
      rowOf('a page of HTML', body('<html></html>')),
      rowOf('half an answer', body('{"data": [')),
      rowOf('a redirect', status(301)),
    ]);
    expect(rows.map(([, ...row]) => row)).toEqual(Array(3).fill([1, 'IssuerFailed', true]));
  });

  it('are one for a key that is verified, whose answer is unclear and never dead', async () => {
    const world = new ClaudeConsoleWorld();
    world.organization.faults.push({ times: 9, answer: status(529) });
    const verifier = new ClaudeConsoleVerifier({ baseUrl: BASE_URL, fetch: world.fetch });
    expect(await verifier.verify(new ApiKey(world.ourKey().rawKey))).toMatchObject({ kind: 'unclear' });
    expect(world.requests).toHaveLength(2);
  });

  describe('over a socket', () => {
    const servers: Server[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) {
        server.closeAllConnections();
        server.close();
      }
    });
    async function serve(listener: RequestListener): Promise<string> {
      const server = createServer(listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    it('follow no redirect: neither key nor question goes anywhere else', async () => {
      const asked: string[] = [];
      const elsewhere = await serve((request, response) => {
        asked.push(request.url ?? '');
        const error = { type: 'error', error: { type: 'authentication_error', message: 'no' } };
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      });
      const baseUrl = await serve((_request, response) => {
        response.writeHead(301, { location: `${elsewhere}/v1/models?limit=1` }).end();
      });
      const key = new ApiKey(new ClaudeConsoleWorld().ourKey().rawKey);
      const verdict = await new ClaudeConsoleVerifier({ baseUrl, maxRetries: 0 }).verify(key);
      expect(verdict).toEqual({ kind: 'unclear', reason: expect.stringContaining('301') });
      expect(asked).toEqual([]);
    });
  });
});
