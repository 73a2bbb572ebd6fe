import { gunzipSync } from 'node:zlib';
import { RequestRefused } from './errors';
import type { HttpRequest } from './http';

/** As much as any request to a simulated service can have in it; Lambda's payloads are the largest. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * A request's body as text, with the headers that then describe it. The AWS SDKs compress what is larger than 10 KB
 * where a service takes that, as CloudWatch does for metrics. Any other encoding is left for whoever reads the body to refuse.
 */
export function readableBody(
  headers: HttpRequest['headers'],
  bytes: Uint8Array,
): Pick<HttpRequest, 'headers' | 'body'> {
  const { 'content-encoding': encoding, ...others } = headers;
  if (encoding !== 'gzip') return { headers, body: textOf(bytes) };
  return { headers: others, body: textOf(decompressed(bytes)) };
}

/** Rejects a body over the limit, in the form it has or would have. */
export function refuseOverLimit(size: number): void {
  if (size > BODY_LIMIT_BYTES) throw tooLarge();
}

function decompressed(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    if (error instanceof RangeError || codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new RequestRefused(400, 'the request says that its body is gzip, and it is not');
  }
}

const tooLarge = (): RequestRefused =>
  new RequestRefused(413, `a request body is larger than ${BODY_LIMIT_BYTES} bytes`);

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
