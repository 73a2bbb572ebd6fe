import type { Condition } from '../contract/metrics';
import { currentSince, heldKeys, unfinishedVersion } from './held-keys';
import { type IssuerView, type ServiceObservation, statusOf } from './observation';
import { isRotationOverdue, policyOf, retirementOf } from './plan';
import { usableSpares } from './spares';
import { after, DAY_MS, HOUR_MS, reached } from './time';

/** How long after its scheduled day a rotation counts as overdue. */
const OVERDUE_AFTER_DAYS = 2;
const FAILED_AFTER_HOURS = 1;
const ADMIN_KEY_WARNING_DAYS = 30;
/** A key made in the Console is usually staged within minutes; after this long somebody should say whose it is. */
const UNKNOWN_KEY_AFTER_HOURS = 24;

/** The conditions that hold for one service. A service that waits for its first key is in none. */
export function serviceConditions(observation: ServiceObservation, now: Date): readonly Condition[] {
  const { secret, registration } = observation;
  if (!secret) return [];
  const holds: Condition[] = [];
  const current = heldKeys(secret).find(({ marks }) => marks.current);
  if (registration && current) {
    const { maxAgeDays, rotateEveryDays, sparesAtLeast } = registration.policy;
    const since = currentSince(secret);
    if (isDead(observation, current.keyId)) holds.push('current-key-dead');
    if (reached(now, after(since, maxAgeDays * DAY_MS))) holds.push('key-too-old');
    if (reached(now, after(since, (rotateEveryDays + OVERDUE_AFTER_DAYS) * DAY_MS))) holds.push('rotation-overdue');
    if (isExpiring(observation, current.keyId, now)) holds.push('key-expiring');
    if (usableSpares(observation, registration.policy, now).length < sparesAtLeast) holds.push('no-spare');
  }
  if (registration && hasRotationFailed(observation, current !== undefined, now)) holds.push('rotation-failed');
  if (isRetirementOverdue(observation, now)) holds.push('retirement-overdue');
  return holds;
}

function isDead({ issuer }: ServiceObservation, keyId: string): boolean {
  const status = statusOf(issuer, keyId);
  return status !== undefined && status !== 'active';
}

function isExpiring(observation: ServiceObservation, keyId: string, now: Date): boolean {
  const expiresAt = observation.issuer.keys?.get(keyId)?.expiresAt;
  return (
    expiresAt !== undefined && reached(now, after(expiresAt, -policyOf(observation).rotateBeforeExpiryDays * DAY_MS))
  );
}

/** Without a key and without a spare there is nothing that could rotate: the service waits for its first key. */
function hasRotationFailed(observation: ServiceObservation, hasKey: boolean, now: Date): boolean {
  const { secret, spares, pendingSince } = observation;
  if (!secret || !(hasKey || spares.length > 0)) return false;
  const unfinished = unfinishedVersion(secret) !== undefined && pendingSince !== undefined;
  if (unfinished && reached(now, after(pendingSince, FAILED_AFTER_HOURS * HOUR_MS))) return true;
  return hasKey && secret.rotationEnabled && isRotationOverdue(secret, now);
}

function isRetirementOverdue(observation: ServiceObservation, now: Date): boolean {
  const { secret } = observation;
  if (!secret) return false;
  return heldKeys(secret).some((key) => {
    const leaving = !key.marks.pending && (!key.marks.current || !observation.registration);
    return leaving && retirementOf(key, observation, now).overdue;
  });
}

/** Keys that the issuer lists as active and that no service holds: somebody must say whose they are. */
export function unknownKeys(
  issuer: IssuerView,
  observations: readonly ServiceObservation[],
  now: Date,
): readonly { readonly id: string; readonly name: string }[] {
  const known = new Set<string>();
  for (const { secret, spares } of observations) {
    for (const { keyId } of secret ? heldKeys(secret) : []) known.add(keyId);
    for (const { keyId } of spares) known.add(keyId);
  }
  return [...(issuer.keys?.values() ?? [])].filter(
    ({ id, status, createdAt }) =>
      status === 'active' && !known.has(id) && reached(now, after(createdAt, UNKNOWN_KEY_AFTER_HOURS * HOUR_MS)),
  );
}

/** True from 30 days before the day on which the admin key expires, as the operator declared it. */
export const isAdminKeyExpiring = (expiresOn: Date | undefined, now: Date): boolean =>
  expiresOn !== undefined && reached(now, after(expiresOn, -ADMIN_KEY_WARNING_DAYS * DAY_MS));

/** True when the issuer's list cannot be read; before the admin key has been put in place, only once a service has a key. */
export function isAdminAccessFailing(issuer: IssuerView, services: readonly ServiceObservation[]): boolean {
  if (issuer.listFailure === undefined) return false;
  return issuer.listFailure === 'failed' || services.some(({ secret }) => secret && heldKeys(secret).length > 0);
}
