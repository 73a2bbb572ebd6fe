import type { ServicePolicy } from '../../contract/registration';
import type { SpareSummary } from '../ports';
import { after, DAY_MS, reached } from '../time';
import { hasServed, heldKeys } from './held-keys';
import { type ServiceObservation, statusOf } from './observation';

/**
 * What a spare is good for. `served`: its key has become current, and only its parameter was left behind;
 * `pending`: a rotation is about to use it; `dead`: the issuer does not accept it any more;
 * `too-old` and `expiring`: it would not serve its time.
 */
export type SpareVerdict = 'usable' | 'pending' | 'served' | 'dead' | 'too-old' | 'expiring';

/** Judges every spare of a service, oldest first. */
export function spareVerdicts(
  observation: ServiceObservation,
  policy: ServicePolicy,
  now: Date,
): readonly { readonly keyId: string; readonly verdict: SpareVerdict }[] {
  return observation.spares.map((spare) => ({
    keyId: spare.keyId,
    verdict: verdictOf(spare, observation, policy, now),
  }));
}

function verdictOf(
  spare: SpareSummary,
  observation: ServiceObservation,
  policy: ServicePolicy,
  now: Date,
): SpareVerdict {
  const { secret, issuer } = observation;
  const held = secret && heldKeys(secret).find(({ keyId }) => keyId === spare.keyId);
  if (held && hasServed(held)) return 'served';
  if (held?.marks.pending) return 'pending';
  const status = statusOf(issuer, spare.keyId);
  if (status !== undefined && status !== 'active') return 'dead';
  if (reached(now, after(spare.stagedAt, policy.spareMaxAgeDays * DAY_MS))) return 'too-old';
  const expiresAt = issuer.keys?.get(spare.keyId)?.expiresAt;
  const expiring = expiresAt && reached(now, after(expiresAt, -policy.rotateBeforeExpiryDays * DAY_MS));
  return expiring ? 'expiring' : 'usable';
}

/** The spares that a rotation could take now. */
export const usableSpares = (
  observation: ServiceObservation,
  policy: ServicePolicy,
  now: Date,
): readonly { readonly keyId: string }[] =>
  spareVerdicts(observation, policy, now).filter(({ verdict }) => verdict === 'usable');
