import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionDropped } from './claude/faults';
import { RequestRefused, UnmodelledError } from './errors';
import { CALL_HEADER, functionOfCall, type OpenCalls } from './functions/open-calls';
import type { Wiretap } from './functions/wiretap';
import type { HttpHandler, HttpRequest, HttpResponse } from './http';
import { readableBody, refuseOverLimit } from './request-body';

export interface LoopbackOptions {
  /**
   * Port to listen on.
   * @default 0, which takes a free one
   */
  readonly port?: number;
  /**
   * Address to listen on. Simulated secrets are handed to whoever asks, so only this machine may.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * Learns which calls of workers are being answered.
   * @default - nobody needs to know
   */
  readonly calls?: OpenCalls;
  /**
   * Through whose hands calls of workers go.
   * @default - straight to the handler
   */
  readonly wiretap?: Wiretap | undefined;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** The port that a server was to listen on is taken. */
export class PortInUse extends Error {
  constructor(readonly port: number) {
    super(`port ${port} is in use on this machine`);
    this.name = 'PortInUse';
  }
}

/** An HTTP server for one handler, which only this machine can reach. */
export class LoopbackServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** Starts to listen. Rejects an address that other machines could reach. */
  static async start(handler: HttpHandler, options: LoopbackOptions = {}): Promise<LoopbackServer> {
    const { port = 0, host = '127.0.0.1', calls, wiretap } = options;
    if (!LOOPBACK.has(host)) throw new Error(`the sandbox listens on loopback only, not on "${host}"`);
    const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (incoming, outgoing) => {
      void serve(noting(handler, calls, wiretap), incoming, outgoing);
    });
    await listen(server, port, host);
    const address = server.address() as AddressInfo;
    return new LoopbackServer(server, `http://${host === '::1' ? '[::1]' : host}:${address.port}`);
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new PortInUse(port) : error);
    server.once('error', fail).listen(port, host, resolve);
  });
}

async function serve(handler: HttpHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    refuseOtherHosts(incoming.headers.host);
    send(outgoing, await handler(await read(incoming)));
  } catch (error) {
    if (error instanceof ConnectionDropped) incoming.socket.destroy();
    else send(outgoing, failure(error));
  }
}

/** Has the calls of workers followed from when they are read to when they are answered. */
const noting =
  (handler: HttpHandler, calls: OpenCalls | undefined, wiretap: Wiretap | undefined): HttpHandler =>
  async (request) => {
    const { [CALL_HEADER]: id, ...headers } = request.headers;
    const answered = calls?.arrived(id);
    const answer = () => handler({ ...request, headers });
    const answering = wiretap && id ? wiretap.asked(functionOfCall(id), { ...request, headers }, answer) : answer();
    return answering.finally(answered);
  };

/** A page from elsewhere may have its own name lead a browser to this machine; the browser then says that name here. */
function refuseOtherHosts(host = ''): void {
  if (LOOPBACK_HOST.test(host)) return;
  throw new RequestRefused(403, 'the sandbox answers to 127.0.0.1, localhost and [::1], and to no other host name');
}

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    refuseOverLimit(size);
    chunks.push(chunk);
  }
  const url = new URL(incoming.url ?? '/', 'http://sandbox');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    ...readableBody(headersOf(incoming), Buffer.concat(chunks)),
  };
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

function send(outgoing: ServerResponse, { status, headers, body }: HttpResponse): void {
  // A real date would have the SDKs believe that their virtual clock is wrong.
  outgoing.sendDate = false;
  const bytes = Buffer.from(body);
  outgoing.writeHead(status, { ...headers, 'content-length': String(bytes.length) }).end(bytes);
}

/** Said by the sandbox itself. A caller that retries must not take it for an outage of what is simulated. */
function failure(error: unknown): HttpResponse {
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const body = JSON.stringify({ __type: 'SandboxFailure', message });
  return { status, headers: { 'content-type': 'application/json', 'x-should-retry': 'false' }, body };
}

function statusOf(error: unknown): number {
  if (error instanceof RequestRefused) return error.status;
  return error instanceof UnmodelledError ? 501 : 500;
}
