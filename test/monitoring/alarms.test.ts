import { ALARM_NAMES } from '../../lib/constructs/alarms';
import { CONDITIONS, type Severity } from '../../lib/contract/metrics';
import { World } from '../support/world';
import { ALARM_SCENARIOS, type AlarmScenario, MINUTE_MS } from './scenarios';

const QUARTER_HOUR_MS = 15 * MINUTE_MS;

const SEVERITIES: Readonly<Record<AlarmScenario['alarm'], Severity>> = {
  ...CONDITIONS,
  'calls-refused': 'critical',
  'calls-failing': 'warning',
  'reconciler-silent': 'critical',
  'reconcile-errors': 'critical',
  'rotate-errors': 'warning',
  'events-dropped': 'warning',
};

/** Silence is told by the alarm's going back to where it began. */
const firingStateOf = (alarm: string): string => (alarm === 'reconciler-silent' ? 'INSUFFICIENT_DATA' : 'ALARM');

/** The alarms of the platform as the templates declare them, played through in the sandbox. */
describe('each alarm', () => {
  const times: string[] = [];
  let world: World;
  afterEach(() => world.dispose());
  afterAll(() => {
    process.stderr.write(`\nalarm, minutes until it fires (at most)\n${times.join('\n')}\n`);
  });

  const stateOf = (alarm: string): string | undefined =>
    world.sandbox.cloudWatch.alarm(`claude-keys-prod-${alarm}`)?.state;

  const published = (alarm: AlarmScenario['alarm']) => {
    const messages = world.sandbox.aws.sns.messages(`claude-keys-prod-${SEVERITIES[alarm]}`);
    return {
      byAlarm: messages.filter(({ text }) => text.includes(`"AlarmName":"claude-keys-prod-${alarm}"`)),
      byReconciler: messages.filter(({ text }) => text.includes(`docs/runbook.md#${alarm}`) && !text.startsWith('{')),
    };
  };

  const untilItFires = async ({ alarm, withinMs }: AlarmScenario): Promise<number> => {
    const start = world.sandbox.clock.now().getTime();
    const passed = () => world.sandbox.clock.now().getTime() - start;
    while (stateOf(alarm) !== firingStateOf(alarm) && passed() < withinMs)
      await world.sandbox.advance(Math.min(QUARTER_HOUR_MS / 3, withinMs - passed()));
    return passed();
  };

  it.each(ALARM_SCENARIOS.map((scenario) => [scenario.alarm, scenario] as const))(
    '%s fires in time, once, with its message on the right topic',
    async (alarm, scenario) => {
      world = await World.deploy();
      if (scenario.prepare) await scenario.prepare(world);
      else {
        await world.stageAndRotate();
        await world.stage();
      }
      await world.sandbox.advance(QUARTER_HOUR_MS + MINUTE_MS);
      const before = stateOf(alarm);
      await scenario.act(world);
      const afterMs = await untilItFires(scenario);

      expect(before).not.toBe(firingStateOf(alarm));
      expect(stateOf(alarm)).toBe(firingStateOf(alarm));
      await world.sandbox.advance(QUARTER_HOUR_MS + MINUTE_MS); // the message may come with the next run
      expect(published(alarm).byAlarm).toHaveLength(1);
      if (scenario.told === 'alarm only') expect(published(alarm).byReconciler).toEqual([]);
      else {
        const of = scenario.told === 'service' ? 'rag-service (prod)' : 'prod';
        expect(published(alarm).byReconciler.map(({ subject }) => subject)).toEqual([
          `${SEVERITIES[alarm].toUpperCase()} ${alarm}: ${of}`,
        ]);
      }
      times.push(`${alarm.padEnd(32)} ${Math.round(afterMs / MINUTE_MS)} (${scenario.withinMs / MINUTE_MS})`);
    },
    120_000,
  );

  it('has a scenario', async () => {
    world = await World.deploy();
    const played = ALARM_SCENARIOS.map(({ alarm }) => alarm);
    expect([...played].sort()).toEqual([...ALARM_NAMES].sort());
  });
});
