import type { RevokeResult } from '../contract/reconciler-protocol';
import type { Registration } from '../contract/registration';
import { isKeyRotationError, KeyRotationError } from '../core/errors';
import { type HeldKey, hasServed, heldKeys } from '../core/keys/held-keys';
import type { SecretState } from '../core/ports';
import { after, DAY_MS, reached } from '../core/time';
import { COMMAND } from './command-name';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import { findService, type Platform } from './platform';
import {
  FIRST_PAUSE_MS,
  nextPause,
  type PatientRequest,
  refuseUnlessReady,
  secretOf,
  startRotation,
  untilRotated,
} from './rotate';

export interface LeakedRequest extends PatientRequest {
  /** The key that has leaked. @default - the current one */
  readonly keyId?: string;
  /** Whether the operator has agreed to it already. */
  readonly confirmed: boolean;
}

/** What is to be done about which key. */
interface Task {
  readonly request: LeakedRequest;
  readonly platform: Platform;
  readonly io: CliIo;
  readonly registration: Registration;
  readonly keyId: string;
}

/**
 * `claude-keys rotate <environment> <service> --leaked [keyId]`: replaces the key if it is current, and has it disabled
 * at once. Which key that is, is settled before anything is changed, and said: whoever goes on after a cut names it.
 */
export async function replaceLeaked(request: LeakedRequest, platform: Platform, io: CliIo): Promise<ExitCode> {
  const registration = await findService(platform, request.service);
  const secret = await secretOf(platform, request.service);
  const keyId = leakedKeyOf(secret, request, platform);
  const task = { request, platform, io, registration, keyId };
  if (isCurrent(keyId, secret)) await sayingHowToGoOn(task, () => refuseUnlessReady(platform, secret));
  await confirm(task, isCurrent(keyId, secret));
  io.err(`If this is cut off, go on with: ${commandOf(task)}`);
  return sayingHowToGoOn(task, () => perform(task));
}

async function sayingHowToGoOn<Result>(task: Task, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    task.io.err(`${task.keyId} may still be accepted. To go on: ${commandOf(task)}`);
    throw error;
  }
}

function leakedKeyOf(secret: SecretState, { keyId, service }: LeakedRequest, platform: Platform): string {
  const held = heldKeys(secret);
  if (keyId !== undefined) {
    if (held.some((each) => each.keyId === keyId)) return keyId;
    throw notHeld(`${service} holds no key ${keyId}`, service, platform);
  }
  const current = held.find(({ marks }) => marks.current);
  if (current === undefined) throw notHeld(`${service} has no current key that is known by its id`, service, platform);
  refuseUnlessClear(current, secret, platform);
  return current.keyId;
}

/**
 * Right after a rotation, the key that leaked may be the former one: this may be the second try of a command that was
 * cut off when the new key was current already, and that one must not be disabled.
 */
function refuseUnlessClear(current: HeldKey, secret: SecretState, platform: Platform): void {
  const former = heldKeys(secret).filter((key) => key.keyId !== current.keyId && hasServed(key));
  const isNew = secret.lastRotatedAt && !reached(platform.clock.now(), after(secret.lastRotatedAt, DAY_MS));
  const isClear = former.length === 0 || (!isNew && former.every(({ marks }) => marks.disablingSince));
  if (isClear) return;
  const { environment } = platform.settings;
  const keys = [...former.map(({ keyId }) => keyId), `${current.keyId} (current)`].join(', ');
  throw new KeyRotationError(
    'BadRequest',
    `which key of ${secret.service} has leaked? It has been rotated lately: ${keys}. Name it: ${COMMAND} rotate ${environment} ${secret.service} --leaked <keyId>. Nothing was changed`,
  );
}

async function confirm({ request, platform, io, registration, keyId }: Task, isCurrentKey: boolean): Promise<void> {
  const { service, confirmed } = request;
  const { environment } = platform.settings;
  if (confirmed) return;
  if (!io.isTerminal) {
    throw new KeyRotationError('BadRequest', 'there is no terminal to ask at: add --yes. Nothing was changed');
  }
  io.err(`${service} in ${environment}: the key ${keyId} has leaked.`);
  io.err(isCurrentKey ? 'A spare replaces it; as soon as that is current,' : 'Another key is current already, so');
  io.err(`${keyId} is disabled: without overlap, whoever still uses it, and undo does not bring it back.`);
  io.err(consequence(registration));
  if (await io.confirm('Go on?')) return;
  throw new KeyRotationError('BadRequest', 'not confirmed. Nothing was changed');
}

const consequence = ({ policy }: Registration): string =>
  `Services with claude-key-rotation/client read the new key when the old one is refused. Others may fail until they read it again: within ${policy.consumerCacheMinutes} minutes, as declared; those that read it only at their start, until they are restarted.`;

async function perform(task: Task): Promise<ExitCode> {
  const { request, platform, io, keyId } = task;
  // Another look: a person may have taken a while to answer, and somebody else may have rotated.
  const secret = await secretOf(platform, request.service);
  if (isCurrent(keyId, secret)) {
    await startRotation(platform, secret);
    await untilRotated(request, platform, io, secret);
  }
  const { disabled } = await withProgress(io, `disabling ${keyId}`, () => revokeOnceSeen(task));
  return disabled ? reportDisabled(task) : reportByHand(task);
}

/** For a moment after the rotation, the reconciler may still be shown the key as the current one. */
async function revokeOnceSeen({ request, platform, keyId }: Task): Promise<RevokeResult> {
  const deadline = platform.clock.now().getTime() + request.timeoutSeconds * 1_000;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = nextPause(pauseMs)) {
    try {
      return await platform.reconciler.revoke(request.service, keyId);
    } catch (error) {
      if (!mayPass(error) || platform.clock.now().getTime() >= deadline) throw error;
      await platform.wait(pauseMs);
    }
  }
}

const mayPass = (error: unknown): boolean =>
  isKeyRotationError(error, 'KeyInUse') || isKeyRotationError(error, 'StateChangedMeanwhile');

function reportDisabled({ request, platform, io, registration, keyId }: Task): ExitCode {
  const { service } = request;
  io.out(`Disabled: ${keyId} is refused from now on, as fast as Claude passes that on. Undo does not bring it back.`);
  io.out(consequence(registration));
  io.out(`Next: stage another spare: ${COMMAND} stage ${platform.settings.environment} ${service}`);
  return EXIT.ok;
}

/** Not done until somebody has done it: the command says so, until the key is refused. */
function reportByHand(task: Task): ExitCode {
  const { io, platform, keyId } = task;
  const { environment } = platform.settings;
  io.err(
    `Not disabled: in ${environment} only a person can. Disable the key ${keyId} in the Claude Console now (Settings, API keys), then see that it is refused: ${commandOf(task)}`,
  );
  io.err(
    'The warning topic got a message that says the same; retirement-overdue pages if it is accepted in half an hour.',
  );
  return EXIT.failed;
}

const isCurrent = (keyId: string, secret: SecretState): boolean =>
  heldKeys(secret).some((key) => key.keyId === keyId && key.marks.current);

const commandOf = ({ request, platform, keyId }: Task): string =>
  `${COMMAND} rotate ${platform.settings.environment} ${request.service} --leaked ${keyId}`;

function notHeld(what: string, service: string, platform: Platform): KeyRotationError {
  const { environment } = platform.settings;
  return new KeyRotationError(
    'KeyNotHeld',
    `${what}. ${COMMAND} status ${environment} ${service} --json lists its keys; a spare, or a key of nobody, is disabled in the Claude Console. Nothing was changed`,
  );
}
