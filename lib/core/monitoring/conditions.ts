import type { VersionMarks } from '../../contract/labels';
import type { Condition } from '../../contract/metrics';
import type { ServicePolicy } from '../../contract/registration';
import { currentSince, heldKeys, unfinishedVersion } from '../keys/held-keys';
import { type IssuerView, type ServiceObservation, statusOf } from '../keys/observation';
import { isRotationDue, isRotationOverdue, policyOf, retirementOf } from '../keys/plan';
import { usableSpares } from '../keys/spares';
import type { SecretState } from '../ports';
import { after, DAY_MS, daysBetween, HOUR_MS, reached } from '../time';

/** How long after its scheduled day a rotation counts as overdue. */
const OVERDUE_AFTER_DAYS = 2;
const FAILED_AFTER_HOURS = 1;
const ADMIN_KEY_WARNING_DAYS = 30;
/** A key made in the Console is usually staged within minutes; after this long somebody should say whose it is. */
const UNKNOWN_KEY_AFTER_HOURS = 24;

/** Something that is wrong: with the figure that shows it, and what it should be. */
export interface Finding {
  readonly condition: Condition;
  readonly figure: string;
  readonly limit: string;
  /** What the figure names, where it names several: people are told again when another one comes. */
  readonly names?: readonly string[];
}

/** What an environment allows beyond the policies of its services. */
export interface FindingRules {
  readonly allowPersonalKeys: boolean;
}

const DEFAULT_RULES: FindingRules = { allowPersonalKeys: false };

/** The conditions that hold for one service. A service that waits for its first key is in none. */
export const serviceConditions = (observation: ServiceObservation, now: Date, rules?: FindingRules) =>
  serviceFindings(observation, now, rules).map(({ condition }) => condition);

/** What is wrong with the keys of one service. */
export function serviceFindings(
  observation: ServiceObservation,
  now: Date,
  rules: FindingRules = DEFAULT_RULES,
): readonly Finding[] {
  const { secret, registration } = observation;
  if (!secret) return [];
  const current = heldKeys(secret).find(({ marks }) => marks.current);
  const findings: Finding[] = [];
  if (registration && current) {
    findings.push(...currentKeyFindings(observation, current.keyId, now));
    findings.push(...ageFindings(observation, secret, current.marks, now));
    findings.push(...spareFindings(observation, registration.policy, now));
    findings.push(...ownerFindings(observation, current.keyId, rules));
  }
  if (registration && hasRotationFailed(observation, now)) {
    findings.push({
      condition: 'rotation-failed',
      figure: 'a rotation is unfinished or did not happen',
      limit: '1 hour',
    });
  }
  return [...findings, ...retirementFindings(observation, secret, now)];
}

function currentKeyFindings(observation: ServiceObservation, keyId: string, now: Date): readonly Finding[] {
  const findings: Finding[] = [];
  const status = statusOf(observation.issuer, keyId);
  if (status !== undefined && status !== 'active') {
    findings.push({ condition: 'current-key-dead', figure: `key ${keyId} is ${status}`, limit: 'active' });
    if (status !== 'expired') findings.push(disabledOutside(keyId));
  }
  const expiresAt = observation.issuer.keys?.get(keyId)?.expiresAt;
  const { rotateBeforeExpiryDays } = policyOf(observation);
  if (expiresAt && reached(now, after(expiresAt, -rotateBeforeExpiryDays * DAY_MS))) {
    const figure = `key ${keyId} expires at ${expiresAt.toISOString()}`;
    findings.push({ condition: 'key-expiring', figure, limit: `replaced ${rotateBeforeExpiryDays} days before` });
  }
  return findings;
}

/** A registration that is there and makes no sense. What it holds is not shown. */
export const brokenRegistration = (): Finding => ({
  condition: 'broken-registration',
  figure: 'its parameter does not hold a registration',
  limit: 'as its stack writes it',
});

/** A key that was switched off by somebody else: by a person, or by Claude because it was found in public. */
export const disabledOutside = (keyId: string): Finding => ({
  condition: 'key-disabled-outside',
  figure: `key ${keyId} was switched off`,
  limit: 'switched off by the reconciler alone',
});

function ageFindings(
  observation: ServiceObservation,
  secret: SecretState,
  { pausedUntil }: VersionMarks,
  now: Date,
): readonly Finding[] {
  const { maxAgeDays, rotateEveryDays } = policyOf(observation);
  const since = currentSince(secret, observation.restoredKeySince);
  const figure = `${daysBetween(since, now)} days since the key became current`;
  const isPast = (from: Date, days: number): boolean => reached(now, after(from, days * DAY_MS));
  const findings: Finding[] = [];
  if (isPast(since, maxAgeDays)) findings.push({ condition: 'key-too-old', figure, limit: `${maxAgeDays} days` });
  const overdueDays = rotateEveryDays + OVERDUE_AFTER_DAYS;
  if (isPast(since, overdueDays)) {
    findings.push({ condition: 'rotation-overdue', figure, limit: `${overdueDays} days` });
  } else if (pausedUntil && isPast(pausedUntil, OVERDUE_AFTER_DAYS)) {
    const afterUndo = `${daysBetween(pausedUntil, now)} days since the pause after an undo`;
    findings.push({ condition: 'rotation-overdue', figure: afterUndo, limit: `${OVERDUE_AFTER_DAYS} days` });
  }
  return findings;
}

