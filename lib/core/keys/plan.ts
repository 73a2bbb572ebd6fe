import {
  AWS_PENDING,
  disablingLabel,
  intentLabel,
  isRetirementMark,
  pausedLabel,
  readLabels,
} from '../../contract/labels';
import { DEFAULT_POLICY, type ServicePolicy } from '../../contract/registration';
import type { SecretState } from '../ports';
import { after, DAY_MS, HOUR_MS, MINUTE_MS, reached } from '../time';
import { type HeldKey, heldKeys, isCurrentAgain, unfinishedVersion } from './held-keys';
import { type ServiceObservation, statusOf } from './observation';
import { nextRetirementStep } from './retirement';
import { type SpareVerdict, spareVerdicts, usableSpares } from './spares';

/** One thing the reconciler does for one service. Each is safe to repeat, and to leave undone until the next run. */
export type Action =
  | { readonly kind: 'begin-retirement'; readonly key: HeldKey }
  | { readonly kind: 'disable-key'; readonly key: HeldKey }
  | { readonly kind: 'ask-person-to-disable'; readonly key: HeldKey }
  | { readonly kind: 'note-disabled'; readonly key: HeldKey }
  | { readonly kind: 'archive-key'; readonly key: HeldKey }
  | { readonly kind: 'forget-key'; readonly key: HeldKey }
  /** The current key was disabled by us, in a race that we lost: bring it back. */
  | { readonly kind: 'revive-key'; readonly key: HeldKey }
  /** A rotation was given up before its key served: the key is a spare again. */
  | { readonly kind: 'return-to-shelf'; readonly key: HeldKey }
  | { readonly kind: 'remove-spare'; readonly keyId: string; readonly because: 'served' | 'dead' }
  | {
      readonly kind: 'discard-spare';
      readonly keyId: string;
      readonly because: 'too-old' | 'expiring' | 'service-removed';
    }
  | { readonly kind: 'give-up-rotation'; readonly versionId: string }
  | { readonly kind: 'start-rotation'; readonly because: RotationReason }
  | { readonly kind: 'drop-label'; readonly versionId: string; readonly label: string }
  | { readonly kind: 'resume-rotation' }
  | { readonly kind: 'pause-rotation' }
  /** The service was removed and its key is idle: put the placeholder back, so that the key is no longer current. */
  | { readonly kind: 'park-secret' };

export type RotationReason =
  | 'first-key'
  | 'current-key-dead'
  | 'current-key-expires-soon'
  | 'after-undo'
  | 'rotation-overdue';

/** A rotation that has not ended after this long will not end by itself. */
const STUCK_AFTER_HOURS = 4;
const STUCK_AFTER_AT_MOST_HOURS = 24;

/** So many labels fit on one secret. */
const MOST_LABELS = 20;
/** Left free when a retirement begins: for the next rotation, a pause, and the disabling of keys, which makes room again. */
const LABELS_LEFT_FREE = 5;
/** A removed service rotates no more. */
const LABELS_LEFT_FREE_BY_REMOVED = 1;

/** Moves one service from what is towards what should be. Empty when there is nothing to do. */
export function planService(observation: ServiceObservation, now: Date): readonly Action[] {
  const { secret } = observation;
  if (!secret) return [];
  const leftFree = observation.registration ? LABELS_LEFT_FREE : LABELS_LEFT_FREE_BY_REMOVED;
  return whatFits(actionsFor(observation, secret, now), secret, leftFree);
}

/** After many rotations in a few days, marks that do not fit on the secret wait until earlier keys are gone. */
function whatFits(actions: readonly Action[], secret: SecretState, leftFree: number): readonly Action[] {
  let room = MOST_LABELS - [...secret.labels.values()].flat().length;
  return actions.filter((action) => {
    if (!writesMark(action)) return true;
    if (room <= (action.kind === 'begin-retirement' ? leftFree : 0)) return false;
    room -= 1;
    return true;
  });
}

/** Another mark, that is: one that says since when a key is being disabled is replaced. */
function writesMark(action: Action): boolean {
  switch (action.kind) {
    case 'begin-retirement':
      return true;
    case 'disable-key':
    case 'note-disabled':
    case 'ask-person-to-disable':
      return action.key.marks.disablingSince === undefined;
    default:
      return false;
  }
}

