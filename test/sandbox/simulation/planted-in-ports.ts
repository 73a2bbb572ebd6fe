import { AWS_CURRENT, AWS_PENDING, keyLabel, readLabels } from '../../../lib/contract/labels';
import type { Registration, ServicePolicy } from '../../../lib/contract/registration';
import type { IssuerKeys, SecretState, UsageReports } from '../../../lib/core/ports';
import type { ReconcilerPorts } from '../../../lib/core/reconciler';
import type { Bug } from '../../../sandbox/simulation/schedules/ports-world';

/** A bug, and the invariant that random schedules catch it by. */
export interface PlantedBug extends Bug {
  readonly name: string;
  readonly caught: string;
}

/** Bugs that a change of the core could bring, one at least for every invariant that the ports can show. */
export const BUGS_IN_PORTS: readonly PlantedBug[] = [
  {
    name: 'undo takes every key for one that is enabled',
    caught: 'I1',
    reconcile: (ports) =>
      withKeys(ports, (keys) => ({
        setStatus: async (keyId, status) => {
          if (status !== 'active') await keys.setStatus(keyId, status);
        },
        find: async (keyId) => {
          const key = await keys.find(keyId);
          return key && { ...key, status: 'active' };
        },
      })),
  },
  {
    name: 'a run does not read the secret again after it has disabled a key',
    caught: 'I2',
    reconcile: (ports) => {
      const seen = new Map<string, SecretState | undefined>();
      const describe = async (service: string) => {
        if (!seen.has(service)) seen.set(service, await ports.directory.describe(service));
        return seen.get(service);
      };
      return { ...ports, directory: { ...ports.directory, describe } };
    },
  },
  {
    name: 'a run acts on what the list of secrets says, which may be old',
    caught: 'I2',
    reconcile: (ports) => {
      let listed = new Map<string, SecretState>();
      const list = async () => {
        const secrets = await ports.directory.list();
        listed = new Map(secrets.map((each) => [each.service, each]));
        return secrets;
      };
      const describe = async (service: string) => listed.get(service) ?? ports.directory.describe(service);
      return { ...ports, directory: { ...ports.directory, list, describe } };
    },
  },
  {
    name: 'a key is disabled before its overlap has ended',
    caught: 'I3',
    reconcile: (ports) => withPolicy(ports, { overlapHours: 0 }),
  },
  {
    name: 'a silence of the whole service counts as idleness of its old key',
    caught: 'I3',
    reconcile: (ports) => withPolicy(ports, { silentHours: 0 }),
  },
  {
    name: 'a report without a refresh time counts as idleness',
    caught: 'I3',
    reconcile: (ports) =>
      withUsage(ports, (usage) => ({
        since: async (from) => ({ refreshedAt: ports.clock.now(), ...(await usage.since(from)) }),
      })),
  },
  {
    name: 'a report that cannot be read counts as idleness',
    caught: 'I3',
    reconcile: (ports) =>
      withUsage(ports, (usage) => ({
        since: (from) =>
          usage.since(from).catch(() => ({ refreshedAt: ports.clock.now(), from, lastUsedAt: new Map() })),
      })),
  },
  {
    name: 'a report of yesterday counts as one of today',
    caught: 'I3',
    reconcile: (ports) =>
      withUsage(ports, (usage) => ({
        since: async (from) => {
          const report = await usage.since(from);
          return report.refreshedAt ? { ...report, refreshedAt: ports.clock.now() } : report;
        },
      })),
  },
  {
    name: 'a key is archived before its undo window has ended',
    caught: 'I3',
    reconcile: (ports) => withPolicy(ports, { undoWindowDays: 0 }),
  },
  {
    name: 'staging does not ask whose key it is',
    caught: 'I4',
    stage: (ports) => ({
      ...ports,
      directory: { ...ports.directory, list: async () => [], describe: async () => undefined },
      spares: { ...ports.spares, list: async () => [] },
    }),
  },
  {
    name: 'keys that nobody holds are not reported',
    caught: 'I5',
    reconcile: (ports) => ({
      ...ports,
      journal: { note: (event, fields) => event !== 'unknown-key' && ports.journal.note(event, fields) },
    }),
  },
  {
    name: 'a key is logged',
    caught: 'I6',
    rotate: (ports) => ({
      ...ports,
      spares: {
        ...ports.spares,
        read: async (service, keyId) => {
          const spare = await ports.spares.read(service, keyId);
          ports.journal.note('spare', { key: spare?.key.reveal() ?? null });
          return spare;
        },
      },
    }),
  },
  {
    name: 'a spare is taken off the shelf before its key is current',
    caught: 'I7',
    rotate: (ports) => ({
      ...ports,
      versions: {
        ...ports.versions,
        moveLabel: async (arn, label, change) => {
          const { service, labels } = await ports.directory.describeByArn(arn);
          const { keyId } = readLabels(labels.get(change.to ?? '') ?? []);
          if (label === AWS_CURRENT && keyId) await ports.spares.remove(service, keyId);
          return ports.versions.moveLabel(arn, label, change);
        },
      },
    }),
  },
  {
    name: 'a rotation does not check whether its token is still pending',
    caught: 'I8',
    rotate: (ports) => ({
      ...ports,
      directory: { describeByArn: async (arn) => allPending(await ports.directory.describeByArn(arn)) },
    }),
  },
  {
    name: 'a retry takes another spare, and throws away the one that it took before',
    caught: 'I7',
    rotate: (ports) => ({
      ...ports,
      directory: { describeByArn: async (arn) => withoutKeys(await ports.directory.describeByArn(arn)) },
      spares: {
        ...ports.spares,
        list: async (service) => {
          const [first, ...others] = await ports.spares.list(service);
          if (!first || others.length === 0) return first ? [first] : [];
          await ports.spares.remove(first.service, first.keyId);
          return others;
        },
      },
    }),
  },
  {
    name: 'a rotation that is stuck is never given up',
    caught: 'I9',
    reconcile: (ports) => ({
      ...ports,
      versions: {
        ...ports.versions,
        moveLabel: async (arn, label, change) =>
          label === AWS_PENDING ? true : ports.versions.moveLabel(arn, label, change),
      },
    }),
  },
  {
    name: 'a key becomes current without a test',
    caught: 'I11',
    rotate: (ports) => ({
      ...ports,
      verifier: { verify: async () => ({ kind: 'live', organizationId: 'organization', workspaceId: 'workspace' }) },
    }),
  },
  {
    name: 'nothing is done when figures cannot be published',
    caught: 'I12',
    reconcile: (ports) => ({
      ...ports,
      directory: {
        ...ports.directory,
        list: async () => {
          await ports.figures.publish([]);
          return ports.directory.list();
        },
      },
    }),
  },
  {
    name: 'a current key that is refused goes unnoticed',
    caught: 'I12',
    reconcile: (ports) =>
      withKeys(ports, (keys) => ({
        list: async () => (await keys.list()).map((key) => ({ ...key, status: 'active' })),
      })),
  },
];

