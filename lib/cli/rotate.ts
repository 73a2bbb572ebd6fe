import { AWS_CURRENT } from '../contract/labels';
import { rotateFunctionName, secretName } from '../contract/names';
import { KeyRotationError } from '../core/errors';
import { hasServed, heldKeys, unfinishedVersion, versionWith } from '../core/keys/held-keys';
import type { SecretState } from '../core/ports';
import { COMMAND } from './command-name';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import { findService, type Platform } from './platform';

/** Which service to rotate, and how long to wait for it. */
export interface PatientRequest {
  readonly service: string;
  readonly timeoutSeconds: number;
}

export interface RotateRequest extends PatientRequest {
  /** False: start the rotation and leave it to itself. */
  readonly wait: boolean;
}

export const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** `claude-keys rotate <environment> <service>`: starts a rotation and waits until its key is current. */
export async function rotate(request: RotateRequest, platform: Platform, io: CliIo): Promise<ExitCode> {
  const { service } = request;
  const { environment } = platform.settings;
  await findService(platform, service);
  const before = await secretOf(platform, service);
  await refuseUnlessReady(platform, before);
  await startRotation(platform, before);
  if (!request.wait) {
    io.out(`Started the rotation of ${service}; "${COMMAND} status ${environment} ${service}" shows how it goes.`);
    return EXIT.ok;
  }
  await untilRotated(request, platform, io, before);
  io.out('The key before it stays accepted until its overlap is over and it is idle; then the reconciler disables it.');
  return EXIT.ok;
}

/** Starts a rotation. @throws KeyRotationError RotationInProgress */
export async function startRotation(platform: Platform, { arn, service }: SecretState): Promise<void> {
  if (!(await platform.rotation.start(arn))) throw inProgress(platform, service);
}

/** Waits until another key is current than before, and says which. */
export async function untilRotated(
  request: PatientRequest,
  platform: Platform,
  io: CliIo,
  before: SecretState,
): Promise<void> {
  const { service } = request;
  const after = await withProgress(io, `rotating ${service}`, () => waitUntilCurrent(request, platform, before));
  const [current] = heldKeys(after);
  io.out(`Rotated: ${current?.keyId ?? 'the new key'} is the current key of ${service}.`);
}

/** The secret of a registered service, as it is now. */
export async function secretOf(platform: Platform, service: string): Promise<SecretState> {
  const secret = await platform.secrets.describe(service);
  if (secret !== undefined) return secret;
  throw new KeyRotationError(
    'UnknownService',
    `"${service}" is registered but has no secret. If somebody deleted it, bring it back: aws secretsmanager restore-secret --secret-id ${secretName(platform.settings.environment, service)}; once it is gone for good, destroy the service's stack and deploy it. Nothing was changed`,
  );
}

/** A rotation that must fail is not started: it would page somebody. */
export async function refuseUnlessReady(platform: Platform, secret: SecretState): Promise<void> {
  const { service } = secret;
  if (unfinishedVersion(secret) !== undefined) throw inProgress(platform, service);
  const served = new Set(
    heldKeys(secret)
      .filter(hasServed)
      .map((held) => held.keyId),
  );
  const spares = await platform.spares.list(service);
  if (spares.some((spare) => !served.has(spare.keyId))) return;
  throw new KeyRotationError(
    'NoSpare',
    `${service} has no spare to rotate to. Stage one first: ${COMMAND} stage ${platform.settings.environment} ${service}. Nothing was changed`,
  );
}

function inProgress(platform: Platform, service: string): KeyRotationError {
  return new KeyRotationError(
    'RotationInProgress',
    `a rotation of ${service} has begun and not ended; one that is stuck is cleared by the reconciler. See ${COMMAND} status ${platform.settings.environment} ${service}. Nothing was changed`,
  );
}

async function waitUntilCurrent(
  request: PatientRequest,
  platform: Platform,
  before: SecretState,
): Promise<SecretState> {
  const deadline = platform.clock.now().getTime() + request.timeoutSeconds * 1_000;
  const old = versionWith(before, AWS_CURRENT);
  let withoutPending = 0;
  for (let pauseMs = FIRST_PAUSE_MS; platform.clock.now().getTime() < deadline; pauseMs = nextPause(pauseMs)) {
    await platform.wait(pauseMs);
    const now = await secretOf(platform, request.service);
    if (versionWith(now, AWS_CURRENT) !== old) return now;
    // RotateSecret itself sets AWSPENDING: without it the rotation was given up. One look may still show what was before.
    withoutPending = unfinishedVersion(now) === undefined ? withoutPending + 1 : 0;
    if (withoutPending === 2) throw didNotComplete(platform, request.service, 'the new key was rejected');
  }
  throw didNotComplete(platform, request.service, `nothing became current within ${request.timeoutSeconds} s`);
}

export const nextPause = (pauseMs: number): number => Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);

function didNotComplete(platform: Platform, service: string, why: string): KeyRotationError {
  const { environment } = platform.settings;
  return new KeyRotationError(
    'RotationDidNotComplete',
    `${why}. The old key of ${service} stays current and works; Secrets Manager tries again by itself. Look at ${COMMAND} status ${environment} ${service} and at the log group /aws/lambda/${rotateFunctionName(environment)}`,
  );
}
