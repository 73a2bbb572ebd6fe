import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import type { SecretEvent } from '../../../sandbox/aws/secrets-manager/events';
import { SecretsManager } from '../../../sandbox/aws/secrets-manager/secrets-manager';
import { FIRST, NAME, SECOND, THIRD } from './secrets-account';
import { ACCOUNT_ID, createTestAccount, REGION, START, type TestAccount } from './test-account';

const HOUR_MS = 60 * 60 * 1000;

let aws: TestAccount;
let service: SecretsManager;
let events: SecretEvent[];
let client: SecretsManagerClient;

beforeEach(async () => {
  aws = await createTestAccount();
  events = [];
  service = new SecretsManager({ account: aws.account, emit: (event) => events.push(event) });
  aws.account.add(service);
  client = new SecretsManagerClient(aws.settings());
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const create = (value: string | undefined = 'one', name = NAME) =>
  client.send(
    new CreateSecretCommand({
      Name: name,
      ...(value === undefined ? {} : { SecretString: value, ClientRequestToken: FIRST }),
    }),
  );

const createEmpty = () => client.send(new CreateSecretCommand({ Name: NAME }));

const put = (token: string, value: string, labels?: string[]) =>
  client.send(
    new PutSecretValueCommand({
      SecretId: NAME,
      ClientRequestToken: token,
      SecretString: value,
      ...(labels ? { VersionStages: labels } : {}),
    }),
  );

const get = (input: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId: NAME, ...input }));

const moveLabel = (VersionStage: string, input: { MoveToVersionId?: string; RemoveFromVersionId?: string }) =>
  client.send(new UpdateSecretVersionStageCommand({ SecretId: NAME, VersionStage, ...input }));

const describeSecret = (SecretId = NAME) => client.send(new DescribeSecretCommand({ SecretId }));

const labels = async (): Promise<Record<string, string[]>> => {
  const { VersionIdsToStages = {} } = await describeSecret();
  return Object.fromEntries(Object.entries(VersionIdsToStages).map(([id, each]) => [id, [...each].sort()]));
};

