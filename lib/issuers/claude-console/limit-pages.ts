import { readPages } from '../../core/pages';
import { type Answer, answerOf, malformed } from './answer';

/** Reads every entry of a list that ends where it names no next page. */
export function readCursorPages(
  what: string,
  ask: (page: { readonly page?: string }) => Promise<Response>,
  add: (entry: Answer) => void,
): Promise<void> {
  return readPages({
    what,
    ask: async (page) => answerOf(what, await ask(page === undefined ? {} : { page })),
    take: (answer) => {
      answer.objects('data').forEach(add);
      return answer.textOrNull('next_page') ?? undefined;
    },
    misfit: malformed,
  });
}
