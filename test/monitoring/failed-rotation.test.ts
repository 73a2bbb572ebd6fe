import { RAG, World } from '../support/world';
import { DAY_MS, HOUR_MS } from './scenarios';

describe('a scheduled rotation', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy();
  });
  afterEach(() => world.dispose());

  const told = (condition: string): readonly string[] =>
    world.sandbox.aws.sns
      .messages()
      .flatMap(({ subject = '', text }) =>
        !text.startsWith('{') && subject.includes(` ${condition}:`) ? [subject] : [],
      );
  const sleepUntilTheDay = async (): Promise<void> => {
    const { NextRotationDate } = await world.secretsManager('DescribeSecret', { SecretId: world.secretName() });
    const end = (NextRotationDate as Date).getTime();
    await world.sleep(end - DAY_MS - world.sandbox.clock.now().getTime());
  };

  it('that has no spare to take is told as failed once, until it is done', async () => {
    const { id } = await world.stageAndRotate();
    await sleepUntilTheDay();
    await world.sandbox.advance(2 * DAY_MS);
    expect(told('rotation-failed')).toEqual([`CRITICAL rotation-failed: ${RAG} (prod)`]);
    expect(told('rotation-abandoned')[0]).toBe(`WARNING rotation-abandoned: ${RAG} (prod)`);
    expect(world.current()).toBe(id);

    await world.stage();
    await world.sandbox.advance(30 * HOUR_MS);
    expect(world.current()).not.toBe(id);
    expect(told('rotation-failed')).toEqual([
      `CRITICAL rotation-failed: ${RAG} (prod)`,
      `OVER rotation-failed: ${RAG} (prod)`,
    ]);
  });

  it('of a service that never had a key is no condition', async () => {
    await sleepUntilTheDay();
    await world.sandbox.advance(30 * HOUR_MS);
    expect(world.logLines('step-failed').length).toBeGreaterThan(0);
    expect(world.logLines('action').map(({ kind }) => kind)).toContain('give-up-rotation');
    for (const condition of ['rotation-failed', 'rotation-abandoned']) expect(told(condition)).toEqual([]);
  });
});
