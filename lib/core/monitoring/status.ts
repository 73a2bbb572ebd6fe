import type { KeyStateName, KeyStatus, ServiceStatus } from '../../contract/reconciler-protocol';
import { currentSince, type HeldKey, heldKeys } from '../keys/held-keys';
import { type ServiceObservation, statusOf } from '../keys/observation';
import { policyOf } from '../keys/plan';
import { spareVerdicts, usableSpares } from '../keys/spares';
import { type FindingRules, serviceConditions } from './conditions';

/** One service as an operator sees it. */
export function describeService(observation: ServiceObservation, now: Date, rules?: FindingRules): ServiceStatus {
  const { service, registration, secret } = observation;
  const held = secret ? heldKeys(secret) : [];
  const paused = secret?.rotationEnabled ? undefined : held.find(({ marks }) => marks.pausedUntil)?.marks.pausedUntil;
  const spares = usableSpares(observation, policyOf(observation), now);
  const heldIds = new Set(held.map(({ keyId }) => keyId));
  return {
    service,
    owner: registration?.owner ?? 'nobody',
    registered: registration !== undefined,
    hasKey: held.some(({ marks }) => marks.current),
    keys: [
      ...held.map((key) => describeHeld(key, observation)),
      ...spareVerdicts(observation, policyOf(observation), now)
        .filter(({ keyId }) => !heldIds.has(keyId))
        .map(({ keyId }) => describeKey(keyId, 'spare', observation, undefined)),
    ],
    spares: spares.length,
    sparesAtLeast: policyOf(observation).sparesAtLeast,
    nextRotationAt: secret?.rotationEnabled ? isoOrNull(secret.nextRotationAt) : null,
    pausedUntil: isoOrNull(paused),
    conditions: serviceConditions(observation, now, rules),
  };
}

function describeHeld(key: HeldKey, observation: ServiceObservation): KeyStatus {
  const { secret, restoredKeySince } = observation;
  const since = key.marks.current && secret ? currentSince(secret, restoredKeySince) : undefined;
  return describeKey(key.keyId, stateOf(key, observation), observation, since);
}

function describeKey(
  keyId: string,
  state: KeyStateName,
  { issuer }: ServiceObservation,
  since: Date | undefined,
): KeyStatus {
  const listed = issuer.keys?.get(keyId);
  return {
    keyId,
    name: listed?.name ?? null,
    state,
    createdAt: isoOrNull(listed?.createdAt),
    currentSince: isoOrNull(since),
    expiresAt: isoOrNull(listed?.expiresAt),
    lastUsedAt: isoOrNull(issuer.usage?.lastUsedAt.get(keyId)),
  };
}

function stateOf({ keyId, marks }: HeldKey, { issuer }: ServiceObservation): KeyStateName {
  if (marks.current) return 'active';
  if (marks.pending) return 'pending';
  const status = statusOf(issuer, keyId) ?? 'active';
  if (status === 'archived' || status === 'expired') return 'archived';
  if (status === 'inactive') return marks.retiringSince ? 'disabled' : 'rejected';
  return marks.retiringSince || marks.previous ? 'retiring' : 'rejected';
}

const isoOrNull = (time: Date | undefined): string | null => time?.toISOString() ?? null;
