/**
 * As much of the SDK's `Middleware` as is needed. Written out, because the SDK declares its own once for CommonJS and
 * once for ES modules: a service that is one could not take it from a package that is the other.
 */
export type KeyMiddleware = <Request extends { readonly headers: Headers; readonly body?: unknown }>(
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response>;

const REFUSED = 401;
const BEARER = /^Bearer (.+)$/i;

/**
 * When the issuer refuses a key, asks once for another and sends the request again with that. Returns the refusal
 * as it is when there is no other key, when the key was not ours, or when the body cannot be sent twice.
 * The SDK runs it for every attempt, after it has set the authentication header.
 */
export function retryOnRefusal(insteadOf: (refused: string) => Promise<string | undefined>): KeyMiddleware {
  return async (request, next) => {
    const response = await next(request);
    const refused = request.headers.get('authorization')?.match(BEARER)?.[1];
    if (response.status !== REFUSED || refused === undefined || request.body instanceof ReadableStream) return response;
    const key = await insteadOf(refused);
    if (key === undefined) return response;
    await response.body?.cancel();
    const headers = new Headers(request.headers);
    headers.set('authorization', `Bearer ${key}`);
    return next({ ...request, headers });
  };
}
