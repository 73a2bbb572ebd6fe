import { registrationParameterName } from '../../lib/contract/names';
import { AwsError } from '../../sandbox/aws/service';
import { RAG, type World } from './world';

const DAY_MS = 24 * 3_600_000;

/** What people and time do to an environment. */
export type Scenario = (world: World) => Promise<unknown>;

/** From the shortest to the longest: each permission is tried on the first that uses it. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  status: (world) => world.reconcile({ action: 'status', service: RAG }),
  'first key': async (world) => {
    await world.stage();
    await world.reconcile();
  },
  rotation: async (world) => {
    await world.stageAndRotate();
    await world.stageAndRotate();
  },
  'trouble that passes': async (world) => {
    await world.stageAndRotate();
    await world.reconcile();
    await world.stage();
    await world.reconcile();
  },
  'dead key': async (world) => {
    await world.stageAndRotate();
    const dead = await world.stage();
    world.sandbox.claude.setStatus(dead.id, 'inactive');
    await world.stage();
    await world.rotate();
    await world.reconcile();
  },
  undo: async (world) => {
    const old = await world.stageAndRotate();
    await world.stageAndRotate();
    world.sandbox.claude.setStatus(old.id, 'active');
    return world.reconcile({ action: 'undo', service: RAG });
  },
  retirement: async (world) => {
    const old = await world.stageAndRotate();
    await world.stageAndRotate();
    await world.reconcile();
    await world.sleep(3 * DAY_MS);
    if (world.sandbox.settings.issuerAccess === 'manual') world.sandbox.claude.setStatus(old.id, 'inactive');
    await world.reconcile();
    await world.sleep(15 * DAY_MS);
  },
  'spare left behind': async (world) => {
    await world.stage();
    world.failAws('ssm', 'DeleteParameter', 3);
    await world.rotate();
    world.sandbox.faults.clear();
    await world.reconcile();
  },
  'spare that aged': async (world) => {
    await world.stageAndRotate();
    // The scheduled rotation takes the older one.
    await world.stage();
    await world.stage();
    await world.sleep(101 * DAY_MS);
  },
  decommission: async (world) => {
    const key = await world.stageAndRotate();
    const Name = registrationParameterName(world.environment, RAG);
    await world.sandbox.account.call('ssm', 'DeleteParameter', { Name }, world.sandbox.account.administrator);
    await world.reconcile();
    loseAnswer(world, 'PutSecretValue');
    await world.sleep(4 * DAY_MS);
    if (world.sandbox.settings.issuerAccess === 'manual') world.sandbox.claude.setStatus(key.id, 'inactive');
    await world.sleep(15 * DAY_MS);
  },
};

/** The next call takes effect and its answer does not arrive: the SDK makes it again, with the same token. */
function loseAnswer({ sandbox }: World, lost: string): void {
  const stop = sandbox.account.observe({
    after: ({ operation }, { error }) => {
      if (operation !== lost || error !== undefined) return;
      stop();
      throw new AwsError('InternalServiceError', 'the answer is lost', 500);
    },
  });
}
