import { DEFAULT_POLICY, type Registration } from '../../contract/registration';
import { isKeyRotationError, messageOf } from '../errors';
import type {
  Clock,
  IssuerKeyStatus,
  IssuerKeys,
  IssuerLimits,
  Journal,
  KeyVerifier,
  SecretDirectory,
  SecretState,
  SecretVersions,
  ServiceRegistry,
  SpareShelf,
  SpareSummary,
  UsageReports,
} from '../ports';
import { after, HOUR_MS, reached } from '../time';
import { heldKeys, restoredVersion, unfinishedVersion } from './held-keys';
import type { IssuerView, ServiceObservation } from './observation';
import { longestQuietHours } from './retirement';

/** How the reconciler reaches the issuer: through its Admin API, or only by trying keys, where a person administers it. */
export type IssuerAccessPort =
  | {
      readonly kind: 'ours';
      readonly keys: IssuerKeys;
      readonly usage: UsageReports;
      /** @default - nobody sets limits here */
      readonly limits?: IssuerLimits;
    }
  | { readonly kind: 'manual'; readonly verifier: KeyVerifier };

export interface ObservationPorts {
  readonly directory: SecretDirectory;
  readonly versions: SecretVersions;
  readonly spares: SpareShelf;
  readonly registry: ServiceRegistry;
  readonly issuer: IssuerAccessPort;
  readonly clock: Clock;
  readonly journal: Journal;
}

/** What one run sees: one service, or the whole environment. */
export interface Snapshot {
  readonly services: readonly ServiceObservation[];
  readonly issuer: IssuerView;
  /** Services whose registration is there and cannot be understood. */
  readonly broken: readonly string[];
}

/** Usage is asked for this far back, in hours, beyond what idleness needs, since the report counts in whole hours. */
const USAGE_MARGIN_HOURS = 1;
/** While the issuer hangs, trying keys takes no more of a run than this. */
const TRYING_KEYS_MS = 60_000;

/** Reads everything of the whole environment, in a number of calls that grows with pages, not with services. */
export async function observeAll(ports: ObservationPorts): Promise<Snapshot> {
  const broken: string[] = [];
  const [registrations, secrets, spares] = await Promise.all([
    ports.registry.list((service) => broken.push(service)),
    ports.directory.list(),
    ports.spares.list(),
  ]);
  return { ...(await complete(ports, { registrations, secrets, spares })), broken };
}

/** Reads everything of one service, as it is now. */
export async function observeOne(ports: ObservationPorts, service: string): Promise<Snapshot> {
  return { ...(await complete(ports, await readOne(ports, service))), broken: [] };
}

/** One service's observation with its secret, registration and spares read anew: what a decision is taken on. */
export async function refresh(ports: ObservationPorts, observation: ServiceObservation): Promise<ServiceObservation> {
  const { service, issuer } = observation;
  const [fresh] = await join(ports, await readOne(ports, service), issuer);
  return fresh ?? { service, issuer, spares: [] };
}

/** What AWS holds, of one service or of all. */
interface Stored {
  readonly registrations: readonly Registration[];
  readonly secrets: readonly SecretState[];
  readonly spares: readonly SpareSummary[];
}

async function readOne(ports: ObservationPorts, service: string): Promise<Stored> {
  const [registration, secret, spares] = await Promise.all([
    ports.registry.find(service),
    ports.directory.describe(service),
    ports.spares.list(service),
  ]);
  return { registrations: registration ? [registration] : [], secrets: secret ? [secret] : [], spares };
}

async function complete(ports: ObservationPorts, stored: Stored): Promise<Omit<Snapshot, 'broken'>> {
  const issuer = await viewIssuer(ports, stored);
  return { issuer, services: await join(ports, stored, issuer) };
}

function join(ports: ObservationPorts, stored: Stored, issuer: IssuerView): Promise<readonly ServiceObservation[]> {
  const registered = new Map(stored.registrations.map((each) => [each.service, each]));
  const secrets = new Map(stored.secrets.map((each) => [each.service, each]));
  const names = [...new Set([...registered.keys(), ...secrets.keys()])].sort();
  return Promise.all(
    names.map(async (service) => {
      const registration = registered.get(service);
      const secret = secrets.get(service);
      const pendingSince =
        secret && (await filledAt(ports, secret, unfinishedVersion(secret), 'pending-since-unknown'));
      const restoredKeySince = secret && (await filledAt(ports, secret, restoredVersion(secret), 'key-age-unknown'));
      return {
        service,
        issuer,
        spares: stored.spares.filter((spare) => spare.service === service),
        ...(registration ? { registration } : {}),
        ...(secret ? { secret } : {}),
        ...(pendingSince ? { pendingSince } : {}),
        ...(restoredKeySince ? { restoredKeySince } : {}),
      };
    }),
  );
}

