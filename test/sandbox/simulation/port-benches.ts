import { randomUUID } from 'node:crypto';
import { reconcilerPorts } from '../../../lambda/reconcile/handler';
import { rotationPorts } from '../../../lambda/rotate/handler';
import type { Wiring } from '../../../lambda/wiring';
import { reconcileFunctionName, rotateFunctionName, secretName } from '../../../lib/contract/names';
import type { FunctionFactory } from '../../../sandbox/functions/in-process-runner';
import { type MemoryPorts, memoryPorts } from '../../../sandbox/simulation/schedules/memory/ports';
import { PortsWorld } from '../../../sandbox/simulation/schedules/ports-world';
import { promptSandbox } from '../../support/deployed-sandbox';
import { World } from '../../support/world';

const SERVICE = 'rag-service';

/** The core's ports on a world of their own, with the hands of people in it. */
export interface Bench {
  readonly ports: Pick<
    MemoryPorts,
    'directory' | 'versions' | 'control' | 'tags' | 'spares' | 'registry' | 'verifier' | 'keys' | 'usage'
  >;
  readonly service: string;
  makeKey(name: string): { readonly id: string; readonly text: string };
  deleteSecret(): Promise<void>;
  /** Waits until what was started has come to rest. */
  settle(): Promise<void>;
  newToken(): string;
  dispose(): Promise<void>;
}

/** The ports in memory that random schedules are played on. */
export async function memoryBench(): Promise<Bench> {
  const setting = { services: 1, access: 'ours', policy: {}, skewSeconds: 0, figuresFail: false } as const;
  const world = new PortsWorld(setting);
  const memory = { ...world, clock: world, written: () => {}, noted: () => {}, asked: () => {} };
  return {
    ports: memoryPorts(memory, async ({ act }) => act()),
    service: 'rag',
    makeKey: (name) => world.issuer.create(name),
    deleteSecret: async () => world.secrets.of('rag').set({ deleted: true }),
    settle: async () => {},
    newToken: randomUUID,
    dispose: async () => {},
  };
}

/** The real adapters, with the roles of the two functions, on the sandbox. */
export async function adapterBench(): Promise<Bench> {
  const wirings = new Map<string, Wiring>();
  const capturing = (name: string): [string, FunctionFactory] => [
    name,
    (wiring) => {
      wirings.set(name, wiring);
      return async () => {
        throw new Error('does nothing');
      };
    },
  ];
  const names = [rotateFunctionName('prod'), reconcileFunctionName('prod')] as const;
  // The ports in memory read promptly, and so does what they are compared with.
  const world = await World.deploy('prod', promptSandbox('prod', { handlers: new Map(names.map(capturing)) }));
  const { sandbox } = world;
  await world.reconcile().catch(() => undefined);
  await world.rotate().catch(() => undefined);
  const [rotate, reconcile] = names.map((name) => wirings.get(name));
  if (!rotate || !reconcile) throw new Error('a function was never put together');
  const rotation = rotationPorts(rotate);
  const reconciler = reconcilerPorts(reconcile);
  if (reconciler.issuer.kind === 'manual') throw new Error('the environment has no admin key');
  await giveUp(world);
  const { spares } = await sandbox.openPlatform()('prod');
  return {
    ports: {
      directory: reconciler.directory,
      versions: {
        read: (...all) => rotation.versions.read(...all),
        putPending: (...all) => rotation.versions.putPending(...all),
        moveLabel: (...all) => reconciler.versions.moveLabel(...all),
        filledAt: (...all) => reconciler.versions.filledAt(...all),
      },
      control: reconciler.control,
      tags: rotation.tags,
      spares: {
        add: (spare) => spares.add(spare),
        list: (...all) => rotation.spares.list(...all),
        read: (...all) => rotation.spares.read(...all),
        remove: (...all) => rotation.spares.remove(...all),
      },
      registry: reconciler.registry,
      verifier: rotation.verifier,
      keys: reconciler.issuer.keys,
      usage: reconciler.issuer.usage,
    },
    service: SERVICE,
    makeKey: (name) => {
      const { id, rawKey } = sandbox.claude.createKey({ workspaceId: sandbox.settings.workspaceId, name });
      return { id, text: rawKey };
    },
    deleteSecret: async () => {
      const SecretId = secretName('prod', SERVICE);
      await world.secretsManagerByHand('DeleteSecret', { SecretId, RecoveryWindowInDays: 7 });
    },
    settle: () => sandbox.settle(),
    newToken: randomUUID,
    dispose: () => world.dispose(),
  };
}

/** The rotation that had the function put together is over. */
async function giveUp(world: World): Promise<void> {
  const pending = Object.entries(world.labels()).find(([, labels]) => labels.includes('AWSPENDING'))?.[0];
  const SecretId = secretName('prod', SERVICE);
  const input = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: pending };
  if (pending) await world.secretsManagerByHand('UpdateSecretVersionStage', input);
}