function spareFindings(observation: ServiceObservation, policy: ServicePolicy, now: Date): readonly Finding[] {
  const spares = usableSpares(observation, policy, now).length;
  const { sparesAtLeast } = policy;
  if (spares >= sparesAtLeast) return [];
  return [{ condition: 'no-spare', figure: `${spares} usable spares`, limit: `${sparesAtLeast} at least` }];
}

function ownerFindings(
  { issuer }: ServiceObservation,
  keyId: string,
  { allowPersonalKeys }: FindingRules,
): readonly Finding[] {
  const owner = issuer.keys?.get(keyId)?.owner;
  const limit = 'a service account';
  if (owner === 'user' && !allowPersonalKeys)
    return [{ condition: 'personal-key', figure: `key ${keyId} belongs to a person`, limit }];
  if (owner === 'none') return [{ condition: 'ownerless-key', figure: `key ${keyId} has no owner`, limit }];
  return [];
}

/** Conditions of which nothing can be said while the issuer's list cannot be read. */
export const conditionsUnknownTo = ({ access, keys }: IssuerView): readonly Condition[] =>
  access === 'ours' && keys === undefined
    ? ['current-key-dead', 'key-expiring', 'key-disabled-outside', 'personal-key', 'ownerless-key', 'unknown-key']
    : [];

const hasCurrentKey = ({ secret }: ServiceObservation): boolean =>
  secret !== undefined && heldKeys(secret).some(({ marks }) => marks.current);

/** Without a key and without a spare there is nothing that could rotate. */
export const waitsForFirstKey = (observation: ServiceObservation): boolean =>
  !hasCurrentKey(observation) && observation.spares.length === 0;

function hasRotationFailed(observation: ServiceObservation, now: Date): boolean {
  const { secret, pendingSince } = observation;
  if (!secret || waitsForFirstKey(observation)) return false;
  const unfinished = unfinishedVersion(secret) !== undefined && pendingSince !== undefined;
  if (unfinished && reached(now, after(pendingSince, FAILED_AFTER_HOURS * HOUR_MS))) return true;
  return hasCurrentKey(observation) && secret.rotationEnabled && isRotationOverdue(secret, now);
}

/**
 * True while the scheduled rotation is due and not done. Once an attempt was given up nothing shows that it failed,
 * until its window is over: what was told of it stands until then.
 */
export const awaitsRotation = (observation: ServiceObservation, now: Date): boolean => {
  const { secret, registration } = observation;
  if (!secret || !registration || !hasCurrentKey(observation)) return false;
  return secret.rotationEnabled && isRotationDue(secret, now);
};

function retirementFindings(observation: ServiceObservation, secret: SecretState, now: Date): readonly Finding[] {
  const overdue = heldKeys(secret).filter((key) => {
    const leaving = !key.marks.pending && (!key.marks.current || !observation.registration);
    return leaving && retirementOf(key, observation, now).overdue;
  });
  if (overdue.length === 0) return [];
  const leaked = overdue.find(({ marks }) => marks.revokedSince);
  const figure = leaked
    ? `the leaked key ${leaked.keyId} is still accepted`
    : 'an old key is still in use, or its use is unknown';
  const { retirementDeadlineDays } = policyOf(observation);
  const limit = leaked ? 'disabled at once' : `${retirementDeadlineDays} days after its replacement`;
  return [{ condition: 'retirement-overdue', figure, limit }];
}

/** Keys that the issuer lists as active and that no service holds, the newest first: somebody must say whose they are. */
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
  return [...(issuer.keys?.values() ?? [])]
    .filter(
      ({ id, status, createdAt }) =>
        status === 'active' && !known.has(id) && reached(now, after(createdAt, UNKNOWN_KEY_AFTER_HOURS * HOUR_MS)),
    )
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
}

/** True from 30 days before the day on which the admin key expires, as the operator declared it. */
export const isAdminKeyExpiring = (expiresOn: Date | undefined, now: Date): boolean =>
  expiresOn !== undefined && reached(now, after(expiresOn, -ADMIN_KEY_WARNING_DAYS * DAY_MS));

/** True when the issuer's list says nothing of our keys; before the admin key has been put in place, only once a service has a key. */
export function isAdminAccessFailing(issuer: IssuerView, services: readonly ServiceObservation[]): boolean {
  if (issuer.listFailure === undefined) return false;
  return issuer.listFailure !== 'not-set-up' || services.some(({ secret }) => secret && heldKeys(secret).length > 0);
}
