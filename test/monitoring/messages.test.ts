import { conditionsPath } from '../../lib/contract/names';
import { createApp } from '../../lib/stacks/app';
import type { PublishedMessage } from '../../sandbox/aws/sns';
import { anEnvironment } from '../config/environment-builder';
import { scratchFolder } from '../sandbox/scratch-folder';
import { promptSandbox } from '../support/deployed-sandbox';
import { World } from '../support/world';

const MINUTE_MS = 60_000;
const QUARTER_HOUR_MS = 15 * MINUTE_MS;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const CRITICAL = 'claude-keys-prod-critical';
const WARNING = 'claude-keys-prod-warning';

/** Messages of the reconciler itself: those of alarms are JSON. */
const messagesOf = (world: World, topic: string): readonly PublishedMessage[] =>
  world.sandbox.aws.sns.messages(topic).filter(({ text }) => !text.startsWith('{'));

const subjectsOf = (world: World, topic: string): readonly (string | undefined)[] =>
  messagesOf(world, topic).map(({ subject }) => subject);

const notes = (world: World): readonly string[] =>
  world.sandbox.aws.ssm
    .parameters()
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${conditionsPath('prod')}/`));

describe('messages of an environment with a runbook elsewhere', () => {
  it('point there', async () => {
    const assembly = createApp([anEnvironment({ runbookUrl: 'https://wiki.acme.example/keys' })], {
      outdir: scratchFolder(),
    }).synth().directory;
    const world = await World.deploy('prod', promptSandbox('prod', { assembly }));
    await world.stageAndRotate();
    world.sandbox.claude.setStatus(world.current() ?? '', 'inactive');
    await world.reconcile();
    const [message] = messagesOf(world, CRITICAL);
    expect(message?.text).toContain('What to do: https://wiki.acme.example/keys#current-key-dead');
    await world.dispose();
  });
});

describe('messages to people', () => {
  let world: World;
  beforeEach(async () => {
    // Prompt reads: it is compared what each single run tells, and a list that lags by minutes tells it a run later.
    world = await World.deploy('prod', promptSandbox());
    await world.stageAndRotate();
    await world.stage();
  });
  afterEach(() => world.dispose());

  /** Somebody disables the current key, with a spare or without one that could take over. */
  const killCurrentKey = (): void => world.sandbox.claude.setStatus(world.current() ?? '', 'inactive');

  it('come once when a service enters a condition, and once when it leaves', async () => {
    world.failAws('secretsmanager', 'RotateSecret', 12);
    killCurrentKey();
    await world.sandbox.advance(HOUR_MS);
    expect(subjectsOf(world, CRITICAL)).toEqual(['CRITICAL current-key-dead: rag-service (prod)']);

    world.sandbox.faults.clear();
    await world.sandbox.advance(2 * HOUR_MS);
    expect(subjectsOf(world, CRITICAL)).toEqual([
      'CRITICAL current-key-dead: rag-service (prod)',
      'OVER current-key-dead: rag-service (prod)',
    ]);
    expect(notes(world).filter((name) => name.endsWith('/current-key-dead'))).toEqual([]);
  });

  it('name the service, its owner, the environment, the figure, the limit and the section of the runbook', async () => {
    const keyId = world.current();
    world.failAws('secretsmanager', 'RotateSecret', 12);
    killCurrentKey();
    await world.reconcile();
    const [message] = messagesOf(world, CRITICAL);
    expect(message?.text.split('\n')).toEqual([
      'A service holds a key that Claude refuses.',
      'Environment: prod',
      'Service: rag-service',
      'Owner: team-search',
      `Figure: key ${keyId} is inactive`,
      'Limit: active',
      `Since: ${world.sandbox.clock.now().toISOString()}`,
      'What to do: docs/runbook.md#current-key-dead',
    ]);
  });

  it('go to the topic of their severity', async () => {
    killCurrentKey();
    await world.reconcile();
    expect(subjectsOf(world, WARNING)).toContain('WARNING key-disabled-outside: rag-service (prod)');
    expect(subjectsOf(world, CRITICAL)).not.toContain('WARNING key-disabled-outside: rag-service (prod)');
  });

  it('come again, rather than never, when the function is cut off before it has noted them', async () => {
    world.failAws('secretsmanager', 'RotateSecret', 12);
    world.failAws('ssm', 'PutParameter', 6); // three attempts each: that the service fails is noted, and tells nobody yet
    killCurrentKey();
    await world.reconcile();
    await world.sandbox.advance(HOUR_MS);
    expect(subjectsOf(world, CRITICAL)).toEqual([
      'CRITICAL current-key-dead: rag-service (prod)',
      'CRITICAL current-key-dead: rag-service (prod)',
    ]);
  });

  it('are made up for when a topic fails, and rotation goes on meanwhile', async () => {
    killCurrentKey();
    world.failAws('sns', 'Publish', 1_000);
    await world.sandbox.advance(QUARTER_HOUR_MS + MINUTE_MS);
    expect(messagesOf(world, CRITICAL)).toEqual([]);
    expect(world.statusOf(world.current() ?? '')).toBe('active');
    expect(world.logLines('message-failed').length).toBeGreaterThan(0);

    await world.sandbox.advance(2 * QUARTER_HOUR_MS);
    const alarm = world.sandbox.cloudWatch.alarm('claude-keys-prod-messages-failing');
    expect(alarm?.state).toBe('ALARM');
    world.sandbox.faults.clear();
    await world.sandbox.advance(QUARTER_HOUR_MS);
    expect(subjectsOf(world, WARNING)).toContain('WARNING key-disabled-outside: rag-service (prod)');
  });

  it('do not call over what cannot be seen at the moment', async () => {
    world.failAws('secretsmanager', 'RotateSecret', 1_000);
    killCurrentKey();
    await world.reconcile();
    world.sandbox.claude.faults.push({ path: /api_keys/, times: 1_000, answer: { status: 400 } });
    await world.sandbox.advance(2 * HOUR_MS);
    expect(subjectsOf(world, CRITICAL)).toEqual([
      'CRITICAL current-key-dead: rag-service (prod)',
      'CRITICAL admin-access-failing: prod',
    ]);
  });

  it('wait with a missing spare for six hours, for somebody to stage one', async () => {
    await world.rotate();
    await world.sandbox.advance(6 * HOUR_MS - QUARTER_HOUR_MS);
    expect(subjectsOf(world, WARNING)).toEqual([]);
    await world.sandbox.advance(QUARTER_HOUR_MS * 2);
    expect(subjectsOf(world, WARNING)).toEqual(['WARNING no-spare: rag-service (prod)']);

    await world.stage();
    await world.sandbox.advance(HOUR_MS);
    expect(subjectsOf(world, WARNING)).toEqual([
      'WARNING no-spare: rag-service (prod)',
      'OVER no-spare: rag-service (prod)',
    ]);
  });

  it('come once for each key that nobody owns, and once when there is none left', async () => {
    const create = () => {
      const { claude, settings } = world.sandbox;
      return claude.createKey({ workspaceId: settings.workspaceId, name: 'an experiment' }).id;
    };
    const first = create();
    await world.sandbox.advance(2 * DAY_MS);
    const second = create();
    await world.sandbox.advance(2 * DAY_MS);
    const told = () => messagesOf(world, WARNING).map(({ subject, text }) => [subject, /Figure: (.*)/.exec(text)?.[1]]);
    const both = [
      ['WARNING unknown-key: prod', `1: ${first}`],
      ['WARNING unknown-key: prod', `2: ${second}, ${first}`],
    ];
    expect(told()).toEqual(both);
    expect(world.sandbox.cloudWatch.alarm('claude-keys-prod-unknown-key')?.state).toBe('ALARM');

    world.sandbox.claude.setStatus(first, 'inactive');
    await world.sandbox.advance(HOUR_MS);
    expect(told()).toEqual(both);
    world.sandbox.claude.setStatus(second, 'inactive');
    await world.sandbox.advance(HOUR_MS);
    expect(told()).toEqual([...both, ['OVER unknown-key: prod', undefined]]);
  });

  it('are none in a quiet week', async () => {
    await world.sandbox.advance(7 * DAY_MS);
    expect(world.sandbox.aws.sns.messages()).toEqual([]);
    expect(notes(world)).toEqual([]);
  });
});
