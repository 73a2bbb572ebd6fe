import { readPages as readAllPages } from '../../core/pages';
import type { Clock } from '../../core/ports';
import type { ClaudeConsoleAdminOptions } from './admin';
import { type Answer, malformed } from './answer';
import type { UsageRange } from './usage-ranges';

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

/** Reads every page of a report. */
export function readPages(
  ask: (page: string | undefined) => Promise<Answer>,
  add: (answer: Answer) => void,
): Promise<void> {
  return readAllPages({
    what: 'the usage report',
    ask,
    take: (answer) => {
      add(answer);
      return answer.flag('has_more') ? answer.text('next_page') : undefined;
    },
    misfit: malformed,
  });
}

/**
 * The end of a stretch of time that a report shows, which lies within the range that was asked for: a use that is
 * dated earlier than it was would let a key look idle.
 */
export function endWithin({ from, width }: UsageRange, stretch: Answer): Date {
  const start = stretch.instant('starting_at');
  const end = stretch.instant('ending_at');
  if (start >= from && end > start && end.getTime() <= start.getTime() + WIDTHS_MS[width]) return end;
  throw malformed(stretch.what, 'has a time that was not asked for');
}

const WIDTHS_MS = { '1h': 3_600_000, '1d': 86_400_000 } as const;
