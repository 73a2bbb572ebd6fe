import { DEFAULT_POLICY } from '../../lib/contract/registration';
import { CliWorld } from './cli-world';
import { inputOf } from './recording-io';

const NAME = 'prod-rag-2026-11-20';

let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.create();
});

afterEach(() => world.dispose());

describe('claude-keys rotate', () => {
  it('waits until the spare is the current key', async () => {
    const [, spare] = await world.stagedTwice('rag');
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag'], io)).toBe(0);

    expect(world.currentKeyOf('rag')).toBe(spare);
    expect(world.spares()).toEqual([]);
    expect(io.outLines[0]).toBe(`Rotated: ${spare} is the current key of rag.`);
    expect(io.progressTexts).toContain('rotating rag');
  });

  it('starts the rotation and leaves it to itself with --no-wait', async () => {
    const [, spare] = await world.stagedTwice('rag');
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag', '--no-wait'], io)).toBe(0);

    expect(io.outLines).toEqual([expect.stringMatching(/^Started the rotation of rag; "claude-keys status prod rag"/)]);
    expect(world.currentKeyOf('rag')).toBe(spare);
  });
});

describe('claude-keys rotate when it cannot', () => {
  it('rejects a service without a spare before anything changes', async () => {
    await world.stage('rag', NAME);

    expect((await world.refuse(['rotate', 'prod', 'rag'], inputOf(''), 1)).errLines[0]).toMatch(
      /^error NoSpare: rag has no spare.*claude-keys stage prod rag\. Nothing was changed$/,
    );
  });

  it('rejects a service whose rotation has begun and not ended', async () => {
    await world.stagedTwice('rag');
    world.claude.faults.push({
      path: '/v1/models',
      times: 2,
      answer: { status: 529, headers: { 'x-should-retry': 'false' } },
    });
    await world.run(['rotate', 'prod', 'rag', '--no-wait'], inputOf(''));

    const operations: string[] = [];
    world.account.observe({ before: ({ operation }) => void operations.push(operation) });

    expect((await world.refuse(['rotate', 'prod', 'rag'], inputOf(''), 1)).errLines[0]).toMatch(
      /^error RotationInProgress: .*Nothing was changed$/,
    );
    expect(operations).not.toContain('RotateSecret');
  });

  it('rejects a service that is registered but has no secret', async () => {
    await world.call('ssm', 'PutParameter', {
      Name: '/claude-keys/prod/services/later',
      Type: 'String',
      Value: JSON.stringify({ service: 'later', owner: 'team', issuer: 'claude-console', policy: DEFAULT_POLICY }),
      Overwrite: false,
    });

    expect((await world.refuse(['rotate', 'prod', 'later'], inputOf(''), 2)).errLines[0]).toMatch(
      /^error UnknownService: .*has no secret/,
    );
  });

  it('rejects an unknown service, naming those there are', async () => {
    expect((await world.refuse(['rotate', 'prod', 'rga'], inputOf(''), 2)).errLines[0]).toMatch(
      /^error UnknownService: .*registered are rag\./,
    );
  });

  it('tells at once when the new key was rejected, and that the old one stays', async () => {
    const [current, spare] = await world.stagedTwice('rag');
    // Accepted by createSecret, refused by testSecret.
    let asked = 0;
    world.account.observe({
      after: ({ operation }) => {
        if (operation !== 'PutSecretValue' || asked++ > 0) return;
        world.claude.faults.push({ path: '/v1/models', times: 1, answer: { status: 401 } });
      },
    });
    const started = world.clock.now().getTime();
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag'], io)).toBe(1);

    expect(io.errLines[0]).toMatch(
      /^error RotationDidNotComplete: the new key was rejected\. The old key of rag stays current/,
    );
    expect(world.clock.now().getTime() - started).toBeLessThan(10_000);
    expect(world.currentKeyOf('rag')).toBe(current);
    expect(spare).toBeDefined();
  });

  it('gives up after the time given, and says where to look', async () => {
    await world.stagedTwice('rag');
    world.claude.faults.push({
      path: '/v1/models',
      times: 99,
      answer: { status: 529, headers: { 'x-should-retry': 'false' } },
    });
    const started = world.clock.now().getTime();
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag', '--timeout', '30'], io)).toBe(1);

    expect(io.errLines[0]).toMatch(
      /^error RotationDidNotComplete: nothing became current within 30 s.*\/aws\/lambda\/claude-keys-prod-rotate$/,
    );
    expect(world.clock.now().getTime() - started).toBeLessThan(36_000);
  });
});
