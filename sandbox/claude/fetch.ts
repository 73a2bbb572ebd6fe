import type { HttpHandler, HttpRequest } from '../http';
import { ConnectionDropped } from './faults';

/** A `fetch` that asks a handler in this process, for code that takes one: no socket, no port. */
export function fetchFrom(handler: HttpHandler): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    init?.signal?.throwIfAborted();
    try {
      const answer = handler(await plain(request));
      const { status, headers, body } = await unlessAborted(answer, init?.signal);
      return new Response(body, { status, headers });
    } catch (error) {
      if (error instanceof ConnectionDropped) throw new TypeError('fetch failed', { cause: error });
      throw error;
    }
  };
}

/** Whoever gives up is not kept waiting for an answer that may never come. */
export function unlessAborted<Answer>(
  answer: Promise<Answer>,
  signal: AbortSignal | null | undefined,
): Promise<Answer> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
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
