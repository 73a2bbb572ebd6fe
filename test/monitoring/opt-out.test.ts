import { Template } from 'aws-cdk-lib/assertions';
import { mistakesInEnvironments } from '../../lib/config/validate';
import { CONDITION_NAMES } from '../../lib/constructs/alarms';
import { createApp } from '../../lib/stacks/app';
import { PlatformStack } from '../../lib/stacks/platform-stack';
import { anEnvironment, aService } from '../config/environment-builder';
import { World } from '../support/world';
import { changePolicy, DAY_MS, HOUR_MS, MINUTE_MS, ordinaryMonth, sendFailing, use } from './scenarios';

let world: World | undefined;
afterEach(() => world?.dispose());

describe('a condition that somebody decided not to hear of', () => {
  it('needs a reason', () => {
    const pathsOf = (reason: unknown) => {
      const policy = { untoldConditions: { 'no-spare': reason } } as never;
      return mistakesInEnvironments([anEnvironment({ services: [aService({ policy })] })]).map(({ path }) => path);
    };
    expect(pathsOf('staged on demand')).toEqual([]);
    for (const none of ['', ' ', 3, undefined]) expect(pathsOf(none)).toContainEqual(expect.stringContaining('untold'));
  });

  it('rejects a condition that does not exist', () => {
    const untoldConditions = { 'no-such-thing': 'because' } as never;
    const [mistake, ...others] = mistakesInEnvironments([anEnvironment({ untoldConditions })]);
    expect(others).toEqual([]);
    expect(mistake?.path).toBe('environments[0].untoldConditions');
  });

  it('has no alarm in an environment that says so', () => {
    const app = createApp([anEnvironment({ untoldConditions: { 'usage-report-old': 'no analytics here' } })]);
    const stack = app.node.findAll().find((each) => each instanceof PlatformStack);
    if (!stack) throw new Error('no platform stack');
    const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    const names = alarms.map(({ Properties }) => String(Properties.AlarmName));
    const missing = CONDITION_NAMES.filter((condition) => !names.includes(`claude-keys-prod-${condition}`));
    expect(missing).toEqual(['usage-report-old']);
  });

  it('is neither counted nor told for a service that says so', async () => {
    world = await World.deploy();
    await ordinaryMonth(world);
    await changePolicy(world, { untoldConditions: { 'requests-above-baseline': 'a load test' } });
    use(world, 500);
    await world.sandbox.advance(HOUR_MS);
    expect(world.sandbox.cloudWatch.alarm('claude-keys-prod-requests-above-baseline')?.state).not.toBe('ALARM');
    expect(world.sandbox.aws.sns.messages().filter(({ text }) => text.includes('docs/runbook.md#requests'))).toEqual(
      [],
    );
  });
});

describe('the alarms of one service', () => {
  const stateOf = ({ sandbox }: World, alarm: string): string | undefined =>
    sandbox.cloudWatch.alarm(`claude-keys-prod-rag-service-${alarm}`)?.state;

  it('fire on the age of its key', async () => {
    world = await World.deploy();
    await world.stageAndRotate();
    await world.sleep(89 * DAY_MS);
    expect(stateOf(world, 'key-too-old')).not.toBe('ALARM');
    await world.sandbox.advance(DAY_MS + HOUR_MS);
    expect(stateOf(world, 'key-too-old')).toBe('ALARM');
  });

  it('fire on errors of its requests, and not on refusals, limits or failures of Claude', async () => {
    world = await World.deploy();
    for (const status of [401, 429, 500, 529]) await sendFailing(world, status, 50);
    await sendFailing(world, 404, 19);
    await world.sandbox.advance(MINUTE_MS);
    expect(stateOf(world, 'calls-failing')).not.toBe('ALARM');
    await sendFailing(world, 400, 1);
    await world.sandbox.advance(MINUTE_MS);
    expect(stateOf(world, 'calls-failing')).toBe('ALARM');
  });

  it('fire on its use', async () => {
    world = await World.deploy();
    await ordinaryMonth(world);
    use(world, 500);
    await world.sandbox.advance(2 * HOUR_MS);
    const [first] = world.sandbox.cloudWatch
      .alarms()
      .flatMap(({ definition, history }) =>
        definition.name === 'claude-keys-prod-rag-service-requests-above-baseline' ? history : [],
      )
      .filter(({ to }) => to === 'ALARM');
    expect(first).toBeDefined();
  });
});