function actionsFor(observation: ServiceObservation, secret: SecretState, now: Date): readonly Action[] {
  return observation.registration
    ? [
        ...planPause(secret, now),
        ...planCurrentKey(observation, secret),
        ...planStrayMarks(secret),
        ...planRetirements(observation, secret, now),
        ...planSpares(observation, now),
        ...planRotation(observation, secret, now),
      ]
    : [
        ...planStrayMarks(secret),
        ...planRetirements(observation, secret, now),
        ...planRemoval(observation, secret, now),
      ];
}

/** The policy of a service; the defaults for one that has been removed. */
export const policyOf = ({ registration }: ServiceObservation): ServicePolicy => registration?.policy ?? DEFAULT_POLICY;

/** A current key carries no mark of a rotation, which is over, nor of retirement: it was made current again, or its service registered again. */
function planCurrentKey({ issuer }: ServiceObservation, secret: SecretState): readonly Action[] {
  const actions: Action[] = [];
  for (const [versionId, labels] of secret.labels) {
    const marks = readLabels(labels);
    const { current, pending, keyId, disablingSince } = marks;
    if (!current || !keyId) continue;
    // What a finishSecret that was cut off left: once the key is replaced, it would look like a rotation in progress.
    if (pending) actions.push({ kind: 'drop-label', versionId, label: AWS_PENDING });
    // Enabling it comes first, and ends its retirement as well: without its mark, a disabled key counts as dead.
    const isDisabled = disablingSince && statusOf(issuer, keyId) === 'inactive' && issuer.access === 'ours';
    if (isDisabled) actions.push({ kind: 'revive-key', key: { versionId, keyId, marks } });
    else actions.push(...dropRetirementMarks(versionId, labels));
  }
  return actions;
}

const dropRetirementMarks = (versionId: string, labels: readonly string[]): readonly Action[] =>
  labels.filter(isRetirementMark).map((label) => ({ kind: 'drop-label', versionId, label }));

/** What one of two runs at once wrote on a version after the other had let go of its key. */
function planStrayMarks({ labels }: SecretState): readonly Action[] {
  return [...labels].flatMap(([versionId, each]) =>
    readLabels(each).keyId ? [] : dropRetirementMarks(versionId, each),
  );
}

/** After an undo, rotation rests this long unless somebody resumes it. */
export const PAUSE_DAYS = 7;
/** A pause is written down before the key that it belongs to is made current: for so long, that may still be to come, or to be seen. */
const UNDO_TAKES_MINUTES = 10;

/**
 * Rotation that is off without a pause in force was left off by something that was cut off: it goes on again. A rotation
 * that had begun is given up first: nobody goes on with it, and Secrets Manager turns nothing on while it is unfinished.
 * A pause that is over stays written on the current key, since the rotation that was undone is still to come.
 */
function planPause(secret: SecretState, now: Date): readonly Action[] {
  const actions: Action[] = [];
  let paused = false;
  for (const [versionId, labels] of secret.labels) {
    const { current, pausedUntil } = readLabels(labels);
    if (!pausedUntil) continue;
    const lasts = !secret.rotationEnabled && !reached(now, pausedUntil);
    if (lasts && (current || hasJustBegun(pausedUntil, now))) paused = true;
    else if (!current) actions.push({ kind: 'drop-label', versionId, label: pausedLabel(pausedUntil) });
  }
  if (paused || secret.rotationEnabled || !secret.rotationConfigured) return actions;
  const unfinished = unfinishedVersion(secret);
  const first: readonly Action[] = unfinished ? [{ kind: 'give-up-rotation', versionId: unfinished }] : [];
  return [...first, { kind: 'resume-rotation' }, ...actions];
}

function hasJustBegun(pausedUntil: Date, now: Date): boolean {
  const pausedAt = after(pausedUntil, -PAUSE_DAYS * DAY_MS);
  return !reached(now, after(pausedAt, UNDO_TAKES_MINUTES * MINUTE_MS));
}

