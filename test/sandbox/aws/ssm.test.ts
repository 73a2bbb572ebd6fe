import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { Kms } from '../../../sandbox/aws/kms';
import { Ssm } from '../../../sandbox/aws/ssm';
import { ACCOUNT_ID, createTestAccount, REGION, START, type TestAccount } from './test-account';

const NAME = '/claude-keys/prod/spares/rag-service/apikey_01';

let aws: TestAccount;
let service: Ssm;
let client: SSMClient;
let keyArn: string;

beforeEach(async () => {
  aws = await createTestAccount();
  service = new Ssm(aws.account);
  const kms = new Kms(aws.account);
  aws.account.add(service);
  aws.account.add(kms);
  await aws.account.call('kms', 'CreateKey', {}, aws.caller);
  keyArn = kms.keys()[0]?.arn ?? '';
  client = new SSMClient(aws.settings());
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const put = (input: Partial<PutParameterCommandInput> = {}) =>
  client.send(new PutParameterCommand({ Name: NAME, Value: 'one', Type: 'String', ...input }));

const putSecure = () => put({ Type: 'SecureString', KeyId: keyArn });

const get = (Name = NAME, WithDecryption = true) => client.send(new GetParameterCommand({ Name, WithDecryption }));

describe('a parameter', () => {
  it('is read by name and by ARN', async () => {
    await put();
    const ARN = `arn:aws:ssm:${REGION}:${ACCOUNT_ID}:parameter${NAME}`;
    const expected = { Name: NAME, Value: 'one', Type: 'String', Version: 1, LastModifiedDate: START, ARN };
    expect((await get()).Parameter).toMatchObject(expected);
    expect((await get(ARN)).Parameter).toMatchObject(expected);
  });

  it('counts its versions up when it is overwritten, and keeps its type', async () => {
    await put();
    const answer = await client.send(new PutParameterCommand({ Name: NAME, Value: 'two', Overwrite: true }));
    expect(answer).toMatchObject({ Version: 2, Tier: 'Standard' });
    expect((await get()).Parameter).toMatchObject({ Value: 'two', Type: 'String' });
  });

  it('rejects a second one of the same name, and keeps the first', async () => {
    await put();
    await expect(put({ Value: 'two' })).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    expect((await get()).Parameter?.Value).toBe('one');
  });

  it('rejects all but one of those that are added under one name at the same time', async () => {
    const input = { Name: NAME, Type: 'SecureString', KeyId: keyArn };
    const add = (Value: string) => aws.account.call('ssm', 'PutParameter', { ...input, Value }, aws.caller);
    const outcomes = await Promise.allSettled([add('one'), add('two'), add('three')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(service.parameters()).toMatchObject([{ value: 'one', version: 1 }]);
  });

  it('rejects one that does not exist, without a word more than the code', async () => {
    await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound', message: 'UnknownError' });
  });

  it('is gone once deleted', async () => {
    await put();
    await client.send(new DeleteParameterCommand({ Name: NAME }));
    await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await expect(client.send(new DeleteParameterCommand({ Name: NAME }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('of several asked for or deleted at once, those that do not exist are named', async () => {
    await put();
    const found = await client.send(new GetParametersCommand({ Names: [NAME, '/gone'] }));
    expect(found).toMatchObject({ Parameters: [{ Name: NAME }], InvalidParameters: ['/gone'] });
    const deleted = await client.send(new DeleteParametersCommand({ Names: [NAME, '/gone'] }));
    expect(deleted).toMatchObject({ DeletedParameters: [NAME], InvalidParameters: ['/gone'] });
  });

  it('carries tags', async () => {
    await put({ Tags: [{ Key: 'a', Value: '1' }] });
    const resource = { ResourceType: 'Parameter', ResourceId: NAME } as const;
    await client.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'b', Value: '2' }] }));
    const { TagList } = await client.send(new ListTagsForResourceCommand(resource));
    expect(TagList).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
  });

  const refusals: { title: string; input: Partial<PutParameterCommandInput>; name: string }[] = [
    { title: 'a value over 4 KB', input: { Value: 'x'.repeat(4097) }, name: 'ValidationException' },
    {
      title: 'tags on an overwrite',
      input: { Overwrite: true, Tags: [{ Key: 'a', Value: '1' }] },
      name: 'ValidationException',
    },
    { title: 'a key for a String', input: { KeyId: 'alias/x' }, name: 'ValidationException' },
    { title: 'a name that is not fully qualified', input: { Name: 'a/b' }, name: 'ValidationException' },
    { title: 'a name that starts with aws', input: { Name: '/aws/x' }, name: 'ValidationException' },
    {
      title: 'a name of sixteen levels',
      input: { Name: '/a'.repeat(16) },
      name: 'HierarchyLevelLimitExceededException',
    },
    { title: 'by name, a list', input: { Type: 'StringList' }, name: 'SandboxUnmodelled' },
    { title: 'by name, another tier', input: { Tier: 'Advanced' }, name: 'SandboxUnmodelled' },
    { title: 'by name, a policy', input: { Policies: '[]' }, name: 'SandboxUnmodelled' },
  ];
  it.each(refusals)('rejects $title', async ({ input, name }) => {
    await expect(put(input)).rejects.toMatchObject({ name });
    expect(service.parameters()).toEqual([]);
  });

  it('may have a value of 4 KB', async () => {
    await expect(put({ Value: 'x'.repeat(4096) })).resolves.toMatchObject({ Version: 1 });
  });
});

describe('a SecureString', () => {
  it('reads as its value with decryption, and as something else without', async () => {
    await putSecure();
    expect((await get()).Parameter?.Value).toBe('one');
    expect((await get(NAME, false)).Parameter?.Value).toMatch(/^[A-Za-z0-9+/]{64}$/);
  });

  it("asks KMS on the caller's behalf, with the parameter's ARN as context", async () => {
    const asked: unknown[] = [];
    aws.account.observe({
      before: ({ service: name, operation, input, caller }) => {
        if (name === 'kms') asked.push([operation, caller.via, input.EncryptionContext]);
      },
    });
    await putSecure();
    await get(NAME, false);
    await get();
    const context = { PARAMETER_ARN: `arn:aws:ssm:${REGION}:${ACCOUNT_ID}:parameter${NAME}` };
    const via = `ssm.${REGION}.amazonaws.com`;
    expect(asked).toEqual([
      ['Encrypt', via, context],
      ['Decrypt', via, context],
    ]);
  });

  it('rejects a key that does not exist or is disabled', async () => {
    await expect(put({ Type: 'SecureString', KeyId: 'alias/none' })).rejects.toMatchObject({ name: 'InvalidKeyId' });
    await aws.account.call('kms', 'DisableKey', { KeyId: keyArn }, aws.caller);
    await expect(putSecure()).rejects.toMatchObject({ name: 'InvalidKeyId' });
    expect(service.parameters()).toEqual([]);
  });

  it('rejects decryption while the deletion of the key is pending, and shows the ciphertext still', async () => {
    await putSecure();
    await aws.account.call('kms', 'ScheduleKeyDeletion', { KeyId: keyArn }, aws.caller);
    await expect(get()).rejects.toMatchObject({ name: 'InvalidKeyId' });
    expect((await get(NAME, false)).Parameter).toMatchObject({ Type: 'SecureString' });
  });
});

describe('parameters by path', () => {
  const list = (Path: string, Recursive: boolean) => client.send(new GetParametersByPathCommand({ Path, Recursive }));

  beforeEach(async () => {
    for (const name of ['/k/a/1', '/k/a/2', '/k/ab/1', '/k/top']) await put({ Name: name });
  });

  const cases = [
    { path: '/k', recursive: false, names: ['/k/top'] },
    { path: '/k', recursive: true, names: ['/k/a/1', '/k/a/2', '/k/ab/1', '/k/top'] },
    { path: '/k/a', recursive: true, names: ['/k/a/1', '/k/a/2'] },
    { path: '/k/a/', recursive: true, names: ['/k/a/1', '/k/a/2'] },
    { path: '/', recursive: false, names: [] },
    { path: '/none', recursive: true, names: [] },
  ];
  it.each(cases)('under $path, recursive $recursive, are $names', async ({ path, recursive, names }) => {
    const { Parameters } = await list(path, recursive);
    expect(Parameters?.map(({ Name }) => Name)).toEqual(names);
  });

  it('come in pages of ten, also while some are deleted', async () => {
    for (let index = 0; index < 12; index += 1) await put({ Name: `/many/${String(index).padStart(2, '0')}` });
    const first = await list('/many', true);
    expect(first.Parameters).toHaveLength(10);
    const { NextToken } = first;
    const rest = () => client.send(new GetParametersByPathCommand({ Path: '/many', Recursive: true, NextToken }));
    const last = { Parameters: [{ Name: '/many/10' }, { Name: '/many/11' }] };
    expect(await rest()).toMatchObject(last);
    await client.send(new DeleteParameterCommand({ Name: '/many/09' }));
    expect(await rest()).toMatchObject(last);
    expect((await rest()).NextToken).toBeUndefined();
  });

  it('rejects a page of more than ten', async () => {
    const command = new GetParametersByPathCommand({ Path: '/k', MaxResults: 11 });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
