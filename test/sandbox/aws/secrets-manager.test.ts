import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { Kms } from '../../../sandbox/aws/kms';
import type { SecretEvent } from '../../../sandbox/aws/secrets-manager/events';
import { SecretsManager } from '../../../sandbox/aws/secrets-manager/secrets-manager';
import { AwsError } from '../../../sandbox/aws/service';
import { ACCOUNT_ID, createTestAccount, REGION, START, type TestAccount } from './test-account';

const HOUR_MS = 60 * 60 * 1000;
const NAME = 'prod/claude/rag-service/key';
const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';
const THIRD = '33333333-3333-4333-8333-333333333333';

let aws: TestAccount;
let service: SecretsManager;
let events: SecretEvent[];
let client: SecretsManagerClient;

beforeEach(async () => {
  aws = await createTestAccount();
  events = [];
  service = new SecretsManager({ account: aws.account, emit: (event) => events.push(event) });
  aws.account.add(service);
  aws.account.add(new Kms(aws.account));
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

  // [REC] stackd lifecycle: create-empty, describe-empty
  it('that was created without a value has neither versions nor labels nor a rotation flag', async () => {
    const created = await createEmpty();
    const described = await describeSecret();
    expect(created.VersionId).toBeUndefined();
    expect(described.VersionIdsToStages).toBeUndefined();
    expect(described.RotationEnabled).toBeUndefined();
    expect(described.CreatedDate).toEqual(START);
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
    expect(await get()).toMatchObject({ SecretString: 'one', VersionId: FIRST, VersionStages: ['AWSCURRENT'] });
    expect((await describeSecret()).LastAccessedDate).toEqual(new Date('2026-09-24T00:00:00Z'));
  });

  it('gives binary values back byte for byte', async () => {
    const bytes = new Uint8Array([97, 98, 0, 255]);
    await client.send(new CreateSecretCommand({ Name: NAME, SecretBinary: bytes }));
    expect((await get()).SecretBinary).toEqual(bytes);
  });

  // [REC] aws.md section 2, GetSecretValue errors; stackd lifecycle and write_validation
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

  // [REC] stackd lifecycle: batch-values-and-missing
  it('in a batch answers for each secret by itself', async () => {
    await create();
    const answer = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [NAME, 'missing'] }));
    expect(answer.SecretValues).toMatchObject([{ Name: NAME, SecretString: 'one' }]);
    expect(answer.Errors).toEqual([
      {
        SecretId: 'missing',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
  });
});

