import type { HttpHandler, HttpRequest } from '../http';
import { ConnectionDropped } from './faults';

/** A `fetch` that asks a handler in this process, for code that takes one: no socket, no port. */
export function fetchFrom(handler: HttpHandler): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    init?.signal?.throwIfAborted();
    try {
      const { status, headers, body } = await handler(await plain(request));
      return new Response(body, { status, headers });
    } catch (error) {
      if (error instanceof ConnectionDropped) throw new TypeError('fetch failed', { cause: error });
      throw error;
    }
  };
}

async function plain(request: Request): Promise<HttpRequest> {
  const { pathname, searchParams } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  };
}
