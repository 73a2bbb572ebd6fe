import { leakedInText, leakedTexts } from '../../../sandbox/story/leaks';
import { leaksOnPurpose } from '../../support/key-watch/sandboxes';
import { RAG, World } from '../../support/world';

/** Where the secret part of a key begins: after its prefix. */
const PREFIX_LENGTH = 'sk-ant-api03-'.length;

describe('the search for keys in what was written', () => {
  let world: World;
  let rawKey: string;
  beforeEach(async () => {
    world = await World.deploy();
    leaksOnPurpose(world.sandbox);
    ({ rawKey } = await world.stageAndRotate());
  });
  afterEach(() => world.dispose());

  const call = (service: string, operation: string, input: Readonly<Record<string, unknown>>) =>
    world.sandbox.account.call(service, operation, input, world.sandbox.account.administrator);

  /** Twelve characters from the middle of the key: as little as is ever recognised. */
  const part = () => rawKey.slice(50, 62);
  const leaks = (transcript: readonly string[] = []) =>
    leakedTexts(world.sandbox, transcript).map(({ invariant, what }) => [invariant, what]);
  const found = (where: string) => [['I6', `part of a key is in ${where}`]];

  it('finds nothing after a rotation', async () => {
    await world.reconcile();

    expect(leaks(['Staged a key.'])).toEqual([]);
  });

  it('finds part of a key in a log line', () => {
    world.sandbox.aws.logs.append('/aws/lambda/x', 'stream', ['harmless', `{"value":"${part()}"}`]);

    expect(leaks()).toEqual(found('log group /aws/lambda/x'));
  });

  it('finds a key in a log line that shows asterisks in its place', () => {
    const { logs } = world.sandbox.aws;
    const group = '/aws/lambda/claude-keys-prod-rotate';
    logs.append(group, 'stream', [`a key: ${rawKey}`]);

    expect(logs.group(group)?.lines.at(-1)?.text).toMatch(/^a key: \*+$/);
    expect(leaks()).toEqual(found(`log group ${group}`));
  });

  it.each(['Message', 'Subject'])('finds part of a key in the %s of a message', async (field) => {
    const { TopicArn } = await call('sns', 'CreateTopic', { Name: 'news' });
    await call('sns', 'Publish', { TopicArn, Message: 'm', [field]: `the key is ${part()}` });

    expect(leaks()).toEqual(found(`a message to ${TopicArn}`));
  });

  it("finds part of a key in a parameter, and lets a spare's parameter hold one", async () => {
    await world.stage();
    await call('ssm', 'PutParameter', { Name: '/claude-keys/prod/notes', Type: 'String', Value: part() });

    expect(leaks()).toEqual(found('parameter /claude-keys/prod/notes'));
  });

  it('finds part of a key in a tag of a secret', async () => {
    const SecretId = world.secretName();
    await world.secretsManager('TagResource', { SecretId, Tags: [{ Key: 'note', Value: part() }] });

    expect(leaks()).toEqual(found(`tags and labels of ${SecretId}`));
  });

  it('finds part of a key in a label of a version', async () => {
    const [version = ''] = Object.keys(world.labels());
    const SecretId = world.secretName();
    await world.secretsManagerByHand('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: `KEY-${part()}`,
      MoveToVersionId: version,
    });

    expect(leaks()).toEqual(found(`tags and labels of ${SecretId}`));
  });

  it('finds part of a key in a metric', async () => {
    const Dimensions = [{ Name: 'Key', Value: part() }];
    await call('monitoring', 'PutMetricData', {
      Namespace: 'Test',
      MetricData: [{ MetricName: 'Used', Value: 1, Dimensions }],
    });

    expect(leaks()).toEqual(found('metrics'));
  });

  it('finds part of a key in what the operator saw', () => {
    expect(leaks(['fine', `key ${part()} is staged`])).toEqual(found("the operator's terminal"));
  });

  it('finds part of an admin key, also of a deleted one', () => {
    const { id, rawKey: adminKey } = world.sandbox.claude.createAdminKey();
    world.sandbox.claude.deleteAdminKey(id);

    expect(leakedInText(world.sandbox, 'a report', adminKey.slice(30, 42))).toMatchObject([{ invariant: 'I6' }]);
  });

  it('finds twelve characters of a key from wherever they are, in whatever they stand, and no fewer', () => {
    const look = (text: string) => leakedInText(world.sandbox, 'a report', text).length;
    const starts = Array.from({ length: rawKey.length - PREFIX_LENGTH - 11 }, (_, index) => PREFIX_LENGTH + index);

    expect(starts.filter((start) => look(`x${rawKey.slice(start, start + 12)}x`) === 0)).toEqual([]);
    expect(starts.filter((start) => look(` ${rawKey.slice(start, start + 11)} `) > 0)).toEqual([]);
  });

  it("takes the issuer's hint for no leak", () => {
    const { hint } = world.sandbox.claude.key(world.current(RAG) ?? '');

    expect(hint).toBeTruthy();
    expect(leakedInText(world.sandbox, 'a report', `listed as ${hint}`)).toEqual([]);
  });
});
