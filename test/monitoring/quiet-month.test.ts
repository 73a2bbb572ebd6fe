import { ASSEMBLY } from '../support/deployed-sandbox';
import { RAG, World } from '../support/world';
import { HOUR_MS, MINUTE_MS } from './scenarios';

const BOT = 'support-bot';
const QUIET = 'batch-summariser';
const WEEKS = 4;

/** Requests of each service in an hour of the week: office hours, round the clock, never. */
const PATTERNS: Readonly<Record<string, (weekday: number, hour: number) => number>> = {
  [RAG]: (weekday, hour) => (weekday >= 1 && weekday <= 5 && hour >= 7 && hour < 18 ? 300 : 0),
  [BOT]: (weekday) => (weekday === 0 || weekday === 6 ? 90 : 150),
  [QUIET]: () => 0,
};

/** A month in which everything is as it should be: people sleep, rotate, deploy and stage; traffic goes up and down. */
describe('a quiet month', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.deploy();
    for (const service of Object.keys(PATTERNS)) {
      await world.stageAndRotate(service);
      await world.stage(service);
    }
    passBefore();
    for (let day = 0; day < WEEKS * 7; day++) await passDay(day);
  }, 600_000);
  afterAll(() => world.dispose());

  const record = (service: string, keyId: string, time: Date): void => {
    const { claude, random, settings } = world.sandbox;
    const usual = PATTERNS[service]?.(time.getUTCDay(), time.getUTCHours()) ?? 0;
    const count = Math.round(usual * (0.7 + 0.6 * random.next()));
    const what = { keyId, workspaceId: settings.workspaceId, model: 'claude-haiku-5-5' };
    for (let each = 0; each < count; each++) claude.ledger.record(what, time);
  };

  /** The weeks before, in which the services were used like this already. */
  const passBefore = (): void => {
    const end = Math.floor(world.sandbox.clock.now().getTime() / HOUR_MS) * HOUR_MS;
    for (let hour = -WEEKS * 7 * 24; hour < 0; hour++)
      for (const service of Object.keys(PATTERNS))
        record(service, world.current(service) ?? '', new Date(end + hour * HOUR_MS + 10 * MINUTE_MS));
  };

  const passDay = async (day: number): Promise<void> => {
    for (let hour = 0; hour < 24; hour++) {
      await world.sandbox.advance(HOUR_MS);
      for (const service of Object.keys(PATTERNS))
        record(service, world.current(service) ?? '', world.sandbox.clock.now());
      if (hour === 2) await work(day);
    }
  };

  /** What people do at ten in the morning. */
  const work = async (day: number): Promise<void> => {
    if (day === 3 || day === 17) {
      await world.rotate(RAG);
      await world.stage(RAG);
    }
    if (day === 8) await world.sandbox.deploy(ASSEMBLY);
    if (day === 10) {
      await world.rotate(BOT);
      await world.sandbox.advance(4 * HOUR_MS);
      await world.stage(BOT);
    }
  };

  it('fires no alarm', () => {
    const fired = world.sandbox.cloudWatch
      .alarms()
      .flatMap(({ definition, history }) =>
        history.filter(({ to }) => to === 'ALARM').map(({ time }) => `${definition.name} ${time.toISOString()}`),
      );
    process.stderr.write(`\nfalse alarms in ${WEEKS} quiet weeks: ${fired.length}\n`);
    expect(fired).toEqual([]);
  });

  it('sends nobody a message', () => {
    expect(world.sandbox.aws.sns.messages().map(({ subject, text }) => subject ?? text)).toEqual([]);
  });

  it('was a month with rotations, retirements and use to be compared', () => {
    expect(world.sandbox.claude.keys().filter(({ status }) => status !== 'active').length).toBeGreaterThanOrEqual(2);
    const last = world.logLines('service').findLast(({ serviceName }) => serviceName === BOT);
    expect(last).toMatchObject({ requests: expect.any(Number), usualRequests: expect.any(Number) });
  });
});
