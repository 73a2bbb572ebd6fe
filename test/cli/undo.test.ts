import { CliWorld } from './cli-world';
import { inputOf } from './recording-io';

const NAME = 'prod-rag-2026-11-20';

let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.create();
});

afterEach(() => world.dispose());

describe('claude-keys undo', () => {
  it('makes the key before the last rotation current again, and says until when rotation is paused', async () => {
    const [first, second] = await world.stagedTwice('rag');
    await world.run(['rotate', 'prod', 'rag'], inputOf(''));
    const io = inputOf('');

    expect(await world.run(['undo', 'prod', 'rag'], io)).toBe(0);

    expect(world.currentKeyOf('rag')).toBe(first);
    expect(io.outLines[0]).toBe(`Restored: ${first} is the current key of rag again; ${second} is being retired.`);
    expect(io.outLines[1]).toMatch(/^Rotation of rag is paused until 2026-11-27T/);
  });

  it('rejects a service whose key was never rotated', async () => {
    await world.stage('rag', NAME);

    expect((await world.refuse(['undo', 'prod', 'rag'], inputOf(''), 1)).errLines[0]).toMatch(/^error NothingToUndo: /);
  });

  it('rejects a service that holds no key yet', async () => {
    expect((await world.refuse(['undo', 'prod', 'rag'], inputOf(''), 1)).errLines[0]).toMatch(/^error NothingToUndo: /);
  });

  it('rejects an unknown service and an unknown environment', async () => {
    expect((await world.refuse(['undo', 'prod', 'rga'], inputOf(''), 2)).errLines[0]).toMatch(
      /^error UnknownService: /,
    );
    expect((await world.refuse(['undo', 'dev', 'rag'], inputOf(''), 2)).errLines[0]).toMatch(
      /^error UnknownEnvironment: /,
    );
  });
});
