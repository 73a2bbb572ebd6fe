import type { ServicePolicy } from '../contract/registration';
import type { IssuerKeyStatus, UsageReport } from './ports';
import { after, DAY_MS, HOUR_MS, reached } from './time';

/** What is known about a key that is no longer current. */
export interface RetiringKey {
  readonly keyId: string;
  /** Who disables it: in `manual` access a person, who also judges whether it is idle. */
  readonly access: 'ours' | 'manual';
  /** When it was first seen to be no longer current; undefined when this is the first time. */
  readonly retiringSince?: Date;
  /** When we decided to disable it. */
  readonly disablingSince?: Date;
  /** Undefined: the issuer was not asked, or does not know the key. */
  readonly status?: IssuerKeyStatus;
}

/**
 * What to do next about a retiring key:
 * `begin` writes down that its retirement starts; `wait` for the overlap to end or the key to become idle;
 * `disable` it; `note-disabled` when somebody else did; `keep` it disabled until the undo window ends; `archive` it;
 * `forget` it once it is archived.
 * `overdue` tells that the deadline has passed with the key still in use, or its use unknown.
 */
export interface RetirementStep {
  readonly next: 'begin' | 'wait' | 'disable' | 'note-disabled' | 'keep' | 'archive' | 'forget';
  readonly overdue: boolean;
}

/** Decides the next step of one key's retirement. Unknown use never retires a key, unless the policy says so at the deadline. */
export function nextRetirementStep(
  key: RetiringKey,
  policy: ServicePolicy,
  usage: UsageReport | undefined,
  now: Date,
): RetirementStep {
  const { retiringSince, disablingSince } = key;
  if (!retiringSince) return step('begin');
  switch (key.status) {
    case 'archived':
      return step('forget');
    case 'expired':
      return step('archive');
    case 'inactive':
      if (!disablingSince) return step('note-disabled');
      return step(reached(now, after(disablingSince, policy.undoWindowDays * DAY_MS)) ? 'archive' : 'keep');
    default:
      return nextStepOfLiveKey({ ...key, retiringSince }, policy, usage, now);
  }
}

function nextStepOfLiveKey(
  { keyId, access, status, retiringSince }: RetiringKey & { readonly retiringSince: Date },
  policy: ServicePolicy,
  usage: UsageReport | undefined,
  now: Date,
): RetirementStep {
  const overdue = reached(now, after(retiringSince, policy.retirementDeadlineDays * DAY_MS));
  if (!reached(now, after(retiringSince, policy.overlapHours * HOUR_MS))) return step('wait');
  if (access === 'manual') return { next: 'disable', overdue };
  if (status === undefined) return { next: 'wait', overdue }; // Not on the issuer's list, or no list: leave it alone.
  if (isIdle(keyId, retiringSince, policy, usage, now)) return step('disable');
  return { next: overdue && policy.atRetirementDeadline === 'disable' ? 'disable' : 'wait', overdue };
}

/**
 * True when the issuer's report, which must be fresh, shows no use of the key for `quietHours`, all of them after its
 * retirement began and at or before the report's refresh time. Anything less is unknown, which is not idle.
 */
export function isIdle(
  keyId: string,
  retiringSince: Date,
  policy: ServicePolicy,
  usage: UsageReport | undefined,
  now: Date,
): boolean {
  if (!usage?.refreshedAt) return false;
  if (!reached(usage.refreshedAt, after(now, -policy.maxReportLagHours * HOUR_MS))) return false;
  const quietSince = after(usage.refreshedAt, -policy.quietHours * HOUR_MS);
  if (!reached(quietSince, retiringSince) || !reached(quietSince, usage.from)) return false;
  const lastUsedAt = usage.lastUsedAt.get(keyId);
  return lastUsedAt === undefined || reached(quietSince, lastUsedAt);
}

const step = (next: RetirementStep['next']): RetirementStep => ({ next, overdue: false });
