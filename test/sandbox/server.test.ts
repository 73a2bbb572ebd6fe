import { request } from 'node:http';
import { ConnectionDropped } from '../../sandbox/claude/faults';
import { UnmodelledError } from '../../sandbox/errors';
import type { HttpHandler, HttpRequest } from '../../sandbox/http';
import { BODY_LIMIT_BYTES } from '../../sandbox/request-body';
import { LoopbackServer, PortInUse } from '../../sandbox/server';

const servers: LoopbackServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

async function start(handler: HttpHandler): Promise<string> {
  const server = await LoopbackServer.start(handler);
  servers.push(server);
  return server.url;
}

const OK: HttpHandler = async () => ({ status: 200, headers: {}, body: '' });

/** The status for a request that names a host of its choice, which fetch does not allow. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

describe('LoopbackServer', () => {
  it('hands a request over as plain values and sends back the answer', async () => {
    const seen: HttpRequest[] = [];
    const url = await start(async (request) => {
      seen.push(request);
      return { status: 201, headers: { 'x-answer': 'yes' }, body: 'täxt' };
    });

    const response = await fetch(`${url}/a/b?c=1&c=2`, { method: 'POST', headers: { 'X-Name': 'v' }, body: 'bödy' });

    expect([response.status, response.headers.get('x-answer'), await response.text()]).toEqual([201, 'yes', 'täxt']);
    expect(seen).toMatchObject([{ method: 'POST', path: '/a/b', headers: { 'x-name': 'v' }, body: 'bödy' }]);
    expect(seen[0]?.query.getAll('c')).toEqual(['1', '2']);
  });

  it('sends no date, since real time means nothing here', async () => {
    const url = await start(async () => ({ status: 200, headers: {}, body: '' }));

    expect((await fetch(url)).headers.has('date')).toBe(false);
  });

  it('breaks the connection where a fault says so', async () => {
    const url = await start(async () => {
      throw new ConnectionDropped();
    });

    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it.each([
    [501, new UnmodelledError('a thing')],
    [500, new Error('a bug')],
  ])('answers %i for a failure of the sandbox itself, which is not worth a retry', async (status, error) => {
    const url = await start(async () => {
      throw error;
    });

    const response = await fetch(url);

    expect([response.status, response.headers.get('x-should-retry')]).toEqual([status, 'false']);
    expect(await response.json()).toEqual({ __type: 'SandboxFailure', message: error.message });
  });

  it('rejects an address that other machines could reach', async () => {
    await expect(LoopbackServer.start(OK, { host: '0.0.0.0' })).rejects.toThrow(/loopback only, not on "0.0.0.0"/);
  });

  it.each(['127.0.0.1:1', 'localhost', 'LOCALHOST:80', '[::1]:4577'])('answers to the host name %s', async (host) => {
    expect(await statusFor(await start(OK), host)).toBe(200);
  });

  it.each(['evil.example:4577', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example@127.0.0.1'])(
    'rejects requests that name the host "%s", as a page whose name was bent to this machine has them do',
    async (host) => {
      const seen: unknown[] = [];
      const url = await start(async (each) => {
        seen.push(each);
        return OK(each);
      });

      expect([await statusFor(url, host), seen]).toEqual([403, []]);
    },
  );

  it('rejects a body that is larger than any it has to do with', async () => {
    const url = await start(OK);

    const { status } = await fetch(url, { method: 'POST', body: Buffer.alloc(BODY_LIMIT_BYTES + 1) });

    expect(status).toBe(413);
  });

  it('rejects a port that is taken, and says which', async () => {
    const port = Number(new URL(await start(OK)).port);

    await expect(LoopbackServer.start(OK, { port })).rejects.toEqual(new PortInUse(port));
  });
});
