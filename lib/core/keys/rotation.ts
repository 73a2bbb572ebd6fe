import { AWS_CURRENT, AWS_PENDING, keyLabel, readLabels, type VersionMarks } from '../../contract/labels';
import { PLACEHOLDER } from '../../contract/placeholder';
import { TAGS } from '../../contract/tags';
import { ApiKey } from '../api-key';
import { isKeyRotationError, KeyRotationError } from '../errors';
import type {
  Clock,
  Journal,
  KeyVerifier,
  SecretDirectory,
  SecretState,
  SecretTags,
  SecretVersions,
  Spare,
  SpareShelf,
  SpareSummary,
  Verdict,
} from '../ports';
import { hasServed, heldKeys, versionWith } from './held-keys';
import { dropPassingMarks } from './passing-marks';

/** Secrets Manager's four steps, in their order. The spelling is the wire's. */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

export interface RotationRequest {
  readonly step: RotationStep;
  readonly secretArn: string;
  /** The new version's id, the same for every step and every retry of one rotation. */
  readonly token: string;
}

export interface RotationPorts {
  readonly directory: Pick<SecretDirectory, 'describeByArn'>;
  readonly versions: SecretVersions;
  readonly tags: SecretTags;
  readonly spares: SpareShelf;
  readonly verifier: KeyVerifier;
  readonly clock: Clock;
  /** Lets time pass before a read is tried again. */
  readonly wait: (ms: number) => Promise<void>;
  readonly journal: Journal;
}

/** Reads of what was written a moment ago may lag: they are tried again after these waits, in milliseconds. */
const READ_AGAIN_AFTER_MS = [100, 300, 900];

/** Where a key must belong. */
export interface KeyHome {
  readonly organizationId: string;
  readonly workspaceId: string;
}

interface Rotation {
  readonly ports: RotationPorts;
  readonly home: KeyHome;
  readonly secret: SecretState;
  readonly token: string;
  /** The key under the token's version, once createSecret has put one there. */
  readonly keyId: string | undefined;
  readonly isCurrent: boolean;
}

/**
 * Performs one step of a rotation. Every step reads the secret anew and does only what is still to do, so that it
 * may be repeated, late, doubled or cut off at any call.
 * @throws KeyRotationError when the step cannot be done; Secrets Manager then retries the whole rotation.
 */
export async function rotate(request: RotationRequest, home: KeyHome, ports: RotationPorts): Promise<void> {
  const rotation = await begin(request, home, ports);
  switch (request.step) {
    case 'createSecret':
      return createSecret(rotation);
    case 'setSecret':
      return; // The issuer accepts a key from its creation on: there is nothing to set.
    case 'testSecret':
      return testSecret(rotation);
    case 'finishSecret':
      return finishSecret(rotation);
  }
}

async function begin(request: RotationRequest, home: KeyHome, ports: RotationPorts): Promise<Rotation> {
  const { secretArn, token } = request;
  const marksOf = (state: SecretState): VersionMarks => readLabels(state.labels.get(token) ?? []);
  const secret = await readUntil(
    (state) => isReadyFor(request.step, marksOf(state)),
    () => ports.directory.describeByArn(secretArn),
    ports,
  );
  const marks = marksOf(secret);
  if (!secret.rotationEnabled) {
    throw new KeyRotationError(
      'RotationNotEnabled',
      `rotation is off for the key of "${secret.service}"; resume it first`,
    );
  }
  if (!marks.pending && !marks.current) {
    throw new KeyRotationError(
      'VersionNotPending',
      `version ${token} of the key of "${secret.service}" is not pending: this step belongs to a rotation that was replaced`,
    );
  }
  return { ports, home, secret, token, keyId: marks.keyId, isCurrent: marks.current };
}

/** What a step should find. finishSecret takes the key off the shelf, so it has to see which key createSecret took. */
const isReadyFor = (step: RotationStep, { pending, current, keyId }: VersionMarks): boolean =>
  current || (pending && (step !== 'finishSecret' || keyId !== undefined));

