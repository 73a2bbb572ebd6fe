import { RATE_LIMITERS } from '../contract/workspace-limits';
import type { RateLimitConfig, WorkspaceLimitsConfig } from './environment-config';
import { type Mistake, wrongValue } from './mistake';
import { RATE_LIMIT_RULES, WORKSPACE_LIMITS_RULES } from './rules';
import { isRecord, mistakesInShape } from './shape';

/** Every mistake in the limits that an environment declares for its workspace. */
export function mistakesInWorkspaceLimits(limits: WorkspaceLimitsConfig | undefined, path: string): Mistake[] {
  if (limits === undefined) return [];
  const shape = mistakesInShape(limits, WORKSPACE_LIMITS_RULES, path);
  if (!isRecord(limits) || !Array.isArray(limits.rateLimits)) return shape;
  const rateLimits: readonly RateLimitConfig[] = limits.rateLimits;
  return [
    ...shape,
    ...rateLimits.flatMap((each, index) => mistakesInRateLimit(each, rateLimits, `${path}.rateLimits[${index}]`)),
  ];
}

function mistakesInRateLimit(limit: RateLimitConfig, all: readonly RateLimitConfig[], path: string): Mistake[] {
  const shape = mistakesInShape(limit, RATE_LIMIT_RULES, path);
  if (shape.length > 0) return shape;
  const isFirst = all.find((each) => isRecord(each) && each.of === limit.of) === limit;
  const limitsNothing = RATE_LIMITERS.every((limiter) => limit[limiter] === undefined);
  return [
    ...(isFirst ? [] : [wrongValue(`${path}.of`, limit.of, 'each model and surface once')]),
    ...(limitsNothing ? [wrongValue(path, limit, `at least one of ${RATE_LIMITERS.join(', ')}`)] : []),
  ];
}
