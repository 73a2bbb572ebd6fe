import type { Fields } from '../fields';
import { AwsError } from '../service';
import { outOfBounds } from './errors';

/** A part of a list, and the token with which the next part begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextToken?: string };
}

/** One page of a list. The token names the last item given, so that what comes or goes in between changes nothing. */
export function cut<T>(all: readonly T[], idOf: (item: T) => string, input: Fields, most = 100): Page<T> {
  const size = input.optionalNumber('MaxResults') ?? most;
  if (!(size >= 1 && size <= most)) {
    throw outOfBounds('maxResults', `Member must have value between 1 and ${most}, inclusive`, String(size));
  }
  const token = input.optionalString('NextToken');
  const start = token === undefined ? 0 : positionAfter(all, idOf, token);
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  const isMore = start + size < all.length && last !== undefined;
  return { items, next: isMore ? { NextToken: Buffer.from(idOf(last)).toString('base64url') } : {} };
}

function positionAfter<T>(all: readonly T[], idOf: (item: T) => string, token: string): number {
  const id = Buffer.from(token, 'base64url').toString();
  const position = all.findIndex((item) => idOf(item) === id);
  if (position < 0) throw new AwsError('InvalidNextTokenException', 'Invalid next token.');
  return position + 1;
}
