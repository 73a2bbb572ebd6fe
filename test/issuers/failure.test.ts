import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk/core/error';
import { KeyRotationError } from '../../lib/core/errors';
import {
  isNotAllowed,
  isNotFound,
  isNotServed,
  isRefusal,
  issuerFailed,
  reasonOf,
} from '../../lib/issuers/claude-console/failure';

/** An answer of the issuer, or of something in between where it has no type. */
const answered = (status: number, type?: string, code?: string): APIError => {
  const details = code === undefined ? {} : { details: { error_code: code } };
  const body =
    type === undefined ? undefined : { type: 'error', error: { type, message: 'private words', ...details } };
  return APIError.generate(status, body, 'private words', new Headers());
};

describe('reasonOf', () => {
  it.each([
    [400, 'bad request, spend limit or billing'],
    [401, 'the key was refused'],
    [402, 'billing'],
    [403, 'no permission'],
    [404, 'not found'],
    [408, 'timeout'],
    [409, 'conflict'],
    [413, 'request too large'],
    [418, 'unexpected'],
    [429, 'rate or spend limit'],
    [500, 'a failure at the issuer'],
    [503, 'a failure at the issuer'],
    [529, 'overloaded'],
  ])('puts status %i in our words', (status, meaning) => {
    expect(reasonOf(answered(status, 'some_error'))).toBe(`status ${status}, ${meaning}`);
  });

  it('knows a time that ran out, in whatever way', () => {
    const named = (name: string) => Object.assign(new Error('private words'), { name });
    const timeouts = [
      new APIConnectionTimeoutError(),
      new APIUserAbortError(),
      named('TimeoutError'),
      named('AbortError'),
      { name: 'TimeoutError' },
    ];
    expect(timeouts.map(reasonOf)).toEqual(timeouts.map(() => 'timeout'));
  });

  it('knows a connection that there was not', () => {
    expect(reasonOf(new APIConnectionError({ message: 'private words' }))).toBe('no connection');
  });

  it.each([
    [undefined],
    [null],
    ['TimeoutError'],
    [new Error('private words')],
    [{ name: 'MyTimeoutError' }],
    [{ name: 'TimeoutErrors' }],
    [{}],
  ])('says of anything else that it is not the issuer’s', (error) => {
    expect(reasonOf(error)).toBe('an answer that is not the issuer’s');
  });
});

describe('what the issuer itself says', () => {
  it('is that it refuses the key: by status and by type', () => {
    expect(isRefusal(answered(401, 'authentication_error'))).toBe(true);
    expect(isRefusal(answered(401))).toBe(false);
    expect(isRefusal(answered(403, 'authentication_error'))).toBe(false);
    expect(isRefusal({ status: 401, type: 'authentication_error' })).toBe(false);
  });

  it('is that it does not know the object: by status and by type', () => {
    expect(isNotFound(answered(404, 'not_found_error'))).toBe(true);
    expect(isNotFound(answered(404))).toBe(false);
    expect(isNotFound(answered(400, 'not_found_error'))).toBe(false);
    expect(isNotFound({ status: 404, type: 'not_found_error' })).toBe(false);
  });

  it.each<[boolean, number, string | undefined, string | undefined]>([
    [true, 403, 'permission_error', undefined],
    [false, 403, undefined, undefined],
    [false, 403, 'not_found_error', undefined],
    [true, 404, 'not_found_error', undefined],
    [false, 404, 'permission_error', undefined],
    [true, 400, 'invalid_request_error', undefined],
    [true, 400, 'invalid_request_error', 'organization_not_enrolled_in_beta'],
    [true, 400, 'invalid_request_error', 'organization_type_not_supported'],
    [false, 400, 'invalid_request_error', 'organization_on_hold'],
    [false, 400, undefined, undefined],
    [false, 429, 'invalid_request_error', undefined],
  ])('is that it does not serve an endpoint (%s): %i %s %s', (served, status, type, code) => {
    expect(isNotServed(answered(status, type, code))).toBe(served);
  });

  it('is that this may not be done here: by status and by type', () => {
    expect(isNotAllowed(answered(403, 'permission_error'))).toBe(true);
    expect(isNotAllowed(answered(403))).toBe(false);
    expect(isNotAllowed(answered(400, 'permission_error'))).toBe(false);
    expect(isNotAllowed({ status: 403, type: 'permission_error' })).toBe(false);
  });

  it('is nothing that something else says in its words', () => {
    expect(isNotServed({ status: 404, type: 'not_found_error' })).toBe(false);
    expect(isNotServed(undefined)).toBe(false);
  });
});

describe('issuerFailed', () => {
  it('says what was asked for and why it did not come, never in the issuer’s words', () => {
    const error = issuerFailed('report the use of keys', answered(529, 'overloaded_error'));
    expect(error).toMatchObject({
      code: 'IssuerFailed',
      message: 'the Claude API did not report the use of keys: status 529, overloaded',
    });
    expect(error.cause).toBeUndefined();
  });

  it('hands on an error of ours that is behind it, however far', () => {
    const ours = new KeyRotationError('AdminKeyMissing', 'put it in place');
    expect(issuerFailed('list', ours)).toBe(ours);
    const cause = new Error('one', { cause: new Error('two', { cause: ours }) });
    expect(issuerFailed('list', cause)).toBe(ours);
    expect(issuerFailed('list', new Error('one', { cause: 'text' }))).toMatchObject({ code: 'IssuerFailed' });
  });
});
