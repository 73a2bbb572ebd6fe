import type { IssuerKeysResult, IssuerKeyView, ServiceStatus } from '../contract/reconciler-protocol';
import { ApiKey } from '../core/api-key';
import { isKeyRotationError, KeyRotationError } from '../core/errors';
import { newKeyNames, serviceNamedBy } from '../core/keys/key-names';
import { findByHint } from '../core/keys/staging';
import { COMMAND } from './command-name';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import { missingKeys, reconcileNow } from './next-step';
import type { Platform } from './platform';
import { formatError } from './report';
import { linesOf, reportStaged } from './stage';
import { type ExaminedKey, examineKey, gatherFacts, shelveKey } from './staging-desk';

/** What this run still has to find, and what it did. */
interface Tally {
  /** Service to the number of keys it still needs. */
  readonly missing: Map<string, number>;
  readonly staged: Set<string>;
  refused: number;
}

/**
 * `claude-keys stage <environment> --missing`: names the keys that services lack, takes them in any order, and tells by its
 * name in the issuer's list which service each is for. Nothing is remembered between runs: the next one asks what is missing then.
 */
export async function stageMissing(platform: Platform, io: CliIo): Promise<ExitCode> {
  const { services, issuerKeys } = await withProgress(io, 'looking for services that lack keys', async () => ({
    services: (await platform.reconciler.status()).services.filter((each) => each.registered),
    issuerKeys: await platform.reconciler.issuerKeys(),
  }));
  const short = services.filter((each) => missingKeys(each) > 0);
  if (short.length === 0) {
    io.out(`Nothing is missing: every service of ${platform.settings.environment} has the keys it needs.`);
    return EXIT.ok;
  }
  await printNames(platform, io, short, issuerKeys);
  refuseWithoutList(platform, issuerKeys);
  const tally: Tally = {
    missing: new Map(short.map((each) => [each.service, missingKeys(each)])),
    staged: new Set(),
    refused: 0,
  };
  for await (const text of keysFrom(io, tally)) await takeOne(text, platform, io, tally);
  if (tally.staged.size > 0) await reconcileNow(platform, io, onlyOf(tally.staged));
  return conclude(io, platform.settings.environment, tally);
}

async function printNames(
  platform: Platform,
  io: CliIo,
  short: readonly ServiceStatus[],
  issuerKeys: IssuerKeysResult,
): Promise<void> {
  const { environment, workspaceId } = platform.settings;
  const { uses, now } = await gatherFacts(platform, issuerKeys);
  const listed = issuerKeys.known ? issuerKeys.keys : [];
  const waiting = new Set(listed.filter((key) => key.status === 'active' && !uses.has(key.id)).map((key) => key.name));
  const taken = new Set([...listed.map((key) => key.name).filter((name) => !waiting.has(name)), ...uses.keys()]);
  io.out(`Create these keys in the Claude Console, workspace ${workspaceId}, each under exactly this name:`);
  for (const status of short) {
    for (const name of newKeyNames(environment, status.service, now, missingKeys(status), taken)) {
      io.out(`  ${name}${waiting.has(name) ? '   (exists; if its text is lost, delete it and create it again)' : ''}`);
    }
  }
}

function refuseWithoutList(platform: Platform, issuerKeys: IssuerKeysResult): void {
  if (issuerKeys.known) return;
  const { environment } = platform.settings;
  throw new KeyRotationError(
    'BadRequest',
    `the issuer's list of keys cannot be read in ${environment} (${issuerKeys.reason}), so a key does not tell which service it is for. Stage the keys above one by one: ${COMMAND} stage ${environment} <service> --name <name>. Nothing was staged`,
  );
}

/** The texts handed in: lines of standard input, or answers to prompts until one is empty or nothing is missing any more. */
async function* keysFrom(io: CliIo, tally: Tally): AsyncGenerator<string> {
  if (!io.isTerminal) {
    yield* linesOf(await io.readStdin());
    return;
  }
  io.err('Give the keys one at a time, in any order; wait for the answer to each. An empty entry stops.');
  while (tally.missing.size > 0) {
    const [text] = linesOf((await io.askHidden(`Key, ${remaining(tally)} to go (hidden):`)) ?? '');
    if (text === undefined) return;
    yield text;
  }
}

/** A key that is refused is told and counted; the others are not its business. */
async function takeOne(text: string, platform: Platform, io: CliIo, tally: Tally): Promise<void> {
  try {
    const { accepted, service } = await withProgress(io, 'checking the key with the issuer', () =>
      stageRecognised(new ApiKey(text), platform),
    );
    reportStaged(io, accepted, service);
    tally.staged.add(service);
    countDown(tally.missing, service);
  } catch (error) {
    if (!isKeyRotationError(error)) throw error;
    tally.refused += 1;
    io.err(formatError(error));
  }
}

async function stageRecognised(key: ApiKey, platform: Platform) {
  const examined = await examineKey(platform, key);
  const listed = listedKey(examined);
  const services = await platform.services.list();
  const names = services.map((each) => each.service);
  const named = serviceNamedBy(listed.name, platform.settings.environment, names);
  const registration = services.find((each) => each.service === named);
  if (registration === undefined) throw unrecognised(listed, named, platform.settings.environment);
  return { service: registration.service, accepted: await shelveKey(platform, examined, registration) };
}

function listedKey({ issuerKeys, candidate }: ExaminedKey): IssuerKeyView {
  if (issuerKeys.known) return findByHint(issuerKeys.keys, candidate.hint);
  throw new KeyRotationError(
    'IssuerFailed',
    `the issuer's list of keys cannot be read (${issuerKeys.reason}). Nothing was staged`,
  );
}

function unrecognised(key: IssuerKeyView, named: string | undefined, environment: string): KeyRotationError {
  const why = named === undefined ? 'names no service' : `names "${named}", which is not registered in ${environment}`;
  return new KeyRotationError(
    'UnknownService',
    `the key "${key.name}" ${why}. Rename it in the Console as listed above, or stage it for a service: ${COMMAND} stage ${environment} <service>. Nothing was staged`,
  );
}

function conclude(io: CliIo, environment: string, tally: Tally): ExitCode {
  if (tally.missing.size === 0) {
    io.out('Nothing is missing any more.');
    return EXIT.ok;
  }
  const services = [...tally.missing].map(([service, count]) => `${service} (${count})`).join(', ');
  io.out(`Still missing: ${services}. To go on, run this again: ${COMMAND} stage ${environment} --missing`);
  return tally.refused > 0 ? EXIT.failed : EXIT.ok;
}

function countDown(missing: Map<string, number>, service: string): void {
  const left = (missing.get(service) ?? 0) - 1;
  if (left > 0) missing.set(service, left);
  else missing.delete(service);
}

const remaining = (tally: Tally): number => [...tally.missing.values()].reduce((sum, count) => sum + count, 0);

/** The one service of a set, to have only that looked at; undefined for several. */
const onlyOf = (services: ReadonlySet<string>): string | undefined =>
  services.size === 1 ? [...services][0] : undefined;
