import { UnmodelledError } from '../errors';
import type { HttpHandler, HttpRequest } from '../http';
import type { AwsAccount } from './account';
import { AwsError, type Caller } from './service';
import { JSON_PROTOCOL } from './wire/json';
import { LAMBDA_PROTOCOL } from './wire/lambda';
import type { DecodedCall, WireProtocol } from './wire/protocol';
import { QUERY_PROTOCOL } from './wire/query';

/** Finds whose access key a request is signed with. */
export type CallerOf = (accessKeyId: string) => Caller | undefined;

interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

const CREDENTIAL = /^AWS4-HMAC-SHA256\s+Credential=([^/\s]+)\/\d{8}\/([^/\s]+)\/([^/\s]+)\/aws4_request/;

/**
 * Answers the AWS SDKs and the AWS CLI for one account. A request's signature says which service is meant and,
 * by its access key, who calls; the signature itself is not verified.
 */
export function createAwsHandler(account: AwsAccount, callerOf: CallerOf): HttpHandler {
  let requests = 0;
  return async (request) => {
    const signature = signatureOf(request);
    const protocol = protocolOf(signature?.service, request);
    // Not from the account's random source: what a client retries must not shift what the simulation draws.
    requests += 1;
    const requestId = `00000000-0000-4000-8000-${requests.toString(16).padStart(12, '0')}`;
    try {
      const { service, caller } = identify(request, signature, callerOf, account.region);
      const { operation, input } = readCall(protocol, service, request);
      const output = await account.call(service, operation, input, caller);
      return protocol.encode(service, operation, output, requestId);
    } catch (error) {
      return protocol.encodeError(signature?.service ?? '', asAwsError(error), requestId);
    }
  };
}

function identify(
  request: HttpRequest,
  signature: Signature | undefined,
  callerOf: CallerOf,
  region: string,
): { readonly service: string; readonly caller: Caller } {
  if (!signature) throw missingSignature(request);
  if (signature.region !== region) throw otherRegion(request, signature.region, region);
  const caller = callerOf(signature.accessKeyId);
  if (!caller) throw unknownKey(request);
  return { service: signature.service, caller };
}

function readCall(protocol: WireProtocol, service: string, request: HttpRequest): DecodedCall {
  refuseUnreadable(request);
  const call = protocol.decode(service, request);
  if (!call) throw new UnmodelledError(`${request.method} ${request.path} of AWS service "${service}"`);
  return call;
}

function signatureOf(request: HttpRequest): Signature | undefined {
  const [, accessKeyId, region, service] = CREDENTIAL.exec(request.headers.authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

function protocolOf(service: string | undefined, request: HttpRequest): WireProtocol {
  if (service === 'lambda') return LAMBDA_PROTOCOL;
  return isForm(request) ? QUERY_PROTOCOL : JSON_PROTOCOL;
}

const isForm = (request: HttpRequest): boolean =>
  (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

/** Bodies are text here: a compressed or binary one would have been damaged on its way. */
function refuseUnreadable(request: HttpRequest): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new UnmodelledError(`content-encoding ${encoding}`);
  if (request.headers['smithy-protocol'] !== undefined) {
    throw new UnmodelledError(`the wire protocol ${request.headers['smithy-protocol']}`);
  }
}

// The query protocol has its own names for both refusals.
const missingSignature = (request: HttpRequest): AwsError =>
  new AwsError(
    isForm(request) ? 'MissingAuthenticationToken' : 'MissingAuthenticationTokenException',
    'Missing Authentication Token',
    403,
  );

const unknownKey = (request: HttpRequest): AwsError =>
  new AwsError(
    isForm(request) ? 'InvalidClientTokenId' : 'UnrecognizedClientException',
    'The security token included in the request is invalid.',
    403,
  );

/** Each region has endpoints of its own, and refuses what is signed for another. */
const otherRegion = (request: HttpRequest, asked: string, region: string): AwsError =>
  new AwsError(
    isForm(request) ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
    `Credential should be scoped to a valid region, not ${asked}: this sandbox is ${region} alone.`,
    403,
  );

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof UnmodelledError) return new AwsError('SandboxUnmodelled', error.message, 501);
  throw error;
}
