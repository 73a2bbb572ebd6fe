import {
  BatchGetSecretValueCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Caller } from '../../../sandbox/aws/service';
import { ACCOUNT_ID, REGION } from './test-account';
import { allow, createWholeAccount, type WholeAccount } from './whole-account';

const NAME = 'prod/claude/rag-service/key';
const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';
const DETAIL_TYPE = 'AWS API Call via CloudTrail';
const ALL = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

type Told = Readonly<Record<string, unknown>>;

let world: WholeAccount;
let arn: string;
let topicArn: string;
const clients: SecretsManagerClient[] = [];

beforeEach(async () => {
  world = await createWholeAccount();
  const secret = { Name: NAME, SecretString: 'one', ClientRequestToken: FIRST };
  arn = String((await world.call('secretsmanager', 'CreateSecret', secret)).ARN);
  topicArn = String((await world.call('sns', 'CreateTopic', { Name: 'told' })).TopicArn);
  const AttributeValue = allow({ Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' });
  await world.call('sns', 'SetTopicAttributes', { TopicArn: topicArn, AttributeName: 'Policy', AttributeValue });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await world.close();
});

const clientOf = (caller?: Caller): SecretsManagerClient => {
  const client = new SecretsManagerClient(world.settings(caller));
  clients.push(client);
  return client;
};

const listen = async (State?: string, pattern: Told = { 'detail-type': [DETAIL_TYPE] }): Promise<void> => {
  const EventPattern = JSON.stringify(pattern);
  await world.call('events', 'PutRule', { Name: 'calls', EventPattern, ...(State === undefined ? {} : { State }) });
  await world.call('events', 'PutTargets', { Rule: 'calls', Targets: [{ Id: '1', Arn: topicArn }] });
};

const envelopes = async (): Promise<readonly Told[]> => {
  await world.clock.settle();
  return world.aws.sns.messages().map(({ text }) => JSON.parse(text));
};

const details = async (): Promise<readonly Told[]> => (await envelopes()).map(({ detail }) => detail as Told);

const get = (client: SecretsManagerClient, SecretId = NAME) => client.send(new GetSecretValueCommand({ SecretId }));

describe('the event of an API call', () => {
  it('of a read says who asked for which secret, in the words that the caller used, and nothing of the answer', async () => {
    await listen(ALL);
    await get(clientOf(await world.role('reader', 'secretsmanager:GetSecretValue')));

    const [envelope] = await envelopes();
    const role = world.aws.iam.role('reader');
    expect(envelope).toMatchObject({
      source: 'aws.secretsmanager',
      account: ACCOUNT_ID,
      region: REGION,
      resources: [],
    });
    expect(envelope?.detail).toMatchObject({
      eventName: 'GetSecretValue',
      eventSource: 'secretsmanager.amazonaws.com',
      eventType: 'AwsApiCall',
      eventCategory: 'Management',
      managementEvent: true,
      readOnly: true,
      requestParameters: { secretId: NAME },
      responseElements: null,
      userIdentity: {
        type: 'AssumedRole',
        principalId: `${role?.id}:session`,
        sessionContext: { sessionIssuer: { type: 'Role', arn: role?.arn, userName: 'reader' } },
      },
    });
    expect(envelope?.detail).not.toHaveProperty('errorCode');
  });

  it.each([
    [false, null],
    [true, { secretId: NAME }],
  ])(
    'of a refused read says so, and what was asked for only where that is shown: %s',
    async (shows, requestParameters) => {
      await listen(ALL);
      world.aws.cloudTrail.showsRefusedParameters = shows;
      await get(clientOf(await world.role('nobody'))).catch(() => undefined);

      const errorMessage = expect.stringMatching(/ is not authorized to perform: .* on resource: \S+/);
      expect(await details()).toMatchObject([{ errorCode: 'AccessDenied', errorMessage, requestParameters }]);
    },
  );

  it('of a write names its secret by ARN, and has neither value nor rotation token', async () => {
    await listen();
    const client = clientOf();
    const more = { SecretString: 'two', RotationToken: 'r'.repeat(36), VersionStages: ['BLUE'] };
    await client.send(new PutSecretValueCommand({ SecretId: NAME, ClientRequestToken: SECOND, ...more }));
    const move = { VersionStage: 'BLUE', RemoveFromVersionId: SECOND };
    await client.send(new UpdateSecretVersionStageCommand({ SecretId: NAME, ...move }));

    const [put, moved] = await details();
    expect(put?.requestParameters).toEqual({ secretId: NAME, clientRequestToken: SECOND, versionStages: ['BLUE'] });
    expect([put, moved].map((each) => each?.responseElements)).toEqual([{ arn }, { arn }]);
  });

  it('of a refused write still names the secret', async () => {
    await listen();
    const again = { SecretId: NAME, ClientRequestToken: FIRST, SecretString: 'other' };
    await clientOf()
      .send(new PutSecretValueCommand(again))
      .catch(() => undefined);

    expect(await details()).toMatchObject([{ errorCode: 'ResourceExistsException', responseElements: { arn } }]);
  });

  it('of a deletion tells when the secret will be gone', async () => {
    await listen();
    await clientOf().send(new DeleteSecretCommand({ SecretId: NAME, RecoveryWindowInDays: 7 }));

    expect(await details()).toMatchObject([
      {
        requestParameters: { secretId: NAME, recoveryWindowInDays: 7 },
        responseElements: { arn, name: NAME, deletionDate: '2026-10-01T06:11:00Z' },
      },
    ]);
  });

  it('of a batch comes with one of a read for each secret, invoked by Secrets Manager', async () => {
    await listen(ALL);
    const reader = await world.role('reader', 'secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue');
    await clientOf(reader).send(new BatchGetSecretValueCommand({ SecretIdList: [arn, 'missing'] }));

    const told = (await details()).map(({ eventName, requestParameters, errorCode, userIdentity }) => {
      const { invokedBy } = userIdentity as Told;
      return { eventName, ...(requestParameters as Told), errorCode, invokedBy };
    });
    const read = { eventName: 'GetSecretValue', invokedBy: 'secretsmanager.amazonaws.com' };
    expect(told).toEqual([
      { ...read, secretId: arn },
      { ...read, secretId: 'missing', errorCode: 'ResourceNotFoundException' },
      { eventName: 'BatchGetSecretValue', secretIdList: [arn, 'missing'] },
    ]);
  });

  it('of a read does not reach a rule that is merely enabled', async () => {
    await listen('ENABLED', { source: ['aws.secretsmanager'], 'detail-type': [DETAIL_TYPE] });
    const client = clientOf();
    await get(client);
    await client.send(new PutSecretValueCommand({ SecretId: NAME, ClientRequestToken: SECOND, SecretString: 'two' }));

    expect((await details()).map(({ eventName }) => eventName)).toEqual(['PutSecretValue']);
  });

  it('does not come to an account without a trail that logs', async () => {
    await listen(ALL);
    world.aws.cloudTrail.logs = false;
    await get(clientOf());

    expect(await details()).toEqual([]);
  });

  it('is not told of what a checker looks at, nor of a call that the sandbox does not model', async () => {
    await listen(ALL);
    await world.aws.account.inspect('secretsmanager', 'GetSecretValue', { SecretId: NAME });
    await world.call('secretsmanager', 'GetRandomPassword', {}).catch(() => undefined);

    expect(await details()).toEqual([]);
  });
});