function withPolicy(ports: ReconcilerPorts, changes: Partial<ServicePolicy>): ReconcilerPorts {
  const { registry } = ports;
  const changed = (each: Registration): Registration => ({ ...each, policy: { ...each.policy, ...changes } });
  const list = async () => (await registry.list()).map(changed);
  const find = async (service: string) => {
    const found = await registry.find(service);
    return found && changed(found);
  };
  return { ...ports, registry: { list, find } };
}

function withKeys(ports: ReconcilerPorts, changes: (keys: IssuerKeys) => Partial<IssuerKeys>): ReconcilerPorts {
  const { issuer } = ports;
  if (issuer.kind === 'manual') return ports;
  return { ...ports, issuer: { ...issuer, keys: { ...issuer.keys, ...changes(issuer.keys) } } };
}

function withUsage(ports: ReconcilerPorts, changes: (usage: UsageReports) => UsageReports): ReconcilerPorts {
  const { issuer } = ports;
  return issuer.kind === 'manual' ? ports : { ...ports, issuer: { ...issuer, usage: changes(issuer.usage) } };
}

const mapLabels = (secret: SecretState, change: (labels: readonly string[]) => readonly string[]): SecretState => ({
  ...secret,
  labels: new Map([...secret.labels].map(([id, labels]) => [id, change(labels)])),
});

/** A secret as it looks to somebody who takes every version for a pending one. */
const allPending = (secret: SecretState): SecretState =>
  mapLabels(secret, (labels) => (labels.includes(AWS_CURRENT) ? labels : [...labels, AWS_PENDING]));

/** A secret as it looks to somebody who does not see that its pending version holds a key. */
const withoutKeys = (secret: SecretState): SecretState =>
  mapLabels(secret, (labels) => {
    const { pending, keyId } = readLabels(labels);
    return pending && keyId ? labels.filter((label) => label !== keyLabel(keyId)) : labels;
  });
