/** What an error says beyond its status, type and words. */
export interface ErrorExtras {
  /** `details.error_code`, the one part of an error that callers should branch on. */
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as the Claude API answers it. */
export class ClaudeApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly extras: ErrorExtras = {},
  ) {
    super(message);
    this.name = 'ClaudeApiError';
  }
}

export const badRequest = (message: string, code?: string): ClaudeApiError =>
  new ClaudeApiError(400, 'invalid_request_error', message, code === undefined ? {} : { code });

export const notFound = (message: string): ClaudeApiError => new ClaudeApiError(404, 'not_found_error', message);

/** An error of a status, with the type that belongs to it. */
export const errorOf = (status: number, message: string, extras: ErrorExtras = {}): ClaudeApiError =>
  new ClaudeApiError(status, errorTypeOf(status), message, extras);

/** The answer to what the sandbox does not model: it names it, and asks not to be asked again. */
export const unmodelled = (what: string): ClaudeApiError =>
  new ClaudeApiError(501, 'sandbox_unmodelled', `the sandbox does not model ${what} of the Claude API`);

/** An error body in the issuer's form. */
export function errorBody(error: ClaudeApiError, requestId: string): string {
  const { code } = error.extras;
  const details = code === undefined ? {} : { details: { error_code: code } };
  return JSON.stringify({
    type: 'error',
    error: { type: error.type, message: error.message, ...details },
    request_id: requestId,
  });
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The `error.type` that belongs to a status. */
export const errorTypeOf = (status: number): string => ERROR_TYPES[status] ?? 'api_error';
