import { DAY_MS } from '../../lib/core/time';
import { CliWorld } from './cli-world';
import { inputOf } from './recording-io';

const NAME = 'prod-rag-2026-11-20';

let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.create();
});

afterEach(() => world.dispose());

describe('claude-keys status', () => {
  it('shows the current key and the spare of a service', async () => {
    await world.stagedTwice('rag');
    const io = inputOf('');

    expect(await world.run(['status', 'prod'], io)).toBe(0);

    const table = io.outLines.join('\n');
    expect(table).toMatch(new RegExp(`rag +│ ${NAME} +│ active`));
    expect(table).toMatch(new RegExp(`${NAME}-2 +│ spare`));
    expect(table).toContain('1 of 1');
  });

  it('prints what the reconciler sees as JSON, for programs to read', async () => {
    const [current] = await world.stagedTwice('rag');
    const io = inputOf('');

    expect(await world.run(['status', 'prod', 'rag', '--json'], io)).toBe(0);

    expect(JSON.parse(io.outLines.join('\n'))).toMatchObject({
      environment: 'prod',
      services: [
        { service: 'rag', hasKey: true, spares: 1, keys: [{ keyId: current, state: 'active' }, { state: 'spare' }] },
      ],
    });
    expect(io.errLines).toEqual([]);
  });

  it("counts to the reconciler's time, whatever the machine's clock says", async () => {
    await world.stagedTwice('rag');
    const io = inputOf('');

    expect(await world.runBehind(['status', 'prod'], io, 70 * DAY_MS)).toBe(0);

    expect(io.outLines.join('\n')).toMatch(/active +│ 0 d ago +│ 0 d ago/);
  });

  it('changes nothing', async () => {
    await world.stagedTwice('rag');
    const before = world.state();

    await world.run(['status', 'prod'], inputOf(''));

    expect(world.state()).toBe(before);
  });

  it('says so when no service is registered', async () => {
    await world.dispose();
    world = await CliWorld.create({ services: [] });
    const io = inputOf('');

    expect(await world.run(['status', 'prod'], io)).toBe(0);
    expect(io.outLines).toEqual(['No service is registered in prod yet.']);
  });

  it('rejects an unknown service', async () => {
    expect((await world.refuse(['status', 'prod', 'rga'], inputOf(''), 2)).errLines[0]).toMatch(
      /^error UnknownService: /,
    );
  });
});
