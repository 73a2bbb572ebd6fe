import { badRequest } from './api-error';
import type { QueryReader } from './query';

/** Reads the `page` cursor of a report or list: how many items the pages before it had. */
export function readCursor(query: QueryReader): number {
  const cursor = query.text('page');
  if (cursor === undefined) return 0;
  const offset = /^page (\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (offset === undefined) throw badRequest('page: not a cursor of this list');
  return Number(offset);
}

/** The items of a page, and the cursor of the next one. */
export interface NumberedPage<Item> {
  readonly data: readonly Item[];
  readonly next_page: string | null;
}

/** Cuts one page out of the whole list. */
export function cutAt<Item>(items: readonly Item[], offset: number, limit: number): NumberedPage<Item> {
  const next = offset + limit;
  return {
    data: items.slice(offset, next),
    next_page: next < items.length ? Buffer.from(`page ${next}`).toString('base64url') : null,
  };
}
