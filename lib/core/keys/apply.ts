import { AWS_CURRENT, AWS_PENDING, disablingLabel, intentLabel, keyLabel, retiringLabel } from '../../contract/labels';
import { PLACEHOLDER } from '../../contract/placeholder';
import { ApiKey } from '../api-key';
import { KeyRotationError } from '../errors';
import type { IssuerKeys, Messages, RotationControl, SecretState } from '../ports';
import { type HeldKey, heldKeys } from './held-keys';
import type { ObservationPorts } from './observe';
import { dropPassingMarks } from './passing-marks';
import type { Action } from './plan';

export interface ActionPorts extends ObservationPorts {
  readonly control: RotationControl;
  readonly messages: Messages;
}

/** Where and on what an action is carried out. */
export interface Scene {
  readonly ports: ActionPorts;
  readonly environment: string;
  readonly secret: SecretState;
}

/** Carries out one action. @returns what was done, in words for the operator. */
export async function apply(action: Action, scene: Scene): Promise<string> {
  const { ports, secret } = scene;
  const { service } = secret;
  switch (action.kind) {
    case 'begin-retirement':
      return beginRetirement(action.key, scene);
    case 'disable-key':
      return disable(action.key, scene);
    case 'ask-person-to-disable':
      return askPerson(action.key, scene);
    case 'note-disabled':
      await mark(action.key, disablingLabel(ports.clock.now()), scene);
      return `${service}: ${action.key.keyId} was disabled by someone else`;
    case 'archive-key':
      return archive(action.key, scene);
    case 'forget-key':
      await dropLabels(action.key, scene);
      return `${service}: ${action.key.keyId} is gone for good`;
    case 'revive-key':
      return revive(action.key, scene);
    case 'return-to-shelf':
      return returnToShelf(action.key, scene);
    case 'remove-spare':
      await ports.spares.remove(service, action.keyId);
      return `${service}: removed the spare ${action.keyId} (${action.because})`;
    case 'discard-spare':
      return discardSpare(action.keyId, action.because, scene);
    case 'give-up-rotation':
      await ports.versions.moveLabel(secret.arn, AWS_PENDING, { from: action.versionId });
      return `${service}: gave up a rotation that was stuck`;
    case 'start-rotation':
      return (await ports.control.start(secret.arn))
        ? `${service}: started a rotation (${action.because})`
        : `${service}: left a rotation alone that is in progress`;
    case 'drop-label':
      await ports.versions.moveLabel(secret.arn, action.label, { from: action.versionId });
      return `${service}: removed the label ${action.label}`;
    case 'resume-rotation':
      await ports.control.resume(secret.arn);
      return `${service}: resumed rotation`;
    case 'pause-rotation':
      await ports.control.pause(secret.arn);
      return `${service}: stopped rotation, since the service was removed`;
    case 'park-secret':
      await park(scene);
      return `${service}: put the placeholder back, since the service was removed`;
  }
}

/**
 * Writes down that a retirement begins. A key that somebody made current meanwhile loses the mark again at once: its
 * next retirement would count from it. The key of a removed service retires while it is current.
 */
async function beginRetirement(key: HeldKey, scene: Scene): Promise<string> {
  const { ports, secret } = scene;
  const label = retiringLabel(ports.clock.now());
  await mark(key, label, scene);
  if (key.marks.current || !(await isWanted(key, scene))) return `${secret.service}: retirement of ${key.keyId} began`;
  await ports.versions.moveLabel(secret.arn, label, { from: key.versionId });
  return `${secret.service}: spared ${key.keyId}, which is current again`;
}

/** Disables a key that is no longer current. The intent is written down first; of a leaked key, it is already. */
async function disable(key: HeldKey, scene: Scene): Promise<string> {
  const { environment, secret } = scene;
  const { revokedSince } = key.marks;
  const { done, outcome } = await disableUnlessWanted(revokedSince ? key : await writeIntent(key, scene), scene);
  if (outcome !== 'disabled') return done;
  return revokedSince
    ? `${done}, which has leaked`
    : `${done}; "claude-keys undo ${environment} ${secret.service}" brings it back`;
}

/**
 * Disables a key whose intended end is written down. The secret is read again on either side of the call, so that a key
 * that somebody made current meanwhile is spared, or brought back at once.
 */
export async function disableUnlessWanted(
  key: HeldKey,
  scene: Scene,
): Promise<{ readonly outcome: 'disabled' | 'current-again'; readonly done: string }> {
  const { ports, secret } = scene;
  if (await isWanted(key, scene)) {
    await endRetirement(key, scene);
    return { outcome: 'current-again', done: `${secret.service}: spared ${key.keyId}, which is current again` };
  }
  await issuerKeys(ports)?.setStatus(key.keyId, 'inactive');
  if (await isWanted(key, scene)) return { outcome: 'current-again', done: await revive(key, scene) };
  return { outcome: 'disabled', done: `${secret.service}: disabled ${key.keyId}` };
}

/** Writes the intent with the present time, so that the undo window counts from the disabling itself, not from an attempt that was cut off. */
async function writeIntent(key: HeldKey, scene: Scene): Promise<HeldKey> {
  await dropIntent(key, scene);
  const disablingSince = scene.ports.clock.now();
  await mark(key, disablingLabel(disablingSince), scene);
  return { ...key, marks: { ...key.marks, disablingSince } };
}

async function dropIntent({ versionId, marks }: HeldKey, { ports, secret }: Scene): Promise<void> {
  const label = intentLabel(marks);
  if (label) await ports.versions.moveLabel(secret.arn, label, { from: versionId });
}

