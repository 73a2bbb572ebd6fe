import { BUILD, filesWritten } from './support/key-watch/files';
import { looksLikeKey } from './support/key-watch/key-watch';

/** Searches everything that is built, templates, bundles and reports, once all tests have run. */
export default async function globalTeardown(): Promise<void> {
  const found = filesWritten(BUILD, new Date(0)).filter(looksLikeKey);
  if (found.length > 0) throw new Error(`what looks like a key is in ${found.map(({ where }) => where).join(', ')}`);
}
