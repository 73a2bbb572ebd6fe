import type { Misfit } from './answer';

/** More pages than any list has that we read: a hundred thousand secrets, a million keys. */
const MOST_PAGES = 1_000;

/** A list that comes in pages. */
export interface Paged<Page> {
  /** What it is, for an error. */
  readonly what: string;
  /** Asks for the page at a cursor, or for the first. */
  readonly ask: (cursor: string | undefined) => Promise<Page>;
  /** Takes a page in. @returns the cursor of the next page; undefined after the last */
  readonly take: (page: Page) => string | undefined;
  readonly misfit: Misfit;
}

/** Reads every page of a list. Refuses one that comes round again, or does not end. */
export async function readPages<Page>({ what, ask, take, misfit }: Paged<Page>): Promise<void> {
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    cursor = take(await ask(cursor));
    if (cursor === undefined) return;
    if (cursors.has(cursor)) throw misfit(what, 'does not move on from page to page');
    cursors.add(cursor);
  } while (cursors.size < MOST_PAGES);
  throw misfit(what, `has more than ${MOST_PAGES} pages`);
}
