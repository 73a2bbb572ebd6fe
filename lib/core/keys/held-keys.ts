import { AWS_CURRENT, AWS_PENDING, readLabels, type VersionMarks } from '../../contract/labels';
import type { SecretState } from '../ports';

/** A version of a service's secret that holds a key, and what its labels say. */
export interface HeldKey {
  readonly versionId: string;
  readonly keyId: string;
  readonly marks: VersionMarks;
}

/** Every key that a secret holds and that is not yet archived, the current one first. */
export function heldKeys(secret: SecretState): readonly HeldKey[] {
  const held: HeldKey[] = [];
  for (const [versionId, labels] of secret.labels) {
    const marks = readLabels(labels);
    if (marks.keyId) held.push({ versionId, keyId: marks.keyId, marks });
  }
  return held.sort((one, other) => Number(other.marks.current) - Number(one.marks.current));
}

/** The version that carries a label, or undefined. */
export function versionWith(secret: SecretState, label: string): string | undefined {
  for (const [versionId, labels] of secret.labels) if (labels.includes(label)) return versionId;
  return undefined;
}

/** The version of a rotation that has begun and not ended: AWSPENDING on another version than AWSCURRENT. */
export function unfinishedVersion(secret: SecretState): string | undefined {
  const pending = versionWith(secret, AWS_PENDING);
  return pending !== undefined && pending !== versionWith(secret, AWS_CURRENT) ? pending : undefined;
}

/**
 * True when a key has served, or serves, as the current key: it may never be taken from the shelf again.
 * A key that only ever waited under AWSPENDING may.
 */
export const hasServed = ({ marks }: HeldKey): boolean =>
  marks.current || marks.previous || marks.retiringSince !== undefined || marks.disablingSince !== undefined;

/**
 * True when a current key carries the mark of an earlier retirement: people made it current again. The key that is current
 * when its service is removed is the last to begin its retirement, so another one began after it, or is to begin.
 */
export function isCurrentAgain({ marks: { retiringSince } }: HeldKey, secret: SecretState): boolean {
  if (!retiringSince) return false;
  const held = heldKeys(secret).filter(({ marks }) => !marks.pending);
  return held.some(({ marks }) => !marks.retiringSince || marks.retiringSince > retiringSince);
}

/** The current version, where an undo made it current again and nothing has replaced it since. */
export const restoredVersion = (secret: SecretState): string | undefined =>
  heldKeys(secret).find(({ marks }) => marks.current && marks.pausedUntil)?.versionId;

/**
 * When the current key became current: the last rotation, or the secret's creation where none has been recorded. One
 * that an undo brought back counts from when it was first written, since the last rotation was that of another key.
 */
export const currentSince = (secret: SecretState, restoredKeySince?: Date): Date =>
  restoredKeySince ?? secret.lastRotatedAt ?? secret.createdAt;