describe('a secret', () => {
  it('has an ARN that ends in a hyphen and six random characters', async () => {
    const { ARN } = await create();
    expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${NAME}-[A-Za-z0-9]{6}$`));
  });

  it('is found by name, by ARN and by ARN without its random ending', async () => {
    const { ARN = '' } = await create();
    for (const id of [NAME, ARN, ARN.slice(0, -7)]) expect((await describeSecret(id)).ARN).toBe(ARN);
  });

  it('that was created without a value has neither versions nor labels nor a rotation flag', async () => {
    const created = await createEmpty();
    const described = await describeSecret();
    expect(created.VersionId).toBeUndefined();
    expect(described.VersionIdsToStages).toBeUndefined();
    expect(described.RotationEnabled).toBeUndefined();
    expect(described.CreatedDate).toEqual(START);
  });

  it('may have a name of 512 letters, digits and any of /_+=.@-', async () => {
    const name = 'a/B_0+=.@-'.padEnd(512, 'x');
    await create('one', name);
    expect(await describeSecret(name)).toMatchObject({ Name: name });
  });

  const refusals: { title: string; input: Partial<CreateSecretCommandInput>; name: string }[] = [
    { title: 'no name', input: { Name: '' }, name: 'ValidationException' },
    { title: 'a name of 513 characters', input: { Name: 'x'.repeat(513) }, name: 'ValidationException' },
    { title: 'a name with a space', input: { Name: 'a b' }, name: 'InvalidParameterException' },
    {
      title: 'fifty-one tags',
      input: { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' })) },
      name: 'InvalidParameterException',
    },
    {
      title: 'a tag of 257 characters',
      input: { Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] },
      name: 'ValidationException',
    },
  ];
  it.each(refusals)('rejects $title', async ({ input, name }) => {
    await expect(client.send(new CreateSecretCommand({ Name: NAME, ...input }))).rejects.toMatchObject({ name });
    expect(service.secrets()).toEqual([]);
  });

  it('rejects a second secret of the same name', async () => {
    await create();
    await expect(create()).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('keeps its tags apart from its values, and untagging leaves LastChangedDate alone', async () => {
    await create();
    await client.send(new TagResourceCommand({ SecretId: NAME, Tags: [{ Key: 'owner', Value: 'rag' }] }));
    await aws.clock.advanceBy(HOUR_MS);
    await client.send(new UntagResourceCommand({ SecretId: NAME, TagKeys: ['owner'] }));
    expect(await describeSecret()).toMatchObject({ Tags: [], LastChangedDate: START });
  });

  it('changes its description without a new version', async () => {
    await create();
    const answer = await client.send(new UpdateSecretCommand({ SecretId: NAME, Description: 'of the rag service' }));
    expect(answer.VersionId).toBeUndefined();
    expect(await describeSecret()).toMatchObject({ Description: 'of the rag service' });
  });

  it('gets a new current version from UpdateSecret with a value', async () => {
    await create();
    await client.send(new UpdateSecretCommand({ SecretId: NAME, ClientRequestToken: SECOND, SecretString: 'two' }));
    expect(await labels()).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] });
  });
});

describe('reading a value', () => {
  it('gives the current one with its labels, and notes the day of the read only', async () => {
    await create('one');
    expect((await describeSecret()).LastAccessedDate).toBeUndefined();
    expect(await get()).toMatchObject({ SecretString: 'one', VersionId: FIRST, VersionStages: ['AWSCURRENT'] });
    expect((await describeSecret()).LastAccessedDate).toEqual(new Date('2026-09-24T00:00:00Z'));
  });

  it('gives binary values back byte for byte', async () => {
    const bytes = new Uint8Array([97, 98, 0, 255]);
    await client.send(new CreateSecretCommand({ Name: NAME, SecretBinary: bytes }));
    expect((await get()).SecretBinary).toEqual(bytes);
  });

  const refusals = [
    {
      title: 'a label that no version has',
      input: { VersionStage: 'BLUE' },
      error: {
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret value for staging label: BLUE",
      },
    },
    {
      title: 'a version that does not exist',
      input: { VersionId: THIRD },
      error: {
        name: 'ResourceNotFoundException',
        message: `Secrets Manager can't find the specified secret value for VersionId: ${THIRD}`,
      },
    },
    {
      title: 'what cannot be a version',
      input: { VersionId: 'short' },
      error: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value 'short' at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32",
      },
    },
    {
      title: 'a label that another version has',
      input: { VersionId: FIRST, VersionStage: 'AWSPENDING' },
      error: {
        name: 'InvalidRequestException',
        message: 'You provided a VersionStage that is not associated to the provided VersionId.',
      },
    },
  ];
  it.each(refusals)('rejects $title', async ({ input, error }) => {
    await create();
    await put(SECOND, 'two', ['AWSPENDING']);
    await expect(get(input)).rejects.toMatchObject({ ...error, $metadata: { httpStatusCode: 400 } });
  });

  it('rejects an empty secret as one whose current label cannot be found', async () => {
    await createEmpty();
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
  });

  it('rejects a secret that does not exist', async () => {
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('writing a value', () => {
  it('makes it current and the one before it previous', async () => {
    await create();
    await put(SECOND, 'two');
    await put(THIRD, 'three');
    expect(await labels()).toEqual({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT'] });
  });

  it('makes the first one current whatever label was asked for', async () => {
    await createEmpty();
    await put(FIRST, 'one', ['BLUE']);
    expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT', 'BLUE'] });
  });

  it('takes labels from other versions without asking', async () => {
    await create();
    await put(SECOND, 'two', ['BLUE']);
    await put(THIRD, 'three', ['BLUE']);
    expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [THIRD]: ['BLUE'] });
  });

  it('under the same token again adds labels and changes nothing else', async () => {
    await create();
    await aws.clock.advanceBy(HOUR_MS);
    const answer = await put(FIRST, 'one', ['REPLAY']);
    expect([...(answer.VersionStages ?? [])].sort()).toEqual(['AWSCURRENT', 'REPLAY']);
    expect((await get()).CreatedDate).toEqual(START);
  });

  it('under an older token again does not make it current', async () => {
    await create();
    await put(SECOND, 'two');
    await put(FIRST, 'one');
    expect(await labels()).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] });
  });

  it('rejects another value under the same token', async () => {
    const { ARN } = await create();
    await expect(put(FIRST, 'other')).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: `You can't use ClientRequestToken ${FIRST} because that value is already in use for a version of secret ${ARN}.`,
    });
  });

  it('rejects one of two different values that are put under one token at the same time', async () => {
    await create();
    const putAtOnce = (SecretString: string) =>
      aws.account.call(
        'secretsmanager',
        'PutSecretValue',
        { SecretId: NAME, ClientRequestToken: SECOND, SecretString },
        aws.caller,
      );
    const outcomes = await Promise.allSettled([putAtOnce('two'), putAtOnce('another two')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  const constraint = (field: string, why: string, value?: string): string =>
    `1 validation error detected: Value${value === undefined ? '' : ` '${value}'`} at '${field}' failed to satisfy constraint: Member must ${why}`;
  const lengths =
    'satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1]';
  const refusals = [
    {
      title: 'no value at all',
      input: {},
      name: 'InvalidRequestException',
      message: 'You must provide either SecretString or SecretBinary.',
    },
    {
      title: 'an empty value',
      input: { SecretString: '' },
      name: 'ValidationException',
      message: constraint('secretString', 'have length greater than or equal to 1'),
    },
    {
      title: 'a value over 65,536 bytes',
      input: { SecretString: 'x'.repeat(65_537) },
      name: 'ValidationException',
      message: constraint('secretString', 'have length less than or equal to 65536'),
    },
    {
      title: 'an empty list of labels',
      input: { SecretString: 'x', VersionStages: [] },
      name: 'ValidationException',
      message: constraint('versionStages', 'have length greater than or equal to 1', '[]'),
    },
    {
      title: 'an empty label',
      input: { SecretString: 'x', VersionStages: [''] },
      name: 'ValidationException',
      message: constraint('versionStages', lengths, '[]'),
    },
    {
      title: 'a label over 256 characters',
      input: { SecretString: 'x', VersionStages: ['L'.repeat(257)] },
      name: 'ValidationException',
      message: constraint('versionStages', lengths, `[${'L'.repeat(257)}]`),
    },
    {
      title: 'a token under 32 characters',
      input: { SecretString: 'x', ClientRequestToken: 'short' },
      name: 'ValidationException',
      message: constraint('clientRequestToken', 'have length greater than or equal to 32', 'short'),
    },
    {
      title: 'a token over 64 characters',
      input: { SecretString: 'x', ClientRequestToken: 't'.repeat(65) },
      name: 'ValidationException',
      message: constraint('clientRequestToken', 'have length less than or equal to 64', 't'.repeat(65)),
    },
    {
      title: 'both a text and a binary value',
      input: { SecretString: 'x', SecretBinary: new Uint8Array([1]) },
      name: 'InvalidParameterException',
      message: "You can't specify both a binary secret value and a string secret value in the same secret.",
    },
  ];
  it.each(refusals)('rejects $title', async ({ input, name, message }) => {
    await create();
    const command = new PutSecretValueCommand({ SecretId: NAME, ...input });
    await expect(client.send(command)).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode: 400 } });
    expect(service.secrets()[0]?.versions).toHaveLength(1);
  });

  // A bare request: the SDK always makes a token up.
  it('rejects a request without a token', async () => {
    await create();
    const input = { SecretId: NAME, SecretString: 'two' };
    await expect(aws.account.call('secretsmanager', 'PutSecretValue', input, aws.caller)).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: expect.stringContaining('You must provide a ClientRequestToken value'),
    });
  });

  it('rejects a label beyond the twentieth and changes nothing', async () => {
    await create();
    await put(
      SECOND,
      'two',
      Array.from({ length: 19 }, (_, index) => `L${index}`),
    );
    await expect(put(THIRD, 'three', ['ONE-MORE'])).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect(service.secrets()[0]?.versions.map(({ id }) => id)).toEqual([FIRST, SECOND]);
  });
});

