import { conventionalKeyName } from '../contract/names';
import { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import type { AcceptedKey } from '../core/keys/staging';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import { nextStep, reconcileNow } from './next-step';
import { findService, type Platform } from './platform';
import { examineKey, shelveKey } from './staging-desk';

export interface StageRequest {
  readonly service: string;
  /** The key's name in the Console, as the operator says. */
  readonly name?: string;
}

/** `claude-keys stage <environment> <service>`: takes one key, checks it, and puts it on the shelf as a spare. */
export async function stage(request: StageRequest, platform: Platform, io: CliIo): Promise<ExitCode> {
  const registration = await findService(platform, request.service);
  const key = await takeKey(request, platform, io);
  const accepted = await withProgress(io, 'checking the key with the issuer', async () => {
    const examined = await examineKey(platform, key, request.name);
    return shelveKey(platform, examined, registration);
  });
  reportStaged(io, accepted, request.service);
  const result = await reconcileNow(platform, io, request.service);
  const status = result?.services.find((each) => each.service === request.service);
  if (status !== undefined) io.out(nextStep(platform.settings.environment, status));
  return EXIT.ok;
}

/** Tells under which id a key now waits, and what could not be checked about it. */
export function reportStaged(io: CliIo, accepted: AcceptedKey, service: string): void {
  const { keyId, keyName } = accepted;
  io.out(`Staged ${keyName === keyId ? keyName : `${keyName} (${keyId})`} as a spare of ${service}.`);
  for (const sentence of accepted.unchecked) io.out(`Note: ${sentence}`);
}

async function takeKey({ service, name }: StageRequest, platform: Platform, io: CliIo): Promise<ApiKey> {
  if (!io.isTerminal) return onlyKey(await io.readStdin());
  const { environment, workspaceId } = platform.settings;
  const expected = name ?? conventionalKeyName(environment, service, platform.clock.now());
  io.err(`Create a key named ${expected} in the Claude Console, workspace ${workspaceId}, if you have not yet.`);
  return onlyKey((await io.askHidden(`Key for ${service} (hidden):`)) ?? '');
}

function onlyKey(input: string): ApiKey {
  const [line, ...others] = linesOf(input);
  if (line === undefined) throw new KeyRotationError('BadRequest', 'no key was given. Nothing was staged');
  if (others.length === 0) return new ApiKey(line);
  throw new KeyRotationError(
    'BadRequest',
    `${others.length + 1} lines were given where one key is expected; for several keys use --missing. Nothing was staged`,
  );
}

/** The lines of an input, without blank ones and the space around them. */
export function linesOf(input: string): readonly string[] {
  return input
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
