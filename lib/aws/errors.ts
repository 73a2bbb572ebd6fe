import { KeyRotationError } from '../core/errors';

/** The name of an AWS error, as the SDKs give it; undefined for anything else. */
const awsErrorName = (error: unknown): string | undefined => (error instanceof Error ? error.name : undefined);

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
  'UnrecognizedClientException',
  'InvalidClientTokenId',
]);

/**
 * Runs one AWS call and translates its failure, once, at the edge. The SDK's message is not passed on, since it may
 * quote the request; the error's name and the operation are.
 */
export async function callAws<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
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
      `AWS has no valid credentials for ${operation} (${name}); sign in, or set AWS_PROFILE, and try again`,
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
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  return callAws(operation, async () => {
    try {
      return await call();
    } catch (error) {
      if (names.includes(awsErrorName(error) ?? '')) return undefined;
      throw error;
    }
  });
}
