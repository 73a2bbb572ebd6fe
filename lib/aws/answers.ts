import { Answer } from '../core/answer';
import { KeyRotationError } from '../core/errors';
import { type Paged, readPages } from '../core/pages';

/** The error for an answer of AWS that cannot be understood. */
export const malformed = (what: string, how: string): KeyRotationError =>
  new KeyRotationError('AwsFailed', `AWS answered something unexpected: ${what} ${how}`);

/** What the SDK made of an answer. It checks no types but those of times, so each field is read with a check. */
export const answerOf = (what: string, output: unknown): Answer => new Answer(what, output, malformed);

/** Reads every page of a list, whose next page is at `NextToken`. */
export function readListed(
  what: string,
  ask: (token: string | undefined) => Promise<unknown>,
  add: (page: Answer) => void,
): Promise<void> {
  const paged: Paged<Answer> = {
    what,
    misfit: malformed,
    ask: async (token) => answerOf(what, await ask(token)),
    take: (page) => {
      add(page);
      return page.has('NextToken') ? page.text('NextToken') : undefined;
    },
  };
  return readPages(paged);
}