describe('old versions', () => {
  const fill = async (from: number, to: number): Promise<void> => {
    for (let index = from; index < to; index += 1) {
      await put(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, `value ${index}`);
    }
  };

  it('are hidden from DescribeSecret once unlabelled, and still readable by id', async () => {
    await create();
    await put(SECOND, 'two');
    await put(THIRD, 'three');
    const all = await client.send(new ListSecretVersionIdsCommand({ SecretId: NAME, IncludeDeprecated: true }));
    const labelled = await client.send(new ListSecretVersionIdsCommand({ SecretId: NAME }));
    expect(all.Versions?.map(({ VersionId }) => VersionId)).toEqual([FIRST, SECOND, THIRD]);
    expect(labelled.Versions?.map(({ VersionId }) => VersionId)).toEqual([SECOND, THIRD]);
    expect(await get({ VersionId: FIRST })).toMatchObject({ SecretString: 'one' });
  });

  it('are removed beyond a hundred, the oldest unlabelled first', async () => {
    await create();
    await moveLabel('KEEP', { MoveToVersionId: FIRST });
    await fill(0, 99);
    await aws.clock.advanceBy(24 * HOUR_MS);
    await put(THIRD, 'the 101st');
    const ids = service.secrets()[0]?.versions.map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(ids).toContain(FIRST);
    expect(ids).not.toContain('00000000-0000-4000-8000-000000000000');
  });

  it('are never removed within a day: rejects the hundred and first version instead', async () => {
    await create();
    await fill(0, 99);
    await aws.clock.advanceBy(24 * HOUR_MS - 1);
    await expect(put(THIRD, 'the 101st')).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  it('are listed page by page', async () => {
    await create();
    await put(SECOND, 'two');
    const first = await client.send(new ListSecretVersionIdsCommand({ SecretId: NAME, MaxResults: 1 }));
    const rest = await client.send(
      new ListSecretVersionIdsCommand({ SecretId: NAME, MaxResults: 1, NextToken: first.NextToken }),
    );
    expect([first, rest].map(({ Versions }) => Versions?.[0]?.VersionId)).toEqual([FIRST, SECOND]);
    expect(rest.NextToken).toBeUndefined();
  });
});

describe('moving a label', () => {
  beforeEach(async () => {
    await create();
    await put(SECOND, 'two');
    await put(THIRD, 'three', ['AWSPENDING', 'KEY-3']);
  });

  it('moves AWSPREVIOUS along with AWSCURRENT and leaves other labels where they are', async () => {
    await moveLabel('AWSCURRENT', { MoveToVersionId: THIRD, RemoveFromVersionId: SECOND });
    expect(await labels()).toEqual({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT', 'AWSPENDING', 'KEY-3'] });
  });

  it('back to the previous version makes the one it left previous', async () => {
    await moveLabel('AWSCURRENT', { MoveToVersionId: FIRST, RemoveFromVersionId: SECOND });
    expect(await labels()).toMatchObject({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPREVIOUS'] });
  });

  it('takes a label of its own that begins with AWS', async () => {
    await moveLabel('AWSOTHER', { MoveToVersionId: FIRST });
    expect(await labels()).toMatchObject({ [FIRST]: ['AWSOTHER', 'AWSPREVIOUS'] });
  });

  it('adds a label that no version has, and removes one', async () => {
    await moveLabel('RETIRING-1', { MoveToVersionId: FIRST });
    await moveLabel('AWSPENDING', { RemoveFromVersionId: THIRD });
    expect(await labels()).toMatchObject({ [FIRST]: ['AWSPREVIOUS', 'RETIRING-1'], [THIRD]: ['KEY-3'] });
  });

  const attached = `The parameter RemoveFromVersionId can't be empty. Staging label KEY-3 is currently attached to version ${THIRD}, so you must explicitly reference that version in RemoveFromVersionId.`;
  const refusals = [
    {
      title: 'without saying where the label is',
      label: 'KEY-3',
      input: { MoveToVersionId: FIRST },
      message: attached,
    },
    {
      title: 'from a version that does not have it',
      label: 'KEY-3',
      input: { MoveToVersionId: FIRST, RemoveFromVersionId: SECOND },
      message: expect.stringContaining('must be set to the version that currently has the staging label KEY-3'),
    },
    {
      title: 'from anywhere when no version has it',
      label: 'GONE',
      input: { MoveToVersionId: FIRST, RemoveFromVersionId: SECOND },
      message: expect.stringContaining('must be set to the version'),
    },
    {
      title: 'AWSCURRENT off every version',
      label: 'AWSCURRENT',
      input: { RemoveFromVersionId: SECOND },
      message: expect.stringContaining("can't be completely removed"),
    },
  ];
  it.each(refusals)('rejects a move $title', async ({ label, input, message }) => {
    const before = await labels();
    await expect(moveLabel(label, input)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
    expect(await labels()).toEqual(before);
  });

  it('rejects a version that does not exist', async () => {
    const input = { MoveToVersionId: '44444444-4444-4444-8444-444444444444', RemoveFromVersionId: SECOND };
    await expect(moveLabel('AWSCURRENT', input)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('lets one of two that move it from the same place succeed', async () => {
    const outcomes = await Promise.allSettled([
      moveLabel('KEY-3', { MoveToVersionId: FIRST, RemoveFromVersionId: THIRD }),
      moveLabel('KEY-3', { MoveToVersionId: SECOND, RemoveFromVersionId: THIRD }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('label events', () => {
  it('tell of every label but AWSPENDING and AWSPREVIOUS', async () => {
    const { ARN } = await create();
    events.length = 0;
    await put(SECOND, 'two', ['AWSPENDING', 'KEY-2']);
    await moveLabel('AWSCURRENT', { MoveToVersionId: SECOND, RemoveFromVersionId: FIRST });
    expect(events).toEqual(
      ['KEY-2', 'AWSCURRENT'].map((labelUpdated) => ({
        detailType: 'Secret Label Updated',
        source: 'aws.secretsmanager',
        detail: { name: NAME, labelUpdated, versionId: SECOND },
        resources: [ARN],
      })),
    );
  });
});

describe('what is not modelled', () => {
  const rules = { AutomaticallyAfterDays: 30 };
  const role = `arn:aws:iam::${ACCOUNT_ID}:role/partner`;
  const refusals = [
    {
      what: 'replication',
      command: new ReplicateSecretToRegionsCommand({ SecretId: NAME, AddReplicaRegions: [{ Region: 'us-east-1' }] }),
    },
    {
      what: 'an end of replication',
      command: new RemoveRegionsFromReplicationCommand({ SecretId: NAME, RemoveReplicaRegions: ['us-east-1'] }),
    },
    { what: 'a promoted replica', command: new StopReplicationToReplicaCommand({ SecretId: NAME }) },
    { what: 'a random password', command: new GetRandomPasswordCommand({}) },
    { what: 'the check of a policy', command: new ValidateResourcePolicyCommand({ ResourcePolicy: '{}' }) },
  ];
  it.each(refusals)('rejects $what by the name of its operation', async ({ command }) => {
    await create();
    const [operation] = /^[A-Z][A-Za-z]+(?=Command)/.exec(command.constructor.name) ?? [];
    await expect(client.send(command as GetRandomPasswordCommand)).rejects.toMatchObject({
      name: 'SandboxUnmodelled',
      message: expect.stringContaining(`operation ${operation} of secretsmanager`),
    });
  });

  const fields = [
    {
      field: 'AddReplicaRegions',
      command: new CreateSecretCommand({ Name: NAME, AddReplicaRegions: [{ Region: 'us-east-1' }] }),
    },
    { field: 'Type', command: new CreateSecretCommand({ Name: NAME, Type: 'SalesforceClientSecret' }) },
    {
      field: 'ExternalSecretRotationRoleArn',
      command: new RotateSecretCommand({
        SecretId: NAME,
        RotationRules: rules,
        ExternalSecretRotationRoleArn: role,
      }),
    },
  ];
  it.each(fields)('rejects the field $field by name, before anything changes', async ({ field, command }) => {
    await expect(client.send(command as CreateSecretCommand)).rejects.toMatchObject({
      name: 'SandboxUnmodelled',
      message: expect.stringContaining(`the field "${field}" of secretsmanager:`),
    });
    expect(service.secrets()).toEqual([]);
  });
});
