import { createServer, type IncomingMessage } from 'node:http';
import type { HttpHandler, HttpRequest } from '../../../sandbox/http';

export interface ServedHandler {
  readonly url: string;
  close(): Promise<void>;
}

/** Puts a handler on a loopback port, for tests of what an SDK sees. */
export async function serve(handler: HttpHandler): Promise<ServedHandler> {
  const server = createServer(async (incoming, outgoing) => {
    const response = await handler(await read(incoming));
    outgoing.writeHead(response.status, response.headers).end(response.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
