import { deployedSandbox } from '../support/deployed-sandbox';
import { World } from '../support/world';

/** Less than the function waits in all before it gives up to read again. */
const LAG_MS = 1_000;
const SEEDS = [1, 2, 3, 4, 5, 6];

let world: World;

afterEach(() => world.dispose());

describe('the rotate function where reads are behind', () => {
  it.each(SEEDS)(
    'sees at the first attempt the spare that was staged just now, and takes it off the shelf (seed %i)',
    async (seed) => {
      world = await World.deploy('prod', deployedSandbox('prod', { seed, consistency: { lagMs: LAG_MS } }));
      const spare = await world.stage();

      await world.rotate();

      expect(world.logLines('step-failed')).toEqual([]);
      expect(world.current()).toBe(spare.id);
      expect(world.spares()).toEqual([]);
    },
  );
});
