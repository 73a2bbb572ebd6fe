import type { ServicePolicy } from '../../contract/registration';
import type { IssuerKeyStatus, UsageReport } from '../ports';
import { after, DAY_MS, HOUR_MS, MINUTE_MS, reached } from '../time';

/** A leaked key that is accepted for longer than this is somebody's business. */
const LEAKED_OVERDUE_AFTER_MINUTES = 30;

/** What is known about a key that is no longer current. */
export interface RetiringKey {
  readonly keyId: string;
  /** The service's other keys: their use shows that the service is at work. */
  readonly otherKeyIds: readonly string[];
  /** Who disables it: in `manual` access a person, who also judges whether it is idle. */
  readonly access: 'ours' | 'manual';
  /** When it was first seen to be no longer current; undefined when this is the first time. */
  readonly retiringSince?: Date;
  /** When we decided to disable it. */
  readonly disablingSince?: Date;
  /** When somebody said that it has leaked: then it is disabled whatever its use. */
  readonly revokedSince?: Date;
  /** Undefined: the issuer was not asked, or does not know the key. */
  readonly status?: IssuerKeyStatus;
}

/**
 * What to do next about a retiring key:
 * `begin` writes down that its retirement starts; `wait` for the overlap to end or the key to become idle;
 * `disable` it; `note-disabled` when somebody else did; `keep` it disabled until the undo window ends; `archive` it;
 * `forget` it once it is archived.
 * `overdue` tells that the deadline has passed with the key still accepted: in use, of unknown use, or not disabled in
 * spite of trying; a leaked key has half an hour.
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
  key: RetiringKey & { readonly retiringSince: Date },
  policy: ServicePolicy,
  usage: UsageReport | undefined,
  now: Date,
): RetirementStep {
  const { access, status, retiringSince, revokedSince } = key;
  if (revokedSince) return nextStepOfLeakedKey(revokedSince, access === 'manual' || status !== undefined, now);
  const overdue = reached(now, after(retiringSince, policy.retirementDeadlineDays * DAY_MS));
  if (!reached(now, after(retiringSince, policy.overlapHours * HOUR_MS))) return step('wait');
  if (access === 'manual') return { next: 'disable', overdue };
  if (status === undefined) return { next: 'wait', overdue }; // Not on the issuer's list, or no list: leave it alone.
  const mayGo = isIdle(key, policy, usage, now) || (overdue && policy.atRetirementDeadline === 'disable');
  return { next: mayGo ? 'disable' : 'wait', overdue };
}

/** Nothing is waited for: people know, and said so. One that the issuer does not list cannot be disabled. */
function nextStepOfLeakedKey(revokedSince: Date, canBeDisabled: boolean, now: Date): RetirementStep {
  const overdue = reached(now, after(revokedSince, LEAKED_OVERDUE_AFTER_MINUTES * MINUTE_MS));
  return { next: canBeDisabled ? 'disable' : 'wait', overdue };
}

/**
 * True when the issuer's report, which must be fresh, shows no use of the key for `quietHours` in which the service was
 * at work with another of its keys. Where it was not, as on a weekend, that the old key was silent too shows nothing
 * until `silentHours`. All of them must lie after the retirement began and at or before the report's refresh time.
 * Anything less is unknown, which is not idle.
 */
export function isIdle(
  { keyId, otherKeyIds, retiringSince }: Pick<RetiringKey, 'keyId' | 'otherKeyIds'> & { readonly retiringSince: Date },
  policy: ServicePolicy,
  usage: UsageReport | undefined,
  now: Date,
): boolean {
  if (!usage?.refreshedAt) return false;
  const { refreshedAt, from, lastUsedAt } = usage;
  if (!reached(refreshedAt, after(now, -policy.maxReportLagHours * HOUR_MS))) return false;
  const usedSince = (id: string, since: Date): boolean => !reached(since, lastUsedAt.get(id) ?? since);
  const isQuietFor = (hours: number): boolean => {
    const since = after(refreshedAt, -hours * HOUR_MS);
    return reached(since, retiringSince) && reached(since, from) && !usedSince(keyId, since);
  };
  const quietSince = after(refreshedAt, -policy.quietHours * HOUR_MS);
  const atWork = otherKeyIds.some((id) => usedSince(id, quietSince));
  return isQuietFor(atWork ? policy.quietHours : longestQuietHours(policy));
}

/** How long a key must be quiet at the most before it is idle. */
export const longestQuietHours = ({ quietHours, silentHours }: ServicePolicy): number =>
  Math.max(quietHours, silentHours);

const step = (next: RetirementStep['next']): RetirementStep => ({ next, overdue: false });
