import type { ServicePolicy } from '../../lib/contract/registration';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../utc-time';

/** Since when the key of a service retires: since it was current last, or since its service was removed, if that was before. */
export const retiresSince = (lastCurrent: Date, removedAt: Date | undefined): Date =>
  removedAt && removedAt < lastCurrent ? removedAt : lastCurrent;

/** How long a key that was replaced goes on being accepted: as long as the policy says, and any consumer may keep it. */
export const overlapMs = ({ overlapHours, consumerCacheMinutes }: ServicePolicy): number =>
  Math.max(overlapHours * HOUR_MS, consumerCacheMinutes * MINUTE_MS);

/** From when on a key must not have been used, as of a time up to which its use is known. */
export const quietSince = (knownUpTo: Date, { quietHours }: Pick<ServicePolicy, 'quietHours'>): Date =>
  new Date(knownUpTo.getTime() - quietHours * HOUR_MS);

/** How long a disabled key can be brought back. */
export const undoWindowMs = ({ undoWindowDays }: ServicePolicy): number => undoWindowDays * DAY_MS;