/** A key that is current again retires from the beginning when it is replaced the next time. */
async function endRetirement(key: HeldKey, scene: Scene): Promise<void> {
  await dropIntent(key, scene);
  await dropPassingMarks(key.versionId, scene.secret, scene.ports.versions);
}

/** Puts a label on the version of a key. @throws KeyRotationError StateChangedMeanwhile */
export async function mark({ versionId }: HeldKey, label: string, { ports, secret }: Scene): Promise<void> {
  if (await ports.versions.moveLabel(secret.arn, label, { to: versionId })) return;
  throw new KeyRotationError(
    'StateChangedMeanwhile',
    `the label ${label} of the key of "${secret.service}" is on another version; the next run tries again`,
  );
}

async function isWanted({ versionId }: HeldKey, { ports, secret }: Scene): Promise<boolean> {
  const now = await ports.directory.describe(secret.service);
  const labels = now?.labels.get(versionId) ?? [];
  return labels.includes(AWS_CURRENT) || labels.includes(AWS_PENDING);
}

async function revive(key: HeldKey, scene: Scene): Promise<string> {
  await issuerKeys(scene.ports)?.setStatus(key.keyId, 'active');
  await endRetirement(key, scene);
  return `${scene.secret.service}: brought ${key.keyId} back, since it is current`;
}

async function askPerson(key: HeldKey, scene: Scene): Promise<string> {
  const { ports, environment } = scene;
  const { service } = scene.secret;
  await ports.messages.send('warning', {
    subject: `Disable an old Claude key of ${service} (${environment})`,
    text:
      `The key ${key.keyId} of service ${service} in ${environment} was replaced, or the service removed, and its overlap is over.\n` +
      'Check in the Claude Console that it shows no recent use, then disable it there (Settings, API keys).\n' +
      `If ${service} fails afterwards, enable it again and run: claude-keys undo ${environment} ${service}`,
  });
  await mark(key, disablingLabel(ports.clock.now()), scene);
  return `${service}: asked a person to disable ${key.keyId}`;
}

/**
 * The key's own label goes first: what a run that is cut off leaves is stray marks, which the next one removes. A key
 * without its marks would retire from the beginning, and people would be asked to disable it once more.
 */
async function dropLabels({ versionId, keyId }: HeldKey, { ports, secret }: Scene): Promise<void> {
  await ports.versions.moveLabel(secret.arn, keyLabel(keyId), { from: versionId });
  await dropPassingMarks(versionId, secret, ports.versions);
}

/** Archiving is final, so the secret and the key are looked at once more: an undo may have begun by enabling the key. */
async function archive(key: HeldKey, scene: Scene): Promise<string> {
  const { ports, secret } = scene;
  if (await isWanted(key, scene)) return `${secret.service}: spared ${key.keyId}, which is current again`;
  const keys = issuerKeys(ports);
  if ((await keys?.find(key.keyId))?.status === 'active') {
    return `${secret.service}: spared ${key.keyId}, which was enabled again`;
  }
  await keys?.setStatus(key.keyId, 'archived');
  return `${secret.service}: archived ${key.keyId}`;
}

/**
 * Lets go of a key that waits on the shelf. One that has served, and is off the shelf, keeps its label and retires; one
 * that somebody made current meanwhile gets its label back.
 */
async function returnToShelf(key: HeldKey, scene: Scene): Promise<string> {
  const { ports, secret } = scene;
  const { keyId, versionId } = key;
  if (!(await isOnShelf(keyId, scene))) return `${secret.service}: kept hold of ${keyId}, which is no spare any more`;
  await ports.versions.moveLabel(secret.arn, keyLabel(keyId), { from: versionId });
  if (!(await isWanted(key, scene))) return `${secret.service}: ${keyId} is a spare again`;
  await mark(key, keyLabel(keyId), scene);
  return `${secret.service}: kept hold of ${keyId}, which is current again`;
}

/** Looks again, since the list that the decision was made from may lag: a key may have served since, and be in use. */
async function isOnShelf(keyId: string, { ports, secret }: Scene): Promise<boolean> {
  const spares = await ports.spares.list(secret.service);
  return spares.some((spare) => spare.keyId === keyId);
}

/** A rotation may take the spare while it is being disabled: then it is brought back, and stays. */
async function discardSpare(keyId: string, because: string, scene: Scene): Promise<string> {
  const { ports, secret } = scene;
  const { service } = secret;
  if (!(await isOnShelf(keyId, scene))) return `${service}: left ${keyId} alone, which is no spare any more`;
  await issuerKeys(ports)?.setStatus(keyId, 'inactive');
  const now = await ports.directory.describe(service);
  if (now && heldKeys(now).some((held) => held.keyId === keyId && (held.marks.current || held.marks.pending))) {
    await issuerKeys(ports)?.setStatus(keyId, 'active');
    return `${service}: kept the spare ${keyId}, which a rotation has taken`;
  }
  await ports.spares.remove(service, keyId);
  return `${service}: discarded the spare ${keyId} (${because})`;
}

async function park({ ports, secret }: Scene): Promise<void> {
  const current = heldKeys(secret).find(({ marks }) => marks.current);
  if (current)
    await ports.versions.putPending(secret.arn, parkToken(current.versionId), new ApiKey(PLACEHOLDER), [AWS_CURRENT]);
}

/** The same token for the same version, so that parking twice writes once. */
const parkToken = (versionId: string): string => `parked-${versionId}`.slice(0, 64);

const issuerKeys = ({ issuer }: ActionPorts): IssuerKeys | undefined =>
  issuer.kind === 'ours' ? issuer.keys : undefined;
