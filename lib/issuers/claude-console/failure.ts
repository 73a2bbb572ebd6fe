import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk/core/error';
import { isKeyRotationError, KeyRotationError } from '../../core/errors';

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'bad request, spend limit or billing',
  401: 'the key was refused',
  402: 'billing',
  403: 'no permission',
  404: 'not found',
  408: 'timeout',
  409: 'conflict',
  413: 'request too large',
  429: 'rate or spend limit',
  529: 'overloaded',
};

/** What went wrong in a call to the Claude API, in our words: never a word of what the issuer answered. */
export function reasonOf(error: unknown): string {
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) return 'timeout';
  if (error instanceof APIConnectionError) return 'no connection';
  if (error instanceof APIError && typeof error.status === 'number') return statusReason(error.status);
  if (isTimeout(error)) return 'timeout';
  return 'an answer that is not the issuer’s';
}

function statusReason(status: number): string {
  return `status ${status}, ${MEANINGS[status] ?? (status >= 500 ? 'a failure at the issuer' : 'unexpected')}`;
}

const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && /^(Timeout|Abort)Error$/.test(String(error.name));

/** True when the issuer itself, not something in between, refused the key. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof APIError && error.status === 401 && error.type === 'authentication_error';

/** True when the issuer itself does not know the object. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof APIError && error.status === 404 && error.type === 'not_found_error';

/** Refusals with status 400 that are about an endpoint as a whole, rather than about one request to it. */
const NOT_SERVED_CODES = ['organization_not_enrolled_in_beta', 'organization_type_not_supported'];

/**
 * True when the issuer itself says that it does not serve an endpoint to this organization or credential. A status
 * 400 without a code counts: that is how an ended beta is refused, and nothing tells it from a bad request.
 */
export function isNotServed(error: unknown): boolean {
  if (!(error instanceof APIError)) return false;
  const { status, type, errorCode } = error;
  if (status === 403) return type === 'permission_error';
  if (status === 404) return type === 'not_found_error';
  return status === 400 && type === 'invalid_request_error' && (!errorCode || NOT_SERVED_CODES.includes(errorCode));
}

/** True when the issuer itself says that this organization or credential may not do such a thing. */
export const isNotAllowed = (error: unknown): boolean =>
  error instanceof APIError && error.status === 403 && error.type === 'permission_error';

/** The one error for a call that failed. An error of ours in the chain of causes, such as from reading the admin key, comes through as it is. */
export function issuerFailed(what: string, error: unknown): KeyRotationError {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (isKeyRotationError(each)) return each;
  }
  return new KeyRotationError('IssuerFailed', `the Claude API did not ${what}: ${reasonOf(error)}`);
}
