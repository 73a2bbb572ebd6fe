import { RAG, World } from '../support/world';
import { DAY_MS, HOUR_MS } from './scenarios';

describe('a key that an undo brought back', () => {
  let world: World;
  let restored: string;
  // Current for 70 days, replaced, and brought back.
  beforeEach(async () => {
    world = await World.deploy();
    restored = (await world.stageAndRotate()).id;
    await world.sleep(70 * DAY_MS);
    await world.stageAndRotate();
    await world.reconcile();
    await world.reconcile({ action: 'undo', service: RAG });
    await world.untilSeen();
  });
  afterEach(() => world.dispose());

  const told = () =>
    world.sandbox.aws.sns.messages().flatMap(({ subject }) => (subject?.startsWith('CRITICAL') ? [subject] : []));

  it('serves for the pause, and is then replaced as soon as a spare is there', async () => {
    await world.stage();
    await world.sleep(7 * DAY_MS - HOUR_MS);
    expect(world.current()).toBe(restored);
    await world.sandbox.advance(3 * HOUR_MS);
    expect(world.current()).not.toBe(restored);
    await world.sandbox.advance(HOUR_MS);
    expect(
      Object.values(world.labels())
        .flat()
        .filter((label) => label.startsWith('PAUSED')),
    ).toEqual([]);
    expect(world.spares()).toEqual([]);
  });

  it('is told by its own age while there is no spare, and replaced by the next one', async () => {
    await world.sleep(8 * DAY_MS);
    expect(told()).toEqual([]);
    await world.sleep(2 * DAY_MS);
    expect(told()).toEqual([`CRITICAL rotation-overdue: ${RAG} (prod)`]);
    await world.sleep(11 * DAY_MS);
    expect(told()).toContain(`CRITICAL key-too-old: ${RAG} (prod)`);
    expect(world.current()).toBe(restored);
    await world.stage();
    await world.reconcile();
    await world.untilTriedAgain();
    expect(world.current()).not.toBe(restored);
  });
});
