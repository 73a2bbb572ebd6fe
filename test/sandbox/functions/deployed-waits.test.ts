import { rotateFunctionName } from '../../../lib/contract/names';
import type { AwsFault } from '../../../sandbox/faults';
import { Sandbox } from '../../../sandbox/sandbox';
import { ASSEMBLY, promptSandbox } from '../../support/deployed-sandbox';
import { World } from '../../support/world';

const BROKEN = { code: 'InternalServiceError', message: 'planned', status: 500 };

/** A read that is behind would be waited for as well. */
const DEPLOYING = {
  worker: () => Sandbox.create({ assembly: ASSEMBLY, stage: 'prod' }),
  'in-process': () => promptSandbox(),
};

let world: World;

/** An environment where a key is staged, so that a rotation finds one. @returns how many virtual seconds have passed since */
async function setUp(runner: keyof typeof DEPLOYING) {
  world = await World.deploy('prod', DEPLOYING[runner]());
  const key = await world.stage();
  const start = world.sandbox.clock.now().getTime();
  return { key, secondsPassed: () => (world.sandbox.clock.now().getTime() - start) / 1000 };
}

afterEach(() => world.dispose());

const failPut = (error: AwsFault['error'], times: number, side: AwsFault['side'] = 'before') =>
  world.sandbox.faults.plan({ service: 'secretsmanager', operation: 'PutSecretValue', times, skip: 0, side, error });

describe.each(['worker', 'in-process'] as const)('waits of a deployed function, run by the %s runner', (runner) => {
  it('take the virtual time that the issuer asks for before the next attempt', async () => {
    const { key, secondsPassed } = await setUp(runner);
    const answer = { status: 529, headers: { 'retry-after': '7' } };
    world.sandbox.claude.faults.push({ path: '/v1/models', times: 1, answer });

    await world.rotate();

    expect(world.current()).toBe(key.id);
    expect(secondsPassed()).toBe(7);
  });

  it('take the virtual time that the AWS SDK leaves between attempts', async () => {
    const { key, secondsPassed } = await setUp(runner);
    failPut(BROKEN, 2);

    await world.rotate();

    expect(world.current()).toBe(key.id);
    expect(secondsPassed()).toBeGreaterThan(0);
    expect(secondsPassed()).toBeLessThan(10);
  });

  it('end by the client when the issuer never answers', async () => {
    const { key, secondsPassed } = await setUp(runner);
    world.sandbox.claude.faults.push({ path: '/v1/models', times: 1, answer: 'hang' });

    await world.rotate();

    expect(world.current()).toBe(key.id);
    expect(secondsPassed()).toBeGreaterThanOrEqual(5);
    expect(secondsPassed()).toBeLessThan(10);
  });

  it.each(['before', 'after'] as const)(
    'end within the limit of the function when AWS never answers (%s the effect), and Secrets Manager tries again',
    async (side) => {
      const { key, secondsPassed } = await setUp(runner);
      const { account } = world.sandbox;
      const FunctionName = rotateFunctionName('prod');
      const { Timeout } = await account.inspect('lambda', 'GetFunctionConfiguration', { FunctionName });
      failPut('hangs', 1, side);

      await world.rotate();
      expect(secondsPassed()).toBeGreaterThan(0);
      expect(secondsPassed()).toBeLessThanOrEqual(Number(Timeout));
      expect(world.current()).not.toBe(key.id);

      await world.sandbox.advance(60_000);
      expect(world.current()).toBe(key.id);
    },
  );
});
