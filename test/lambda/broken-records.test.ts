import { registrationParameterName, spareParameterName } from '../../lib/contract/names';
import { RAG, World } from '../support/world';

const MINUTE_MS = 60_000;

describe('a record that somebody broke', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy();
  });
  afterEach(() => world.dispose());

  const put = (Name: string, Value: string, Type = 'String') => {
    const { account } = world.sandbox;
    return account.call('ssm', 'PutParameter', { Name, Value, Type, Overwrite: true }, account.administrator);
  };

  it.each(['', '{"apiKey": 5}', 'null'])(
    'passes over a spare whose record is %j, tells it, and takes the next',
    async (text) => {
      const broken = await world.stage();
      await put(spareParameterName('prod', RAG, broken.id), text || ' ', 'SecureString');
      await world.sandbox.advance(MINUTE_MS);
      const good = await world.stage();
      await world.untilSeen();

      await world.rotate();

      expect(world.current()).toBe(good.id);
      expect(world.logLines('spare-passed-over')).toMatchObject([{ keyId: broken.id, verdict: 'unreadable' }]);
    },
  );

  it('ends a rotation whose spare was broken on the way, and takes that off the shelf', async () => {
    const spare = await world.stage();
    world.failAws('ssm', 'DeleteParameter', 9);
    await world.rotate();
    world.sandbox.faults.clear();
    await put(spareParameterName('prod', RAG, spare.id), '{}', 'SecureString');

    await world.sandbox.advance(30 * MINUTE_MS);

    expect(world.current()).toBe(spare.id);
    expect(world.spares()).toEqual([]);
  });

  it.each(['{', '{"service": "rag-service"}', '{"service": "chat-service"}'])(
    'leaves a service alone whose registration is %s, and tells it, run after run',
    async (text) => {
      const current = await world.stageAndRotate();
      const before = world.labels();
      await put(registrationParameterName('prod', RAG), text);
      await world.untilSeen();

      for (let run = 0; run < 3; run++) await world.reconcile();

      expect(world.labels()).toEqual(before);
      expect(world.statusOf(current.id)).toBe('active');
      const told = world.logLines('service-failed').filter(({ serviceName }) => serviceName === RAG);
      expect(told.length).toBeGreaterThanOrEqual(3);
      expect(told[0]).toMatchObject({ error: expect.stringContaining(registrationParameterName('prod', RAG)) });
    },
  );

  it('goes on with the other services while one registration is broken', async () => {
    const [other = ''] = world.sandbox.services().filter((service) => service !== RAG);
    await put(registrationParameterName('prod', RAG), '{');
    const spare = await world.stage(other);
    await world.untilListed();

    await world.reconcile();
    await world.untilTriedAgain(other);

    expect(world.current(other)).toBe(spare.id);
  });
});