/** Reads again while the answer may only be late. @returns the last answer, whatever it is */
async function readUntil<Answer>(
  isThere: (answer: Answer) => boolean,
  read: () => Promise<Answer>,
  { wait }: RotationPorts,
): Promise<Answer> {
  let answer = await read();
  for (const ms of READ_AGAIN_AFTER_MS) {
    if (isThere(answer)) return answer;
    await wait(ms);
    answer = await read();
  }
  return answer;
}

/** Safe to repeat because a version that holds a key is left as it is, and the oldest spare stays on the shelf until it is current. */
async function createSecret(rotation: Rotation): Promise<void> {
  const { ports, secret, token } = rotation;
  if (rotation.isCurrent || rotation.keyId) return;
  const spare = await takeSpare(rotation);
  await ports.versions.putPending(secret.arn, token, spare.key, [AWS_PENDING, keyLabel(spare.keyId)]);
  ports.journal.note('spare-taken', { service: secret.service, keyId: spare.keyId });
}

/** The oldest spare that the issuer accepts. Verified before it is written, since a token takes one value only. */
async function takeSpare(rotation: Rotation): Promise<Spare> {
  const { ports, secret } = rotation;
  for (const { keyId, service } of await sparesThatNeverServed(rotation)) {
    const spare = await readSpare(service, keyId, ports);
    if (spare && (await isUsable(spare, rotation))) return spare;
  }
  throw new KeyRotationError(
    'NoSpare',
    `no usable spare for "${secret.service}": create a key in the Claude Console and run "claude-keys stage"`,
  );
}

/** One spare that cannot be understood is passed over, like one that is gone, so that it does not block the others. */
async function readSpare(service: string, keyId: string, ports: RotationPorts): Promise<Spare | undefined> {
  try {
    return await readUntil(
      (spare) => spare !== undefined,
      () => ports.spares.read(service, keyId),
      ports,
    );
  } catch (error) {
    if (!isKeyRotationError(error, 'BadRecord')) throw error;
    ports.journal.note('spare-passed-over', { service, keyId, verdict: 'unreadable', error: error.message });
    return undefined;
  }
}

/** What a finishSecret that was cut off left on the shelf goes first: once its labels are gone, nothing tells it from a spare. */
async function sparesThatNeverServed({ ports, secret }: Rotation): Promise<readonly SpareSummary[]> {
  const served = new Set(
    heldKeys(secret)
      .filter(hasServed)
      .map(({ keyId }) => keyId),
  );
  const spares = await readUntil(
    (list) => list.length > 0,
    () => ports.spares.list(secret.service),
    ports,
  );
  for (const { service, keyId } of spares.filter((spare) => served.has(spare.keyId))) {
    await ports.spares.remove(service, keyId);
  }
  return spares.filter(({ keyId }) => !served.has(keyId));
}

async function isUsable(spare: Spare, { ports, home }: Rotation): Promise<boolean> {
  const verdict = judge(await ports.verifier.verify(spare.key), home);
  if (verdict === 'good') return true;
  ports.journal.note('spare-passed-over', { service: spare.service, keyId: spare.keyId, verdict });
  return false;
}

/** Safe to repeat because it only asks; a dead key is rejected by taking away AWSPENDING, which can be done once. */
async function testSecret(rotation: Rotation): Promise<void> {
  const { ports, secret, token, home } = rotation;
  if (rotation.isCurrent) return;
  const pending = await readUntil(
    (value) => value !== undefined,
    () => ports.versions.read(secret.arn, token, AWS_PENDING),
    ports,
  );
  if (!pending) {
    throw new KeyRotationError(
      'PendingValueMissing',
      `version ${token} of the key of "${secret.service}" has no value yet`,
    );
  }
  if (!rotation.keyId && (await isTestRotation(pending, rotation))) return;
  const verdict = judge(await ports.verifier.verify(pending), home);
  if (verdict !== 'good') await reject(rotation, verdict);
}

