import { badRequest } from './api-error';
import type { QueryReader } from './query';

/** One page of a list by cursor: `after_id` and `before_id` name an item, whose neighbours follow. */
export interface ListPage<Item> {
  readonly data: readonly Item[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/**
 * Cuts the page that a query asks for out of the whole list. The cursor is a place in the whole list, so it stays
 * good when the item it names stops matching the filter between two pages.
 */
export function cutPage<Item extends { readonly id: string }>(
  items: readonly Item[],
  matches: (item: Item) => boolean,
  query: QueryReader,
): ListPage<Item> {
  const limit = query.limit();
  const after = query.text('after_id');
  const before = query.text('before_id');
  query.end();
  if (after !== undefined && before !== undefined) throw badRequest('after_id and before_id: only one is allowed');
  if (before !== undefined) {
    const candidates = items.slice(0, indexOf(items, before, 'before_id')).filter(matches);
    return page(candidates.slice(-limit), candidates.length > limit);
  }
  const start = after === undefined ? 0 : indexOf(items, after, 'after_id') + 1;
  const candidates = items.slice(start).filter(matches);
  return page(candidates.slice(0, limit), candidates.length > limit);
}

function page<Item extends { readonly id: string }>(data: readonly Item[], hasMore: boolean): ListPage<Item> {
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function indexOf(items: readonly { readonly id: string }[], id: string, name: string): number {
  const index = items.findIndex((item) => item.id === id);
  if (index < 0) throw badRequest(`${name}: names nothing in this list`);
  return index;
}
