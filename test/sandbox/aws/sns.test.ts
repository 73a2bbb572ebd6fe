import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  type PublishCommandInput,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Caller } from '../../../sandbox/aws/service';
import { ACCOUNT_ID, REGION } from './test-account';
import { allow, createWholeAccount, type WholeAccount } from './whole-account';

const ARN = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:critical`;
const USE_KEY = ['kms:GenerateDataKey*', 'kms:Decrypt'];

let world: WholeAccount;
let client: SNSClient;

beforeEach(async () => {
  world = await createWholeAccount();
  client = new SNSClient(world.settings());
  await client.send(new CreateTopicCommand({ Name: 'critical' }));
});

afterEach(async () => {
  client.destroy();
  await world.close();
});

const publish = (input: Partial<PublishCommandInput> = {}) =>
  client.send(new PublishCommand({ TopicArn: ARN, Message: 'a key is dead', ...input }));

const setAttribute = (AttributeName: string, AttributeValue: string) =>
  client.send(new SetTopicAttributesCommand({ TopicArn: ARN, AttributeName, AttributeValue }));

const texts = () => world.aws.sns.messages('critical').map(({ text }) => text);

/** A key that the account's policies decide about, for the topic. */
async function encrypt(): Promise<string> {
  const { KeyMetadata } = await world.call('kms', 'CreateKey', {});
  const { Arn } = KeyMetadata as { readonly Arn: string };
  await setAttribute('KmsMasterKeyId', Arn);
  return Arn;
}

async function publishAs(caller: Caller) {
  const other = new SNSClient(world.settings(caller));
  try {
    return await other.send(new PublishCommand({ TopicArn: ARN, Message: 'from a role' }));
  } finally {
    other.destroy();
  }
}

describe('a topic', () => {
  it('has the same ARN when it is created again, and keeps what was set', async () => {
    await setAttribute('DisplayName', 'Keys');
    expect((await client.send(new CreateTopicCommand({ Name: 'critical' }))).TopicArn).toBe(ARN);
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn: ARN }));
    expect(Attributes).toMatchObject({ TopicArn: ARN, DisplayName: 'Keys' });
  });

  it('takes messages, and keeps them for those who look', async () => {
    await client.send(new SubscribeCommand({ TopicArn: ARN, Protocol: 'email', Endpoint: 'team@example.com' }));
    expect((await publish({ Subject: 'Keys' })).MessageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(texts()).toEqual(['a key is dead']);
  });

  it('takes messages of 256 KB', async () => {
    await publish({ Message: 'x'.repeat(262_144) });
    expect(texts()).toHaveLength(1);
  });

  const refusals = [
    { title: 'a message over 256 KB', input: { Message: 'x'.repeat(262_145) }, name: 'InvalidParameterException' },
    { title: 'an empty message', input: { Message: '' }, name: 'InvalidParameterException' },
    { title: 'a subject over 100 characters', input: { Subject: 'x'.repeat(101) }, name: 'InvalidParameterException' },
    { title: 'a subject of two lines', input: { Subject: 'a\nb' }, name: 'InvalidParameterException' },
    { title: 'by name, attributes of a message', input: { MessageAttributes: {} }, name: 'SandboxUnmodelled' },
  ];
  it.each(refusals)('rejects $title', async ({ input, name }) => {
    const attributes =
      'MessageAttributes' in input ? { MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } } } : {};
    await expect(publish({ ...input, ...attributes })).rejects.toMatchObject({ name });
    expect(texts()).toEqual([]);
  });

  it('rejects messages once it is deleted', async () => {
    await client.send(new DeleteTopicCommand({ TopicArn: ARN }));
    await expect(publish()).rejects.toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } });
  });
});

describe('an encrypted topic', () => {
  it('takes messages from whoever may use its key, for which SNS asks twice', async () => {
    const key = await encrypt();
    const asked: unknown[] = [];
    world.aws.account.observe({
      before: ({ service, operation, input, caller }) => {
        if (service === 'kms') asked.push([operation, input.KeyId, input.EncryptionContext, caller.via]);
      },
    });
    await publishAs(await world.role('teller', 'sns:Publish', ...USE_KEY));
    const rest = [key, { 'aws:sns:topicArn': ARN }, `sns.${REGION}.amazonaws.com`];
    expect(asked).toEqual(['GenerateDataKey', 'Decrypt'].map((operation) => [operation, ...rest]));
    expect(texts()).toEqual(['from a role']);
  });

  it.each([
    ['generate data keys', ['kms:Decrypt']],
    ['decrypt', ['kms:GenerateDataKey*']],
  ])('rejects whoever may not %s with its key', async (_what, actions) => {
    await encrypt();
    await expect(publishAs(await world.role('teller', 'sns:Publish', ...actions))).rejects.toMatchObject({
      name: 'KMSAccessDeniedException',
    });
    expect(texts()).toEqual([]);
  });

  it.each([
    ['is disabled', 'DisableKey', 'KMSDisabledException'],
    ['is to be deleted', 'ScheduleKeyDeletion', 'KMSInvalidStateException'],
  ])('rejects every message while its key %s', async (_what, operation, name) => {
    await world.call('kms', operation, { KeyId: await encrypt() });
    await expect(publish()).rejects.toMatchObject({ name });
    expect(texts()).toEqual([]);
  });

  it('rejects every message when there is no such key', async () => {
    await setAttribute('KmsMasterKeyId', 'alias/none');
    await expect(publish()).rejects.toMatchObject({ name: 'KMSNotFoundException' });
  });

  it('loses what a service sends whom its key does not let in, and the sender hears nothing of it', async () => {
    await encrypt();
    const AttributeValue = allow({ Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' });
    await setAttribute('Policy', AttributeValue);
    await world.call('events', 'PutRule', { Name: 'hourly', ScheduleExpression: 'rate(1 hour)' });
    await world.call('events', 'PutTargets', { Rule: 'hourly', Targets: [{ Id: '1', Arn: ARN }] });
    await world.clock.advanceBy(3_600_000);
    expect(texts()).toEqual([]);
    expect(world.aws.events.failedDeliveries()).toHaveLength(1);
  });
});