/** A deferred rotation tests the function with a copy of the current value, which may be the placeholder. */
async function isTestRotation(pending: ApiKey, { ports, secret }: Rotation): Promise<boolean> {
  if (pending.equals(new ApiKey(PLACEHOLDER))) return true;
  const currentVersion = versionWith(secret, AWS_CURRENT);
  if (!currentVersion) return false;
  const current = await ports.versions.read(secret.arn, currentVersion, AWS_CURRENT);
  return current?.equals(pending) ?? false;
}

async function reject({ ports, secret, token, keyId }: Rotation, verdict: 'dead' | 'misplaced'): Promise<never> {
  await ports.versions.moveLabel(secret.arn, AWS_PENDING, { from: token });
  ports.journal.note('pending-key-rejected', { service: secret.service, keyId: keyId ?? null, verdict });
  throw verdict === 'dead'
    ? new KeyRotationError(
        'PendingKeyDead',
        `the issuer refuses the new key of "${secret.service}"; the old key stays current`,
      )
    : new KeyRotationError(
        'PendingKeyMisplaced',
        `the new key of "${secret.service}" belongs to another organization or workspace; the old key stays current`,
      );
}

/** Safe to repeat because each part looks at what is: the label moves once, and removing what is gone is no error. */
async function finishSecret(rotation: Rotation): Promise<void> {
  const { ports, secret, token, keyId } = rotation;
  if (!rotation.isCurrent) await makeCurrent(rotation);
  await ports.versions.moveLabel(secret.arn, AWS_PENDING, { from: token });
  if (!keyId) return;
  const spare = await readSpare(secret.service, keyId, ports);
  await ports.spares.remove(secret.service, keyId);
  if (spare) await tag(rotation, spare);
}

async function makeCurrent({ ports, secret, token, keyId }: Rotation): Promise<void> {
  const from = versionWith(secret, AWS_CURRENT);
  // Marks of an earlier retirement, which somebody ended by making the key current again: its next one starts anew.
  if (from) await dropPassingMarks(from, secret, ports.versions);
  if (!(await ports.versions.moveLabel(secret.arn, AWS_CURRENT, { ...(from ? { from } : {}), to: token }))) {
    throw new KeyRotationError(
      'StateChangedMeanwhile',
      `the current version of the key of "${secret.service}" changed during finishSecret; the step will be repeated`,
    );
  }
  ports.journal.note('key-became-current', { service: secret.service, keyId: keyId ?? null });
}

/** Tags are for people: one that cannot be written must not fail a rotation that is done. */
async function tag({ ports, secret }: Rotation, spare: Spare): Promise<void> {
  const tags = new Map([
    [TAGS.keyName, spare.keyName],
    [TAGS.keyCreated, spare.createdAt.toISOString()],
    [TAGS.keyExpires, spare.expiresAt?.toISOString() ?? 'never'],
    [TAGS.rotated, ports.clock.now().toISOString()],
  ]);
  await ports.tags
    .put(secret.arn, tags)
    .catch(() => ports.journal.note('tags-not-written', { service: secret.service }));
}

/** @throws KeyRotationError IssuerUnclear when the answer says nothing about the key: neither keep nor reject it then. */
function judge(verdict: Verdict, home: KeyHome): 'good' | 'dead' | 'misplaced' {
  if (verdict.kind === 'dead') return 'dead';
  if (verdict.kind === 'unclear') {
    throw new KeyRotationError(
      'IssuerUnclear',
      `the issuer's answer says nothing about the key (${verdict.reason}); try again later`,
    );
  }
  return verdict.organizationId === home.organizationId && verdict.workspaceId === home.workspaceId
    ? 'good'
    : 'misplaced';
}
