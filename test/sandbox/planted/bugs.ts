import { AWS_CURRENT, AWS_PENDING, readLabels } from '../../../lib/contract/labels';
import type { Registration, ServicePolicy } from '../../../lib/contract/registration';
import type { ApiKey } from '../../../lib/core/api-key';
import type { SecretState, Verdict } from '../../../lib/core/ports';
import type { ReconcilerPorts } from '../../../lib/core/reconciler';
import { KEY_OF_ANOTHER_SERVICE } from '../../../sandbox/simulation/commands';
import { type Bug, but, withIssuer } from './handlers';

/** A bug, where it shows, and as what. */
export interface PlantedBug extends Bug {
  /** The invariant that it breaks. */
  readonly breaks: string;
  readonly scenario: string;
  /** How what was found begins: with the invariant that caught it. */
  readonly caught: `${string}: ${string}`;
}

/** Bugs that a change of the functions could bring. The harness is worth something as long as it finds every one. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a rotation takes another spare every time it looks',
    breaks: 'I7',
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
    breaks: 'I7',
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
    breaks: 'I3',
    scenario: 'old key still in use',
    caught: 'I3: the key',
    reconcile: (ports) => withPolicy(ports, { overlapHours: 0, quietHours: 0, silentHours: 0 }),
  },
  {
    name: 'a usage report that cannot be read counts as idleness',
    breaks: 'I3',
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
    breaks: 'I3',
    scenario: 'disabling',
    caught: 'I3: the key',
    reconcile: (ports) => withPolicy(ports, { undoWindowDays: 0 }),
  },
  {
    name: 'undo makes a key current before it enables it',
    breaks: 'I2',
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
      const find = async (keyId: string) => {
        const found = await issuer.keys.find(keyId);
        return found && put ? { ...found, status: 'active' as const } : found;
      };
      return { ...withIssuer(ports, { keys: { setStatus, find } }), versions };
    },
  },
  {
    name: 'a step does not ask whether its version is still pending',
    breaks: 'I8',
    scenario: 'every step of an older rotation arrives after a newer one',
    caught: 'I7, I9: it ends with',
    rotate: (ports) => {
      const describeByArn = async (arn: string) => {
        const state = await ports.directory.describeByArn(arn);
        const labels = new Map([...state.labels].map(([id, each]) => [id, [...each, AWS_PENDING]]));
        return { ...state, labels };
      };
      return { ...ports, directory: but(ports.directory, { describeByArn }) };
    },
  },
  {
    name: 'a rotation logs the key that it takes',
    breaks: 'I6',
    scenario: 'rotation',
    caught: 'I6: part of a key is in',
    rotate: (ports) => {
      const read = async (service: string, keyId: string) => {
        const spare = await ports.spares.read(service, keyId);
        ports.journal.note('spare-read', { text: spare?.key.reveal() ?? '' });
        return spare;
      };
      return { ...ports, spares: but(ports.spares, { read }) };
    },
  },
  {
    name: 'a secret is not read again after a key was disabled',
    breaks: 'I2',
    scenario: 'a key is made current by hand while it is being disabled',
    caught: "I1: a consumer's request failed",
    reconcile: (ports) => {
      let seen: { readonly at: number; readonly state: ReturnType<typeof ports.directory.describe> } | undefined;
      const describe = (service: string) => {
        const at = ports.clock.now().getTime();
        if (seen?.at !== at) seen = { at, state: ports.directory.describe(service) };
        return seen.state;
      };
      return { ...ports, directory: but(ports.directory, { describe }) };
    },
  },
  {
    name: 'a new key is made current without being tested',
    breaks: 'I11',
    scenario: 'the new key dies before it is tested',
    caught: 'I1: the current key',
    rotate: (ports) => {
      const verify = async (key: ApiKey) => {
        const verdict = await ports.verifier.verify(key);
        return verdict.kind === 'dead' ? lastLive : remember(verdict);
      };
      let lastLive: Verdict = { kind: 'unclear', reason: 'nothing was live yet' };
      const remember = (verdict: Verdict): Verdict => {
        lastLive = verdict;
        return verdict;
      };
      return { ...ports, verifier: { verify } };
    },
  },
  {
    name: 'createSecret takes the spare off the shelf, so that a retry takes another',
    breaks: 'I7',
    scenario: 'rotation',
    caught: 'I7: the pending key',
    rotate: (ports) => {
      const read = async (service: string, keyId: string) => {
        const spare = await ports.spares.read(service, keyId);
        await ports.spares.remove(service, keyId);
        return spare;
      };
      return { ...ports, spares: but(ports.spares, { read }) };
    },
  },
  {
    name: 'a run acts on what the list of secrets says, which may be old',
    breaks: 'I2',
    scenario: 'an idle key is made current by hand before a run',
    caught: 'I2: the current key',
    reconcile: (ports) => {
      let listed = new Map<string, SecretState>();
      const list = async () => {
        const secrets = await ports.directory.list();
        listed = new Map(secrets.map((each) => [each.service, each]));
        return secrets;
      };
      const describe = async (service: string) => listed.get(service) ?? ports.directory.describe(service);
      return { ...ports, directory: but(ports.directory, { list, describe }) };
    },
  },
  {
    name: 'an old spare is let go of without being disabled',
    breaks: 'I5',
    scenario: 'discarding an old spare',
    caught: 'I5: the key',
    reconcile: (ports) => withIssuer(ports, { keys: { setStatus: async () => {} } }),
  },
  {
    name: 'a rotation that is stuck is never given up',
    breaks: 'I9',
    scenario: 'a rotation is given up',
    caught: 'I7, I9: it ends with',
    reconcile: (ports) => {
      const moveLabel: typeof ports.versions.moveLabel = async (arn, label, change) =>
        label === AWS_PENDING || ports.versions.moveLabel(arn, label, change);
      return { ...ports, versions: but(ports.versions, { moveLabel }) };
    },
  },
  {
    name: 'the CLI does not ask whether a key is that of another service',
    breaks: 'I4',
    scenario: KEY_OF_ANOTHER_SERVICE.name,
    caught: 'I4: the key',
    cli: (platform) => ({
      ...platform,
      secrets: but(platform.secrets, { list: async () => [], describe: async () => undefined }),
      spares: but(platform.spares, { list: async () => [] }),
    }),
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
