import type { RequestHandlerFrom } from '../functions/in-process-http';

/** A request as the AWS SDK hands it to its request handler. */
export type SdkRequest = Parameters<RequestHandlerFrom['handle']>[0];

/** What a request of an AWS SDK asks for: `secretsmanager.PutSecretValue`. */
export function awsOperationName({ headers, path, body }: Pick<SdkRequest, 'headers' | 'path' | 'body'>): string {
  const named = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
  if (named !== undefined) return named;
  if (/^\/2015-03-31\/functions\/[^/]+\/invocations$/.test(path)) return 'lambda.Invoke';
  const text = typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString();
  return /\bAction=(\w+)/.exec(text)?.[1] ?? 'unknown';
}

/** What a request to Claude asks for, whichever key it is about: `POST /v1/organizations/api_keys/*`. */
export function claudeOperationName(input: Parameters<typeof fetch>[0], method = 'GET'): string {
  const url = input instanceof Request ? input.url : String(input);
  return `${method.toUpperCase()} ${new URL(url).pathname.replace(/apikey_\w+/, '*')}`;
}
