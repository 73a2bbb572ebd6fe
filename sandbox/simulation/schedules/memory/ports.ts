import { ApiKey } from '../../../../lib/core/api-key';
import { KeyRotationError } from '../../../../lib/core/errors';
import type {
  Clock,
  Figures,
  IssuerKeys,
  Journal,
  KeyVerifier,
  Messages,
  RotationControl,
  SecretDirectory,
  SecretState,
  SecretTags,
  SecretVersions,
  ServiceRegistry,
  SpareShelf,
  UsageReport,
  UsageReports,
  Verdict,
} from '../../../../lib/core/ports';
import { MINUTE_MS } from '../../../utc-time';
import type { Call } from '../invocation';
import type { MemoryIssuer } from './issuer';
import type { MemoryRegistry, MemoryShelf } from './parameters';
import type { MemorySecret, MemorySecrets } from './secrets';

const MOST_AHEAD_MS = 5 * MINUTE_MS;

/** Everything the core needs, as one environment's memory answers it. */
export interface MemoryPorts {
  readonly directory: SecretDirectory;
  readonly versions: SecretVersions;
  readonly control: RotationControl;
  readonly tags: SecretTags;
  readonly spares: SpareShelf;
  readonly registry: ServiceRegistry;
  readonly verifier: KeyVerifier;
  readonly keys: IssuerKeys;
  readonly usage: UsageReports;
  readonly messages: Messages;
  readonly figures: Figures;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** What the ports stand on. */
export interface Memory {
  readonly secrets: MemorySecrets;
  readonly shelf: MemoryShelf;
  readonly registry: MemoryRegistry;
  readonly issuer: MemoryIssuer;
  /** What Secrets Manager does when it is asked to rotate, and when rotation is turned off or on again. */
  readonly rotation: {
    start(secret: MemorySecret): boolean;
    pause(secret: MemorySecret): void;
    resume(secret: MemorySecret): void;
  };
  /** What becomes of texts that leave a function. */
  readonly written: (where: string, text: string) => void;
  readonly noted: (event: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly asked: (text: string) => void;
  readonly clock: Clock;
}

/** Makes a call to the outside, or has it go wrong. */
export type MakeCall = <Result>(call: Call<Result>) => Promise<Result>;

/** The ports of one run of a function. */
export function memoryPorts(memory: Memory, make: MakeCall): MemoryPorts {
  return {
    ...secretPorts(memory, make),
    spares: spareShelf(memory, make),
    registry: serviceRegistry(memory, make),
    ...issuerPorts(memory, make),
    ...wordPorts(memory, make),
    clock: memory.clock,
  };
}

type SecretPorts = Pick<MemoryPorts, 'directory' | 'versions' | 'control' | 'tags'>;

function secretPorts(memory: Memory, make: MakeCall): SecretPorts {
  const { secrets, rotation, written } = memory;
  const reading = <Result>(operation: string, args: readonly unknown[], act: () => Result): Promise<Result> =>
    make({ operation, args, act, behind: () => behind(secrets, act) });
  const writing = <Result>(operation: string, args: readonly unknown[], act: () => Result): Promise<Result> =>
    make({ operation, args, act });
  const stateOf = (secret: MemorySecret): SecretState => secret.state(secrets.behind);
  return {
    directory: {
      list: () => reading('directory.list', [], () => secrets.all.filter(({ deleted }) => !deleted).map(stateOf)),
      describe: (service) =>
        reading('directory.describe', [service], () => {
          const secret = secrets.of(service);
          return secret.deleted ? undefined : stateOf(secret);
        }),
      describeByArn: (arn) => reading('directory.describeByArn', [arn], () => stateOf(secrets.at(arn))),
    },
    versions: {
      read: (arn, versionId, label) =>
        reading('versions.read', [arn, versionId, label], () => {
          const text = secrets.read(arn, versionId, label);
          return text === undefined ? undefined : new ApiKey(text);
        }),
      putPending: (arn, token, key, labels) =>
        writing('versions.putPending', [arn, token, key, labels], () => {
          for (const label of labels) written('a label', label);
          secrets.put(arn, token, key.reveal(), labels);
        }),
      moveLabel: (arn, label, change) =>
        writing('versions.moveLabel', [arn, label, change], () => {
          written('a label', label);
          return secrets.move(arn, label, change);
        }),
      filledAt: (arn) => reading('versions.filledAt', [arn], () => secrets.shown(arn).dates),
    },
    control: {
      start: (arn) => writing('control.start', [arn], () => rotation.start(secrets.at(arn))),
      pause: (arn) => writing('control.pause', [arn], () => rotation.pause(secrets.at(arn))),
      resume: (arn) => writing('control.resume', [arn], () => rotation.resume(secrets.at(arn))),
    },
    tags: {
      put: (arn, tags) =>
        writing('tags.put', [arn, tags], () => {
          for (const [name, value] of tags) written('a tag', `${name} ${value}`);
          secrets.at(arn).set({ tags });
        }),
    },
  };
}

function spareShelf({ shelf }: Memory, make: MakeCall): SpareShelf {
  const reading = <Result>(operation: string, args: readonly unknown[], act: () => Result): Promise<Result> =>
    make({ operation, args, act, behind: () => behind(shelf, act) });
  return {
    list: (service) => reading('spares.list', [service], () => shelf.list(service)),
    read: (service, keyId) => reading('spares.read', [service, keyId], () => shelf.read(service, keyId)),
    add: (spare) => make({ operation: 'spares.add', args: [spare], act: () => shelf.add(spare) }),
    remove: (service, keyId) =>
      make({ operation: 'spares.remove', args: [service, keyId], act: () => shelf.remove(service, keyId) }),
  };
}

function serviceRegistry({ registry }: Memory, make: MakeCall): ServiceRegistry {
  return {
    list: () => make({ operation: 'registry.list', args: [], act: () => registry.list() }),
    find: (service) => make({ operation: 'registry.find', args: [service], act: () => registry.find(service) }),
  };
}

function issuerPorts({ issuer, clock }: Memory, make: MakeCall): Pick<MemoryPorts, 'verifier' | 'keys' | 'usage'> {
  return {
    verifier: {
      verify: (key) =>
        make<Verdict>({
          operation: 'issuer.verify',
          args: [key],
          act: () => issuer.verify(key.reveal()),
          unclear: (reason) => ({ kind: 'unclear', reason }),
        }),
    },
    keys: {
      list: () => make({ operation: 'issuer.list', args: [], act: () => issuer.list() }),
      find: (keyId) => make({ operation: 'issuer.find', args: [keyId], act: () => issuer.find(keyId) }),
      setStatus: (keyId, status) =>
        make({
          operation: 'issuer.setStatus',
          args: [keyId, status],
          act: () => {
            if (!issuer.setStatus(keyId, status)) {
              throw new KeyRotationError('IssuerFailed', `the issuer did not make ${keyId} ${status}`);
            }
          },
        }),
    },
    usage: {
      since: (from) =>
        make({ operation: 'issuer.usage', args: [from], act: () => believable(issuer.usage(from), clock) }),
    },
  };
}

/** What the real adapter takes of a report: one that is complete up to a time to come is none. */
function believable(report: UsageReport, clock: Clock): UsageReport {
  const latestMs = clock.now().getTime() + MOST_AHEAD_MS;
  if ((report.refreshedAt?.getTime() ?? 0) <= latestMs) return report;
  throw new KeyRotationError('IssuerFailed', 'the usage report is complete up to a time to come');
}

function wordPorts(memory: Memory, make: MakeCall): Pick<MemoryPorts, 'messages' | 'figures' | 'journal'> {
  const { written, asked } = memory;
  return {
    messages: {
      send: (severity, { subject, text }) =>
        make({
          operation: 'messages.send',
          args: [severity, subject],
          act: () => {
            written('a message', `${subject} ${text}`);
            asked(text);
          },
        }),
    },
    figures: {
      publish: (figures) =>
        make({
          operation: 'figures.publish',
          args: [],
          act: () => {
            for (const { name, dimensions } of figures)
              written('a figure', `${name} ${Object.values(dimensions).join(' ')}`);
          },
        }),
    },
    journal: { note: (event, fields = {}) => memory.noted(event, fields) },
  };
}

/** Reads from a store as it was before its last change. */
function behind<Result>(store: { behind: boolean }, act: () => Result): Result {
  store.behind = true;
  try {
    return act();
  } finally {
    store.behind = false;
  }
}
