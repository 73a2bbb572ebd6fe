import { AWS_CURRENT, readLabels } from '../../../lib/contract/labels';
import type { Registration, ServicePolicy } from '../../../lib/contract/registration';
import type { ReconcilerPorts } from '../../../lib/core/reconciler';
import { type Bug, but, withIssuer } from './handlers';

/** A bug, where it shows, and as what. */
export interface PlantedBug extends Bug {
  readonly scenario: string;
  readonly caught: string;
}

/** Bugs that a change of the functions could bring. The harness is worth something as long as it finds every one. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a rotation takes another spare every time it looks',
    scenario: 'rotation',
    caught: 'I7, I9: it ends with',
    rotate: (ports) => {
      let looks = 0;
      const list = async (service?: string) => {
        const spares = [...(await ports.spares.list(service))];
        looks += 1;
        return looks % 2 ? spares : spares.reverse();
      };
      return { ...ports, spares: but(ports.spares, { list }) };
    },
  },
  {
    name: 'finishSecret takes the spare off the shelf before its key is current',
    scenario: 'rotation',
    caught: 'I7: the pending key',
    rotate: (ports) => ({
      ...ports,
      versions: but(ports.versions, {
        moveLabel: async (arn, label, change) => {
          const { service, labels } = await ports.directory.describeByArn(arn);
          const { keyId } = readLabels(labels.get(change.to ?? '') ?? []);
          if (label === AWS_CURRENT && keyId) await ports.spares.remove(service, keyId);
          return ports.versions.moveLabel(arn, label, change);
        },
      }),
    }),
  },
  {
    name: 'a key is disabled before its overlap has ended',
    scenario: 'old key still in use',
    caught: 'I3: the key',
    reconcile: (ports) => withPolicy(ports, { overlapHours: 0, quietHours: 0 }),
  },
  {
    name: 'a usage report that cannot be read counts as idleness',
    scenario: 'old key still in use',
    caught: 'I3: the key',
    reconcile: (ports) => {
      const { issuer, clock } = ports;
      if (issuer.kind === 'manual') return ports;
      const since = (from: Date) =>
        issuer.usage.since(from).catch(() => ({ refreshedAt: clock.now(), from, lastUsedAt: new Map() }));
      return withIssuer(ports, { usage: { since } });
    },
  },
  {
    name: 'a key is archived before its undo window has ended',
    scenario: 'disabling',
    caught: 'I3: the key',
    reconcile: (ports) => withPolicy(ports, { undoWindowDays: 0 }),
  },
  {
    name: 'undo makes a key current before it enables it',
    scenario: 'undo after the disabling',
    caught: 'I2: the current key',
    reconcile: (ports) => {
      const { issuer } = ports;
      if (issuer.kind === 'manual') return ports;
      let put: (() => Promise<void>) | undefined;
      const setStatus = async (keyId: string, status: 'active' | 'inactive' | 'archived') => {
        if (status === 'active') put = () => issuer.keys.setStatus(keyId, status);
        else await issuer.keys.setStatus(keyId, status);
      };
      const versions = but(ports.versions, {
        moveLabel: async (arn, label, change) => {
          const moved = await ports.versions.moveLabel(arn, label, change);
          if (label === AWS_CURRENT) await put?.();
          return moved;
        },
      });
      return { ...withIssuer(ports, { keys: { setStatus } }), versions };
    },
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
  return { ...ports, registry: but(registry, { list, find }) };
}
