import { AWS_CURRENT, pausedLabel, readLabels } from '../../contract/labels';
import type { UndoResult } from '../../contract/reconciler-protocol';
import { KeyRotationError } from '../errors';
import type { SecretState } from '../ports';
import { after, DAY_MS } from '../time';
import type { ActionPorts } from './apply';
import { type HeldKey, heldKeys } from './held-keys';
import { type ServiceObservation, statusOf } from './observation';
import { dropPassingMarks } from './passing-marks';
import { PAUSE_DAYS } from './plan';

/**
 * Makes the key that was retired last current again: enabled at the issuer first, then current, so that no consumer
 * reads a key that is not accepted. The replaced key goes into retirement, and scheduled rotation pauses.
 * Cut off anywhere, the next run of the reconciler clears up; a second undo does not undo the first.
 * @throws KeyRotationError NothingToUndo, UndoImpossible, StateChangedMeanwhile
 */
export async function undo(observation: ServiceObservation, ports: ActionPorts): Promise<UndoResult> {
  const { secret, service } = observation;
  const keys = secret ? heldKeys(secret) : [];
  const replaced = keys.find(({ marks }) => marks.current);
  const restored = latestRetired(keys);
  if (!secret || !replaced || !restored) {
    throw new KeyRotationError('NothingToUndo', `"${service}" has no retired key that could be made current again`);
  }
  if (replaced.marks.pausedUntil && !secret.rotationEnabled) {
    throw new KeyRotationError(
      'NothingToUndo',
      `the last rotation of "${service}" has been undone already; "claude-keys rotate" moves on to a spare`,
    );
  }
  if (restored.marks.revokedSince) throw leaked(restored, secret);
  await ensureAccepted(restored, observation, secret, ports);
  const pausedUntil = after(ports.clock.now(), PAUSE_DAYS * DAY_MS);
  await ports.control.pause(secret.arn);
  await ports.versions.moveLabel(secret.arn, pausedLabel(pausedUntil), { to: restored.versionId });
  // Before the move, so that no mark of an earlier retirement is left on either when the next one starts.
  for (const { versionId } of [replaced, restored]) await dropPassingMarks(versionId, secret, ports.versions);
  await takeOffShelf(replaced, observation, ports);
  await ensureStillAccepted(restored, secret, ports);
  await makeCurrent(restored, replaced, secret, ports);
  // A run of the reconciler may have disabled it again before it became current.
  if (ports.issuer.kind === 'ours') await ports.issuer.keys.setStatus(restored.keyId, 'active');
  return { service, restoredKey: restored.keyId, replacedKey: replaced.keyId, pausedUntil: pausedUntil.toISOString() };
}

/** The key that was current before this one: the previous version where it is known, else the one that began to retire last. */
function latestRetired(keys: readonly HeldKey[]): HeldKey | undefined {
  const retired = keys.filter(
    ({ marks }) => !marks.current && !marks.pending && (marks.previous || marks.retiringSince),
  );
  const retiringMs = ({ marks }: HeldKey): number => marks.retiringSince?.getTime() ?? Number.POSITIVE_INFINITY;
  return (
    retired.find(({ marks }) => marks.previous) ?? retired.sort((one, other) => retiringMs(other) - retiringMs(one))[0]
  );
}

async function ensureAccepted(
  key: HeldKey,
  observation: ServiceObservation,
  secret: SecretState,
  ports: ActionPorts,
): Promise<void> {
  if (ports.issuer.kind === 'manual') return ensureLive(key, secret, ports, ports.issuer.verifier);
  const status = statusOf(observation.issuer, key.keyId);
  if (status === 'active') return;
  if (status !== 'inactive') throw impossible(secret, `the issuer lists its former key as ${status ?? 'unknown'}`);
  await ports.issuer.keys.setStatus(key.keyId, 'active');
}

async function ensureLive(
  { versionId }: HeldKey,
  secret: SecretState,
  { versions }: ActionPorts,
  verifier: Extract<ActionPorts['issuer'], { kind: 'manual' }>['verifier'],
): Promise<void> {
  const key = await versions.read(secret.arn, versionId);
  const verdict = key && (await verifier.verify(key));
  if (verdict?.kind !== 'live') {
    throw impossible(secret, 'its former key is not accepted; enable it in the Claude Console, then run undo again');
  }
}

/** What a finishSecret that was cut off left on the shelf: once its labels are gone, nothing tells it from a spare. */
async function takeOffShelf(
  { keyId }: HeldKey,
  { service, spares }: ServiceObservation,
  ports: ActionPorts,
): Promise<void> {
  if (spares.some((spare) => spare.keyId === keyId)) await ports.spares.remove(service, keyId);
}

/** A run of the reconciler may have been about to archive the key, which is final; or somebody says just now that it has leaked. */
async function ensureStillAccepted(
  key: HeldKey,
  secret: SecretState,
  { directory, issuer }: ActionPorts,
): Promise<void> {
  if (issuer.kind === 'ours') {
    const status = (await issuer.keys.find(key.keyId))?.status;
    if (status !== 'active') throw impossible(secret, `the issuer lists its former key as ${status ?? 'unknown'}`);
  }
  const labels = (await directory.describe(secret.service))?.labels.get(key.versionId) ?? [];
  if (readLabels(labels).revokedSince) throw leaked(key, secret);
}

const leaked = ({ keyId }: HeldKey, secret: SecretState): KeyRotationError =>
  impossible(secret, `its former key ${keyId} was revoked, since it has leaked; stage another one and rotate`);

const impossible = (secret: SecretState, why: string): KeyRotationError =>
  new KeyRotationError('UndoImpossible', `cannot undo the last rotation of "${secret.service}": ${why}`);

async function makeCurrent(
  restored: HeldKey,
  replaced: HeldKey,
  secret: SecretState,
  ports: ActionPorts,
): Promise<void> {
  const change = { from: replaced.versionId, to: restored.versionId };
  if (await ports.versions.moveLabel(secret.arn, AWS_CURRENT, change)) return;
  throw new KeyRotationError(
    'StateChangedMeanwhile',
    `the current key of "${secret.service}" changed meanwhile; run undo again`,
  );
}
