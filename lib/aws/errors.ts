import { KeyRotationError } from '../core/errors';

/** What AWS calls its errors. The SDK takes a name from the answer as it comes, so anything else may be in it. */
const ERROR_NAME = /^[A-Za-z][A-Za-z0-9.]{0,99}$/;

/** The name of an AWS error, as the SDKs give it; undefined for anything else. */
function awsErrorName(error: unknown): string | undefined {
  const name: unknown = error instanceof Error ? error.name : undefined;
  return typeof name === 'string' && ERROR_NAME.test(name) ? name : undefined;
}

/** What Node calls a failure of the network: `ENOTFOUND`, `ECONNREFUSED`. */
const networkCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const ACCESS_DENIED = new Set(['AccessDeniedException', 'AccessDenied', 'AuthorizationErrorException']);
const NO_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
]);

/** Bounds a call with all its attempts: the SDK by itself waits for ever on a connection that says nothing. */
export interface CallLimits {
  readonly abortSignal: AbortSignal;
}

/** Longer than the SDK's attempts take where AWS answers at all, and well within a function's own limit. */
const CALL_LIMIT_MS = 20_000;

/**
 * Runs one AWS call and translates its failure, once, at the edge. The SDK's message is not passed on, since it may
 * quote the request; the error's name and the operation are. The call is given the limits to pass to the SDK.
 */
export async function callAws<Result>(
  operation: string,
  call: (limits: CallLimits) => Promise<Result>,
  limitMs = CALL_LIMIT_MS,
): Promise<Result> {
  try {
    return await call({ abortSignal: AbortSignal.timeout(limitMs) });
  } catch (error) {
    throw translate(operation, error);
  }
}

function translate(operation: string, error: unknown): KeyRotationError {
  if (error instanceof KeyRotationError) return error;
  const name = awsErrorName(error) ?? 'unknown error';
  if (NO_CREDENTIALS.has(name)) {
    return new KeyRotationError(
      'NoCredentials',
      `AWS has no valid credentials for ${operation} (${name}); sign in, or set AWS_PROFILE and AWS_REGION, and try again`,
    );
  }
  if (ACCESS_DENIED.has(name)) {
    return new KeyRotationError(
      'AccessDenied',
      `AWS denied ${operation} (${name}); check the permissions of your role`,
    );
  }
  return new KeyRotationError('AwsFailed', `AWS could not do ${operation} (${networkCode(error) ?? name})`);
}

/** Like `callAws`, with undefined for an answer of that name: something that is not there is an outcome, not a failure. */
export async function callAwsUnless<Result>(
  names: readonly string[],
  operation: string,
  call: (limits: CallLimits) => Promise<Result>,
): Promise<Result | undefined> {
  return callAws(operation, async (limits) => {
    try {
      return await call(limits);
    } catch (error) {
      if (names.includes(awsErrorName(error) ?? '')) return undefined;
      throw error;
    }
  });
}