/** When a version was written. One secret that cannot be read does not keep a run from all the others. */
async function filledAt(
  { versions, journal }: ObservationPorts,
  { arn, service }: SecretState,
  versionId: string | undefined,
  unknown: 'pending-since-unknown' | 'key-age-unknown',
): Promise<Date | undefined> {
  if (!versionId) return undefined;
  try {
    return (await versions.filledAt(arn)).get(versionId);
  } catch (error) {
    journal.note(unknown, { service, error: messageOf(error) });
    return undefined;
  }
}

async function viewIssuer(ports: ObservationPorts, { registrations, secrets }: Stored): Promise<IssuerView> {
  if (ports.issuer.kind === 'manual') {
    return { access: 'manual', tried: await tryRetiringKeys(ports, ports.issuer.verifier, secrets) };
  }
  const { keys, usage } = ports.issuer;
  const from = usageFrom(ports.clock, registrations);
  const [list, report] = await Promise.all([
    listKeys(keys, ports.journal),
    secrets.some(isRetiring) ? reportUsage(usage, from, ports.journal) : {},
  ]);
  if (list.keys && !isOfOurKeys(list.keys, secrets)) {
    ports.journal.note('issuer-list-unknown', { error: 'it shows none of the keys that services hold' });
    return { access: 'ours', listFailure: 'not-ours' };
  }
  return { access: 'ours', ...list, ...report };
}

/** A list of the right workspace shows at least one of the keys that are held; before there are any, it shows what it likes. */
function isOfOurKeys(listed: ReadonlyMap<string, unknown>, secrets: readonly SecretState[]): boolean {
  const held = secrets.flatMap(heldKeys);
  return held.length === 0 || held.some(({ keyId }) => listed.has(keyId));
}

/** A failing issuer makes things unknown; it does not stop a run. */
async function listKeys(keys: IssuerKeys, journal: Journal): Promise<Pick<IssuerView, 'keys' | 'listFailure'>> {
  try {
    return { keys: new Map((await keys.list()).map((key) => [key.id, key])) };
  } catch (error) {
    journal.note('issuer-list-unknown', { error: messageOf(error) });
    return { listFailure: isKeyRotationError(error, 'AdminKeyMissing') ? 'not-set-up' : 'failed' };
  }
}

async function reportUsage(usage: UsageReports, from: Date, journal: Journal): Promise<Pick<IssuerView, 'usage'>> {
  try {
    return { usage: await usage.since(from) };
  } catch (error) {
    journal.note('usage-unknown', { error: messageOf(error) });
    return {};
  }
}

/** True when a secret holds a key whose retirement has begun: only then is its use of interest. */
const isRetiring = (secret: SecretState): boolean =>
  heldKeys(secret).some(({ marks }) => marks.retiringSince !== undefined);

function usageFrom(clock: Clock, registrations: readonly Registration[]): Date {
  const policies = [DEFAULT_POLICY, ...registrations.map(({ policy }) => policy)];
  const hours = Math.max(...policies.map((policy) => longestQuietHours(policy) + policy.maxReportLagHours));
  return after(clock.now(), -(hours + USAGE_MARGIN_HOURS) * HOUR_MS);
}

/** Where nobody may ask for a key's status, the keys that a person was told to disable are tried, as many as there is time for. */
async function tryRetiringKeys(
  ports: ObservationPorts,
  verifier: KeyVerifier,
  secrets: readonly SecretState[],
): Promise<ReadonlyMap<string, IssuerKeyStatus>> {
  const tried = new Map<string, IssuerKeyStatus>();
  const until = after(ports.clock.now(), TRYING_KEYS_MS);
  for (const secret of secrets)
    for (const { keyId, versionId, marks } of heldKeys(secret)) {
      if (!marks.disablingSince || reached(ports.clock.now(), until)) continue;
      const text = await readKey(ports, secret, versionId);
      const verdict = text && (await verifier.verify(text));
      if (verdict && verdict.kind !== 'unclear') tried.set(keyId, verdict.kind === 'live' ? 'active' : 'inactive');
    }
  return tried;
}

async function readKey({ versions, journal }: ObservationPorts, { service, arn }: SecretState, versionId: string) {
  try {
    return await versions.read(arn, versionId);
  } catch (error) {
    journal.note('key-unreadable', { service, error: messageOf(error) });
    return undefined;
  }
}