function planRetirements(observation: ServiceObservation, secret: SecretState, now: Date): readonly Action[] {
  const onShelf = new Set(observation.spares.map(({ keyId }) => keyId));
  return heldKeys(secret)
    .filter(({ marks }) => !marks.current && !marks.pending)
    .flatMap((key) => {
      const neverServed = !key.marks.previous && !key.marks.retiringSince && onShelf.has(key.keyId);
      return neverServed ? [{ kind: 'return-to-shelf', key } as const] : planRetirement(key, observation, now);
    });
}

function planRetirement(key: HeldKey, observation: ServiceObservation, now: Date): readonly Action[] {
  const { issuer } = observation;
  const { next } = retirementOf(key, observation, now);
  switch (next) {
    case 'begin':
      return [{ kind: 'begin-retirement', key }];
    case 'disable':
      if (issuer.access === 'ours') return [{ kind: 'disable-key', key }];
      return key.marks.disablingSince ? [] : [{ kind: 'ask-person-to-disable', key }];
    case 'note-disabled':
      return [{ kind: 'note-disabled', key }];
    case 'archive':
      return [issuer.access === 'ours' ? { kind: 'archive-key', key } : { kind: 'forget-key', key }];
    case 'forget':
      return [{ kind: 'forget-key', key }];
    case 'wait':
      return planWaiting(key, observation);
    case 'keep':
      return [];
  }
}

/** A key that somebody enabled again is no longer being disabled: the time to bring it back counts from the next disabling. */
function planWaiting({ versionId, marks, keyId }: HeldKey, { issuer }: ServiceObservation): readonly Action[] {
  const { disablingSince } = marks;
  if (!disablingSince || issuer.access !== 'ours' || statusOf(issuer, keyId) !== 'active') return [];
  return [{ kind: 'drop-label', versionId, label: disablingLabel(disablingSince) }];
}

/** The next step of one retiring key, from everything observed. */
export function retirementOf(key: HeldKey, observation: ServiceObservation, now: Date) {
  const { issuer, secret } = observation;
  const status = statusOf(issuer, key.keyId);
  const { current, retiringSince, disablingSince, revokedSince } = key.marks;
  const otherKeyIds = (secret ? heldKeys(secret) : []).map(({ keyId }) => keyId).filter((id) => id !== key.keyId);
  return nextRetirementStep(
    {
      keyId: key.keyId,
      otherKeyIds,
      access: issuer.access,
      ...(retiringSince ? { retiringSince } : {}),
      ...(disablingSince ? { disablingSince } : {}),
      // One that people made current again is wanted, whatever was said of it before.
      ...(revokedSince && !current ? { revokedSince } : {}),
      ...(status ? { status } : {}),
    },
    policyOf(observation),
    issuer.usage,
    now,
  );
}

function planSpares(observation: ServiceObservation, now: Date): readonly Action[] {
  const verdicts = spareVerdicts(observation, policyOf(observation), now);
  return verdicts.flatMap(({ keyId, verdict }) => planSpare(keyId, verdict, observation.issuer.access));
}

function planSpare(keyId: string, verdict: SpareVerdict, access: 'ours' | 'manual'): readonly Action[] {
  switch (verdict) {
    case 'served':
    case 'dead':
      return [{ kind: 'remove-spare', keyId, because: verdict }];
    case 'too-old':
    case 'expiring':
      return access === 'ours' ? [{ kind: 'discard-spare', keyId, because: verdict }] : [];
    case 'pending':
    case 'usable':
      return [];
  }
}

function planRotation(observation: ServiceObservation, secret: SecretState, now: Date): readonly Action[] {
  const unfinished = unfinishedVersion(secret);
  if (unfinished) {
    const stuck = observation.pendingSince && reached(now, after(observation.pendingSince, stuckAfterMs(secret, now)));
    return stuck ? [{ kind: 'give-up-rotation', versionId: unfinished }] : [];
  }
  if (!secret.rotationEnabled || usableSpares(observation, policyOf(observation), now).length === 0) return [];
  const because = rotationReason(observation, secret, now);
  return because ? [{ kind: 'start-rotation', because }] : [];
}

/** Back-off without a memory: the longer a rotation has been due, the longer the next attempt may take. */
function stuckAfterMs(secret: SecretState, now: Date): number {
  const pausedUntil = heldKeys(secret).find(({ marks }) => marks.current)?.marks.pausedUntil;
  const dueForMs = [secret.nextRotationAt, pausedUntil].map((since) => (since ? now.getTime() - since.getTime() : 0));
  return Math.min(
    Math.max(STUCK_AFTER_HOURS * HOUR_MS, ...dueForMs.map((ms) => ms / 2)),
    STUCK_AFTER_AT_MOST_HOURS * HOUR_MS,
  );
}

