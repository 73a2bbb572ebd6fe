import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import { unlessAborted } from '../claude/fetch';
import type { HttpHandler } from '../http';
import { readableBody } from '../request-body';

export { fetchFrom } from '../claude/fetch';

/** A request as the AWS SDK hands it to its request handler, as far as it is read here. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** A request handler for AWS SDK clients that asks an HttpHandler in this process: no socket, no port. */
export class RequestHandlerFrom {
  readonly metadata = { handlerProtocol: 'http/1.1' };

  constructor(private readonly handler: HttpHandler) {}

  async handle(
    request: SdkRequest,
    { abortSignal }: { readonly abortSignal?: object } = {},
  ): Promise<{ response: SdkResponse }> {
    const answer = this.handler({
      method: request.method,
      path: request.path,
      query: queryOf(request),
      ...readableBody(lowerCased(request.headers), bytesOf(request.body)),
    });
    const { status, headers, body } = await unlessAborted(
      answer,
      abortSignal instanceof AbortSignal ? abortSignal : undefined,
    );
    return { response: { statusCode: status, headers: { ...headers }, body: Buffer.from(body) } };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  destroy(): void {}
}

type SignerConstructor = NonNullable<SSMClientConfig['signerConstructor']>;
/** What an SDK gives to what signs its requests. */
type Signing = ConstructorParameters<SignerConstructor>[0];

/** A part of the configuration of AWS SDK clients in this process. */
export interface SdkSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly requestHandler: RequestHandlerFrom;
  readonly signerConstructor: SignerConstructor;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Has AWS SDK clients ask an HttpHandler in this process. */
export const sdkSettings = (region: string, credentials: Credentials, handler: HttpHandler): SdkSettings => ({
  region,
  credentials,
  requestHandler: new RequestHandlerFrom(handler),
  signerConstructor: NamingSigner,
});

/** Says who asks, and computes no signature, which costs as much as the rest of a call and which the sandbox does not verify. */
class NamingSigner {
  constructor(private readonly signing: Signing) {}

  async sign<Request extends Pick<SdkRequest, 'headers'>>(
    request: Request,
    { signingService }: { readonly signingService?: string } = {},
  ): Promise<Request> {
    const { credentials, region, service } = this.signing;
    const { accessKeyId } = typeof credentials === 'function' ? await credentials() : credentials;
    const regionName = typeof region === 'function' ? await region() : region;
    const scope = `00000000/${regionName}/${signingService ?? service}/aws4_request`;
    Object.assign(request.headers, { authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}` });
    return request;
  }
}

function queryOf({ query = {} }: SdkRequest): URLSearchParams {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((each): [string, string] => [name, String(each)]),
  );
  return new URLSearchParams(pairs);
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError('the sandbox takes request bodies that are text or bytes');
}
