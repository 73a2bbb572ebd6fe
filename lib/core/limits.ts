import { type DeclaredRateLimit, RATE_LIMITERS, type RateLimiter } from '../contract/workspace-limits';
import type { Finding } from './monitoring/conditions';
import type { RateLimitGroup, RateLimitValues } from './ports';

/** Something about the limits that is not as it should be, in words. */
export interface LimitTrouble {
  /** `not-kept`: a limit is not as declared. `not-offered`: the issuer does not let anybody set it by API here. */
  readonly kind: 'not-kept' | 'not-offered';
  readonly what: string;
}

/** A limit that is to be changed: every word of it goes into the log before it is. */
export interface LimitChange {
  /** What is limited, as declared. */
  readonly of: string;
  readonly limit: RateLimiter | 'monthlySpendUsd';
  readonly from: number | 'none';
  readonly to: number;
}

/** The limits of one group that are not as declared. */
export interface GroupChange {
  readonly groupId: string;
  readonly changes: readonly LimitChange[];
  readonly values: RateLimitValues;
}

/** Conditions of which nothing can be said by a run that does not look at limits. */
export const LIMIT_CONDITIONS = ['limits-not-kept', 'limits-not-offered'] as const;

/** What a workspace's spend limit is called in the log. */
const WORKSPACE = 'workspace';
const MOST_TROUBLES_TOLD = 5;

/** What has to change so that the workspace may cost what is declared; undefined when nothing has to. */
export function spendChange(declaredUsd: number, foundUsd: number | undefined): LimitChange | undefined {
  if (declaredUsd === foundUsd) return undefined;
  return { of: WORKSPACE, limit: 'monthlySpendUsd', from: foundUsd ?? 'none', to: declaredUsd };
}

/**
 * What has to change so that the workspace's rate limits are as declared. A limit that is not declared is left as it is,
 * even where the workspace has one of its own.
 */
export function planRateLimits(
  declared: readonly DeclaredRateLimit[],
  groups: readonly RateLimitGroup[],
): { readonly changes: readonly GroupChange[]; readonly troubles: readonly LimitTrouble[] } {
  const placed = declared.map((each) => ({ declared: each, group: groups.find(({ of }) => of.includes(each.of)) }));
  const missing = placed.filter(({ group }) => !group).map(({ declared: { of } }) => notLimited(of));
  const plans = groups.map((group) =>
    planGroup(
      group,
      placed.filter((each) => each.group === group).map((each) => each.declared),
    ),
  );
  return {
    changes: plans.map(({ change }) => change).filter(({ changes }) => changes.length > 0),
    troubles: [...missing, ...plans.flatMap(({ troubles }) => troubles)],
  };
}

const notLimited = (of: string): LimitTrouble => ({
  kind: 'not-kept',
  what: `the organization has no rate limits of ${of}`,
});

/** Models that Claude limits together have one limit: of two that are declared, the first is taken. */
function planGroup(
  group: RateLimitGroup,
  declared: readonly DeclaredRateLimit[],
): { readonly change: GroupChange; readonly troubles: readonly LimitTrouble[] } {
  const changes: LimitChange[] = [];
  const troubles: LimitTrouble[] = [];
  for (const limit of RATE_LIMITERS) {
    const [first, ...others] = declared.filter((each) => each[limit] !== undefined);
    const to = first?.[limit];
    if (!first || to === undefined) continue;
    const other = others.find((each) => each[limit] !== to);
    if (other) troubles.push(limitedTogether(first.of, other.of, limit));
    const from = group.own.get(limit);
    if (from !== to) changes.push({ of: first.of, limit, from: from ?? 'none', to });
  }
  const values = Object.fromEntries(changes.map(({ limit, to }) => [limit, to]));
  return { change: { groupId: group.id, changes, values }, troubles };
}

const limitedTogether = (of: string, other: string, limit: RateLimiter): LimitTrouble => ({
  kind: 'not-kept',
  what: `${of} and ${other} are limited together, and another ${limit} is declared for each`,
});

/** What people are told of troubles with limits: one condition of each kind, whatever their number. */
export function limitFindings(troubles: readonly LimitTrouble[]): readonly Finding[] {
  return (['not-kept', 'not-offered'] as const).flatMap((kind): readonly Finding[] => {
    const words = troubles.filter((each) => each.kind === kind).map(({ what }) => what);
    if (words.length === 0) return [];
    const more = words.length > MOST_TROUBLES_TOLD ? [`${words.length - MOST_TROUBLES_TOLD} more`] : [];
    const figure = [...words.slice(0, MOST_TROUBLES_TOLD), ...more].join('; ');
    return [{ condition: `limits-${kind}`, figure, limit: 'as declared in workspaceLimits' }];
  });
}
