import type { Clock } from '../../core/ports';
import type { ClaudeConsoleAdminOptions } from './admin';
import { type Answer, malformed } from './answer';

export interface ClaudeConsoleUsageOptions extends ClaudeConsoleAdminOptions {
  readonly clock: Clock;
}

/** What the pages of a report that were read so far say together. */
export class UsageReading {
  readonly lastUsedAt = new Map<string, Date>();

  /** The key was used up to `end` at the latest. Later ends win, in whatever order they come. */
  addUse(keyId: string, end: Date): void {
    const known = this.lastUsedAt.get(keyId);
    if (!known || known < end) this.lastUsedAt.set(keyId, end);
  }
}

/** Reads every page of a report. A cursor that does not move would never end. */
export async function readPages(
  ask: (page: string | undefined) => Promise<Answer>,
  add: (answer: Answer) => void,
): Promise<void> {
  let page: string | undefined;
  do {
    const answer = await ask(page);
    add(answer);
    page = nextPage(answer, page);
  } while (page !== undefined);
}

/** The cursor of the next page, or undefined after the last. */
function nextPage(answer: Answer, page: string | undefined): string | undefined {
  if (!answer.flag('has_more')) return undefined;
  const next = answer.text('next_page');
  if (next === page) throw malformed('the usage report', 'does not move on from page to page');
  return next;
}