describe('writing a value', () => {
  it('makes it current and the one before it previous', async () => {
    await create();
    await put(SECOND, 'two');
    await put(THIRD, 'three');
    expect(await labels()).toEqual({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT'] });
  });

  // [REC] aws.md section 2: the first version of an empty secret
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

  // [REC] stackd lifecycle: put-identical-token-with-label
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

  // [REC] stackd lifecycle: put-conflicting-token
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

  const refusals = [
    { title: 'no value at all', input: {}, name: 'InvalidRequestException' },
    { title: 'an empty value', input: { SecretString: '' }, name: 'ValidationException' },
    { title: 'a value over 65,536 bytes', input: { SecretString: 'x'.repeat(65_537) }, name: 'ValidationException' },
    { title: 'an empty list of labels', input: { SecretString: 'x', VersionStages: [] }, name: 'ValidationException' },
    {
      title: 'a token under 32 characters',
      input: { SecretString: 'x', ClientRequestToken: 'short' },
      name: 'ValidationException',
    },
    {
      title: 'both a text and a binary value',
      input: { SecretString: 'x', SecretBinary: new Uint8Array([1]) },
      name: 'InvalidParameterException',
    },
  ];
  it.each(refusals)('rejects $title', async ({ input, name }) => {
    await create();
    const command = new PutSecretValueCommand({ SecretId: NAME, ...input });
    await expect(client.send(command)).rejects.toMatchObject({ name });
    expect(service.secrets()[0]?.versions).toHaveLength(1);
  });

  // [REC] aws.md section 2: missing token on raw HTTP. The SDK always makes one up.
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

  // [REC] stackd lifecycle: move-current-to-binary; aws.md section 2
  it('moves AWSPREVIOUS along with AWSCURRENT and leaves other labels where they are', async () => {
    await moveLabel('AWSCURRENT', { MoveToVersionId: THIRD, RemoveFromVersionId: SECOND });
    expect(await labels()).toEqual({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT', 'AWSPENDING', 'KEY-3'] });
  });

  it('back to the previous version makes the one it left previous', async () => {
    await moveLabel('AWSCURRENT', { MoveToVersionId: FIRST, RemoveFromVersionId: SECOND });
    expect(await labels()).toMatchObject({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPREVIOUS'] });
  });

  // [REC]
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
  // [DOC] event-detail-secret-label-updated
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

describe('listing secrets', () => {
  const list = (input: ListSecretsCommandInput) => client.send(new ListSecretsCommand(input));

  beforeEach(async () => {
    for (const name of ['prod/a', 'prod/b', 'prod/c', 'dev/a']) await create('x', name);
    await client.send(new TagResourceCommand({ SecretId: 'prod/b', Tags: [{ Key: 'team', Value: 'search' }] }));
  });

  const filters = [
    {
      title: 'a prefix of the name',
      filter: { Key: 'name', Values: ['prod/'] },
      names: ['prod/a', 'prod/b', 'prod/c'],
    },
    {
      title: 'one of several prefixes',
      filter: { Key: 'name', Values: ['prod/a', 'dev'] },
      names: ['prod/a', 'dev/a'],
    },
    { title: 'not a prefix', filter: { Key: 'name', Values: ['!prod/'] }, names: ['dev/a'] },
    { title: 'a tag key', filter: { Key: 'tag-key', Values: ['team'] }, names: ['prod/b'] },
    { title: 'a tag value', filter: { Key: 'tag-value', Values: ['search'] }, names: ['prod/b'] },
  ] as const;
  it.each(filters)('filters by $title', async ({ filter, names }) => {
    const { SecretList } = await list({ Filters: [{ Key: filter.Key, Values: [...filter.Values] }] });
    expect(SecretList?.map(({ Name }) => Name)).toEqual(names);
  });

  it('pages through all of them, with their labels', async () => {
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await list({ MaxResults: 3, ...(NextToken === undefined ? {} : { NextToken }) });
      seen.push(...(page.SecretList ?? []).map(({ Name }) => Name));
      expect(page.SecretList?.[0]?.SecretVersionsToStages).toEqual({ [FIRST]: ['AWSCURRENT'] });
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toEqual(['prod/a', 'prod/b', 'prod/c', 'dev/a']);
  });

  it('shows a secret that is marked for deletion only when asked to', async () => {
    await client.send(new DeleteSecretCommand({ SecretId: 'dev/a' }));
    const names = async (IncludePlannedDeletion: boolean) =>
      (await list({ IncludePlannedDeletion })).SecretList?.map(({ Name }) => Name);
    expect(await names(false)).not.toContain('dev/a');
    expect(await names(true)).toContain('dev/a');
  });

  it('rejects a token of its own making', async () => {
    await expect(list({ NextToken: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
  });

  it('rejects by name a filter it does not model', async () => {
    await expect(list({ Filters: [{ Key: 'all', Values: ['x'] }] })).rejects.toMatchObject({
      name: 'SandboxUnmodelled',
      message: expect.stringContaining('the filter all of secretsmanager:ListSecrets'),
    });
  });
});

describe('deleting a secret', () => {
  const remove = (input: { RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean }) =>
    client.send(new DeleteSecretCommand({ SecretId: NAME, ...input }));

  // [REC] stackd lifecycle: schedule-deletion to get-restored
  it('with a recovery window hides its value until it is restored', async () => {
    await create();
    const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 });
    expect(DeletionDate).toEqual(new Date(START.getTime() + 7 * 24 * HOUR_MS));
    await expect(get()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    await client.send(new RestoreSecretCommand({ SecretId: NAME }));
    await aws.clock.advanceBy(8 * 24 * HOUR_MS);
    expect(await get()).toMatchObject({ SecretString: 'one' });
  });

  it('happens when the window has passed, not a millisecond earlier', async () => {
    await create();
    await remove({ RecoveryWindowInDays: 7 });
    await aws.clock.advanceBy(7 * 24 * HOUR_MS - 1);
    expect((await describeSecret()).DeletedDate).toEqual(START);
    await aws.clock.advanceBy(1);
    await expect(describeSecret()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('keeps its name taken until then', async () => {
    await create();
    await remove({});
    await expect(create()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "You can't create this secret because a secret with this name is already scheduled for deletion.",
    });
  });

  it('by force happens at once, and a secret of that name made again has another ARN', async () => {
    const { ARN = '' } = await create();
    await remove({ ForceDeleteWithoutRecovery: true });
    const again = await create();
    expect(again.ARN).not.toBe(ARN);
    await expect(describeSecret(ARN)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('rejects force together with a recovery window', async () => {
    await create();
    await expect(remove({ ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('a resource policy', () => {
  const policy = (principal: unknown): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: principal, Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
    });
  const putPolicy = (ResourcePolicy: string) =>
    client.send(new PutResourcePolicyCommand({ SecretId: NAME, ResourcePolicy, BlockPublicPolicy: true }));

  it('is kept as it was put, until it is deleted', async () => {
    await create();
    const own = policy({ AWS: `arn:aws:iam::${ACCOUNT_ID}:root` });
    await putPolicy(own);
    expect(await client.send(new GetResourcePolicyCommand({ SecretId: NAME }))).toMatchObject({ ResourcePolicy: own });
    await client.send(new DeleteResourcePolicyCommand({ SecretId: NAME }));
    expect((await client.send(new GetResourcePolicyCommand({ SecretId: NAME }))).ResourcePolicy).toBeUndefined();
  });

  // [REC] stackd lifecycle: reject-public-policy
  it('rejects one for everybody', async () => {
    await create();
    await expect(putPolicy(policy('*'))).rejects.toMatchObject({
      name: 'PublicPolicyException',
      message: 'You can not attach a resource policy that grants Public access to your secret.',
    });
  });

  it('may name everybody under a condition', async () => {
    await create();
    const [statement] = JSON.parse(policy('*')).Statement;
    const Condition = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT_ID } };
    await expect(putPolicy(JSON.stringify({ Statement: [{ ...statement, Condition }] }))).resolves.toBeDefined();
  });

  it('rejects one that is not JSON', async () => {
    await create();
    await expect(putPolicy('{')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });
});

describe("a secret under a customer's key", () => {
  let keyId: string;
  let kmsCalls: string[];

  beforeEach(async () => {
    const { KeyMetadata } = await aws.account.call('kms', 'CreateKey', {}, aws.caller);
    keyId = (KeyMetadata as { KeyId: string }).KeyId;
    kmsCalls = [];
    aws.account.observe({
      before: ({ service: name, operation, caller }) => {
        if (name === 'kms') kmsCalls.push(`${operation} via ${caller.via}`);
      },
    });
  });

  const createEncrypted = () =>
    client.send(
      new CreateSecretCommand({ Name: NAME, KmsKeyId: keyId, SecretString: 'one', ClientRequestToken: FIRST }),
    );

  it('asks KMS on behalf of whoever writes or reads', async () => {
    await createEncrypted();
    await get();
    const via = `secretsmanager.${REGION}.amazonaws.com`;
    expect(kmsCalls).toEqual([`GenerateDataKey via ${via}`, `Decrypt via ${via}`]);
  });

  // [DOC]; the second put was recorded to need Decrypt
  it('names secret and version to KMS, and asks it to compare a repeated put', async () => {
    const asked: unknown[] = [];
    aws.account.observe({
      before: ({ service: name, operation, input }) => {
        if (name === 'kms') asked.push([operation, input.EncryptionContext]);
      },
    });
    await createEncrypted();
    await put(FIRST, 'one');
    const context = { SecretARN: service.secrets()[0]?.arn, SecretVersionId: FIRST };
    expect(asked).toEqual([
      ['GenerateDataKey', context],
      ['Decrypt', context],
    ]);
  });

  it('rejects reading while the key is disabled', async () => {
    await createEncrypted();
    await aws.account.call('kms', 'DisableKey', { KeyId: keyId }, aws.caller);
    await expect(get()).rejects.toMatchObject({ name: 'DecryptionFailure' });
  });

  it('rejects writing while the key is disabled, and leaves no secret behind', async () => {
    await aws.account.call('kms', 'DisableKey', { KeyId: keyId }, aws.caller);
    await expect(createEncrypted()).rejects.toMatchObject({ name: 'EncryptionFailure' });
    expect(service.secrets()).toEqual([]);
  });

  it('rejects reading and writing while the deletion of the key is pending, and serves again once it is enabled', async () => {
    await createEncrypted();
    await aws.account.call('kms', 'ScheduleKeyDeletion', { KeyId: keyId }, aws.caller);
    await expect(get()).rejects.toMatchObject({ name: 'DecryptionFailure' });
    const put = new PutSecretValueCommand({ SecretId: NAME, SecretString: 'two', ClientRequestToken: SECOND });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'EncryptionFailure' });

    await aws.account.call('kms', 'CancelKeyDeletion', { KeyId: keyId }, aws.caller);
    await expect(get()).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await aws.account.call('kms', 'EnableKey', { KeyId: keyId }, aws.caller);
    expect(await get()).toMatchObject({ SecretString: 'one' });
  });

  // [3P] aws.md section 2
  it('rejects a caller who may read the secret but not use the key', async () => {
    await createEncrypted();
    aws.account.authorizeWith({
      authorize: ({ service: name }) => {
        if (name === 'kms') throw new AwsError('AccessDeniedException', 'not allowed by the key policy');
      },
    });
    await expect(get()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Access to KMS is not allowed',
    });
  });
});

describe('what is not modelled', () => {
  it('rejects an operation by name', async () => {
    await create();
    const command = new ReplicateSecretToRegionsCommand({
      SecretId: NAME,
      AddReplicaRegions: [{ Region: 'us-east-1' }],
    });
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'SandboxUnmodelled',
      message: expect.stringContaining('operation ReplicateSecretToRegions of secretsmanager'),
    });
  });

  it('rejects an input field by name, before anything changes', async () => {
    const command = new CreateSecretCommand({ Name: NAME, AddReplicaRegions: [{ Region: 'us-east-1' }] });
    await expect(client.send(command)).rejects.toMatchObject({
      message: expect.stringContaining('the field "AddReplicaRegions" of secretsmanager:CreateSecret'),
    });
    expect(service.secrets()).toEqual([]);
  });
});
