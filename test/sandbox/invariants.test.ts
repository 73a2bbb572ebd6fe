import { PLACEHOLDER } from '../../lib/contract/placeholder';
import { ApiKey } from '../../lib/core/api-key';
import { checkInvariants, INVARIANTS } from '../../sandbox/invariants';
import { readTruth } from '../../sandbox/truth';
import { RAG, World } from '../support/world';

const DAY_MS = 24 * 3_600_000;
const OTHER = 'support-bot';

describe('checkInvariants', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy();
  });
  afterEach(() => world.dispose());

  /** What is broken now, as its number and the words it is told in. */
  const broken = async (): Promise<readonly (readonly [string, string])[]> =>
    checkInvariants(readTruth(world.sandbox)).map(({ invariant, what }) => [invariant, what]);

  /** Somebody writes a value by hand, past everything that guards it. */
  const write = (SecretString: string, service = RAG) =>
    world.secretsManagerByHand('PutSecretValue', {
      SecretId: world.secretName(service),
      ClientRequestToken: world.sandbox.random.uuid(),
      SecretString,
    });

  it('finds nothing while services hold placeholders, keys and spares of their own', async () => {
    await world.stageAndRotate();
    await world.stage();
    await world.stageAndRotate(OTHER);

    expect(await broken()).toEqual([]);
    expect(INVARIANTS.map(({ number }) => number)).toEqual(['I1', 'I2', 'I4', 'I5']);
  });

  it('reports a text under AWSCURRENT that is no key, the placeholder aside, as I1', async () => {
    await write('not a key');
    const foreign = await broken();
    await write(PLACEHOLDER);

    expect(foreign).toEqual([['I1', `${RAG} holds a text that is no key`]]);
    expect(await broken()).toEqual([]);
  });

  it('reports a current key that somebody disables in the Console as I2, and as I1 once it is refused', async () => {
    const { id } = await world.stageAndRotate();
    world.sandbox.claude.setStatus(id, 'inactive');
    const disabled = await broken();
    await world.sandbox.advance(world.sandbox.claude.settings.deactivationDelayMs);

    expect(disabled).toEqual([['I2', `the current key ${id} is inactive`]]);
    expect(await broken()).toEqual([
      ['I1', `the current key ${id} of ${RAG} is refused`],
      ['I2', `the current key ${id} is inactive`],
    ]);
  });

  it('says nothing of a former key that is disabled', async () => {
    const { id } = await world.stageAndRotate();
    await world.stageAndRotate();
    world.sandbox.claude.setStatus(id, 'inactive');

    expect(await broken()).toEqual([]);
  });

  it('reports one key in the secrets of two services as I4', async () => {
    const { id, rawKey } = await world.stageAndRotate();
    await write(rawKey, OTHER);

    expect(await broken()).toEqual([['I4', `the key ${id} is in ${RAG} and ${OTHER}`]]);
  });

  it('reports a current key that is also the spare of another service as I4', async () => {
    const { id, rawKey } = await world.stageAndRotate();
    const { spares } = await world.sandbox.openPlatform()(world.environment);
    const at = world.sandbox.clock.now();
    await spares.add({ service: OTHER, keyId: id, key: new ApiKey(rawKey), keyName: 'x', createdAt: at, stagedAt: at });

    expect(await broken()).toEqual([['I4', `the key ${id} is in ${RAG} and ${OTHER}`]]);
  });

  it('reports a key that nobody has held for more than a day as I5', async () => {
    const { claude, settings } = world.sandbox;
    const { id } = claude.createKey({ workspaceId: settings.workspaceId, name: 'orphan' });
    await world.sandbox.advance(DAY_MS);
    const onTime = await broken();
    await world.sandbox.advance(1);

    expect(onTime).toEqual([]);
    expect(await broken()).toEqual([['I5', `the key ${id} is active and nobody holds it`]]);
  });

  it('says nothing of an orphan that is disabled', async () => {
    const { claude, settings } = world.sandbox;
    const { id } = claude.createKey({ workspaceId: settings.workspaceId, name: 'orphan' });
    claude.setStatus(id, 'inactive');
    await world.sandbox.advance(2 * DAY_MS);

    expect(await broken()).toEqual([]);
  });

  it('judges the instant it is given', async () => {
    const { id } = await world.stageAndRotate();
    world.sandbox.claude.setStatus(id, 'archived');

    const [violation] = checkInvariants(readTruth(world.sandbox));

    expect(violation?.at).toEqual(world.sandbox.clock.now());
  });
});
