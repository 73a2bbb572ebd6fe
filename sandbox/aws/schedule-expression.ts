import { type Cron, parseCron } from './cron';

/** A rate or a cron expression, as EventBridge and Secrets Manager take them. */
export type ScheduleExpression = Rate | { readonly cron: Cron };

/** Every so many minutes, hours or days. */
export interface Rate {
  readonly count: number;
  readonly unit: 'minute' | 'hour' | 'day';
}

/** Reads `rate(15 minutes)` or `cron(0 8 ? * MON-FRI *)`. Rejects with a RangeError that says what is wrong. */
export function parseScheduleExpression(expression: string): ScheduleExpression {
  const [, kind, inner = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return { cron: parseCron(inner) };
  if (kind === 'rate') return parseRate(inner);
  throw new RangeError(`it must be rate(…) or cron(…), got "${expression}"`);
}

function parseRate(inner: string): Rate {
  const [, digits = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(inner) ?? [];
  const count = Number(digits);
  // AWS insists on grammar: 1 minute, 2 minutes.
  if (!isUnit(unit) || count < 1 || (count === 1) !== (plural === ''))
    throw new RangeError(`a rate must be such as "1 hour" or "30 days", got "${inner}"`);
  return { count, unit };
}

const isUnit = (unit: string): unit is Rate['unit'] => unit === 'minute' || unit === 'hour' || unit === 'day';