function rotationReason(observation: ServiceObservation, secret: SecretState, now: Date): RotationReason | undefined {
  const current = heldKeys(secret).find(({ marks }) => marks.current);
  if (!current) return 'first-key';
  const { issuer } = observation;
  const status = statusOf(issuer, current.keyId);
  if (status !== undefined && status !== 'active' && !current.marks.disablingSince) return 'current-key-dead';
  const expiresAt = issuer.keys?.get(current.keyId)?.expiresAt;
  if (expiresAt && reached(now, after(expiresAt, -policyOf(observation).rotateBeforeExpiryDays * DAY_MS))) {
    return 'current-key-expires-soon';
  }
  const { pausedUntil } = current.marks;
  if (pausedUntil && reached(now, pausedUntil)) return 'after-undo';
  return isRotationOverdue(secret, now) ? 'rotation-overdue' : undefined;
}

/** True when the window of the scheduled rotation ended an hour ago without one. */
export const isRotationOverdue = (secret: SecretState, now: Date): boolean =>
  secret.nextRotationAt !== undefined && reached(now, after(secret.nextRotationAt, HOUR_MS));

/** True from the day of the scheduled rotation on, until that is done: its window is that day. */
export const isRotationDue = (secret: SecretState, now: Date): boolean =>
  secret.nextRotationAt !== undefined && reached(now, after(secret.nextRotationAt, -DAY_MS));

/** A removed service: its current key goes through the same overlap and idleness, then stops being current. */
function planRemoval(observation: ServiceObservation, secret: SecretState, now: Date): readonly Action[] {
  const actions: Action[] = secret.rotationEnabled ? [{ kind: 'pause-rotation' }] : [];
  const unfinished = unfinishedVersion(secret);
  if (unfinished) actions.push({ kind: 'give-up-rotation', versionId: unfinished });
  const current = heldKeys(secret).find(({ marks }) => marks.current);
  if (!current) return [...actions, ...planRemovalOfSpares(observation, now)];
  // Its retirement begins in the next run: consumers have it from now on.
  if (isCurrentAgain(current, secret)) {
    return [...actions, ...dropRetirementMarks(current.versionId, secret.labels.get(current.versionId) ?? [])];
  }
  return [...actions, ...planStaleIntent(current, observation), ...planRemovalOfCurrent(current, observation, now)];
}

/** No current key is disabled by us: a mark that says so is left of an earlier retirement, and its undo window would end too early. */
function planStaleIntent({ versionId, marks }: HeldKey, { issuer }: ServiceObservation): readonly Action[] {
  const label = intentLabel(marks);
  return label && issuer.access === 'ours' ? [{ kind: 'drop-label', versionId, label }] : [];
}

/** A key that served is on the shelf by mistake, and retires like any other: only its parameter goes. */
function planRemovalOfSpares(observation: ServiceObservation, now: Date): readonly Action[] {
  const { access } = observation.issuer;
  return spareVerdicts(observation, policyOf(observation), now).flatMap(({ keyId, verdict }) => {
    if (verdict === 'served' || verdict === 'dead') return planSpare(keyId, verdict, access);
    return access === 'ours' ? [{ kind: 'discard-spare', keyId, because: 'service-removed' } as const] : [];
  });
}

function planRemovalOfCurrent(key: HeldKey, observation: ServiceObservation, now: Date): readonly Action[] {
  switch (retirementOf(key, observation, now).next) {
    case 'begin':
      return [{ kind: 'begin-retirement', key }];
    case 'wait':
      return [];
    case 'disable':
      // Where people look after the keys nobody knows of its use: it stays until they have seen that it is idle.
      if (observation.issuer.access === 'ours') return [{ kind: 'park-secret' }];
      return key.marks.disablingSince ? [] : [{ kind: 'ask-person-to-disable', key }];
    case 'note-disabled':
    case 'keep':
    case 'archive':
    case 'forget':
      return [{ kind: 'park-secret' }];
  }
}
