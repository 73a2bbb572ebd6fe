import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueCommandInput,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { createSecretsAccount, FIRST, type SecretsAccount } from './secrets-account';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

let aws: SecretsAccount;

beforeEach(async () => {
  aws = await createSecretsAccount();
  for (const name of ['prod/a', 'prod/b', 'prod/c', 'dev/a']) {
    await aws.create(`value of ${name}`, name);
    await aws.clock.advanceBy(HOUR_MS);
  }
  await aws.client.send(new TagResourceCommand({ SecretId: 'prod/b', Tags: [{ Key: 'team', Value: 'search' }] }));
  await aws.client.send(new UpdateSecretCommand({ SecretId: 'dev/a', Description: 'Key of a service under test' }));
});

afterEach(() => aws.close());

const filters = [
  { title: 'a prefix of the name', Key: 'name', Values: ['prod/'], names: ['prod/a', 'prod/b', 'prod/c'] },
  { title: 'a prefix of the name in another case', Key: 'name', Values: ['PROD/'], names: [] },
  { title: 'a part of the name that is no prefix', Key: 'name', Values: ['/a'], names: [] },
  { title: 'one of several prefixes', Key: 'name', Values: ['prod/a', 'dev'], names: ['prod/a', 'dev/a'] },
  { title: 'not a prefix', Key: 'name', Values: ['!prod/'], names: ['dev/a'] },
  { title: 'a tag key', Key: 'tag-key', Values: ['te'], names: ['prod/b'] },
  { title: 'a tag key in another case', Key: 'tag-key', Values: ['TEAM'], names: [] },
  { title: 'a tag value', Key: 'tag-value', Values: ['search'], names: ['prod/b'] },
  { title: 'a prefix of the description in any case', Key: 'description', Values: ['KEY of'], names: ['dev/a'] },
  { title: 'the primary region of a replica', Key: 'primary-region', Values: ['eu'], names: [] },
  { title: 'the service that owns a secret', Key: 'owning-service', Values: ['rds'], names: [] },
  { title: 'words of which one is in no attribute', Key: 'all', Values: ['service prod'], names: [] },
  { title: 'words in any attribute and case', Key: 'all', Values: ['SERVICE dev'], names: ['dev/a'] },
] as const;

describe('listing secrets', () => {
  const list = (input: ListSecretsCommandInput) => aws.client.send(new ListSecretsCommand(input));
  const names = async (input: ListSecretsCommandInput) => (await list(input)).SecretList?.map(({ Name }) => Name);

  it.each(filters)('filters by $title', async ({ Key, Values, names: expected }) => {
    expect(await names({ Filters: [{ Key, Values: [...Values] }] })).toEqual(expected);
  });

  it('shows what every filter lets pass', async () => {
    const both = [
      { Key: 'name', Values: ['prod/'] },
      { Key: 'tag-key', Values: ['!team'] },
    ] as const;
    const Filters = both.map(({ Key, Values }) => ({ Key, Values: [...Values] }));
    expect(await names({ Filters })).toEqual(['prod/a', 'prod/c']);
  });

  it('is sorted as asked for', async () => {
    await aws.clock.advanceBy(DAY_MS);
    await aws.client.send(new GetSecretValueCommand({ SecretId: 'prod/c' }));
    await aws.client.send(new UpdateSecretCommand({ SecretId: 'prod/a', Description: 'changed last' }));
    const first = async (SortBy: ListSecretsCommandInput['SortBy']) =>
      (await names({ SortBy, SortOrder: 'desc' }))?.[0];

    expect(await names({ SortBy: 'name' })).toEqual(['dev/a', 'prod/a', 'prod/b', 'prod/c']);
    expect(await first('created-date')).toBe('dev/a');
    expect(await first('last-accessed-date')).toBe('prod/c');
    expect(await first('last-changed-date')).toBe('prod/a');
  });

  it('goes by the day of creation when nothing is asked for', async () => {
    expect(await names({})).toEqual(['prod/a', 'prod/b', 'prod/c', 'dev/a']);
    expect(await names({ SortOrder: 'desc' })).toEqual(['dev/a', 'prod/c', 'prod/b', 'prod/a']);
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
    await aws.client.send(new DeleteSecretCommand({ SecretId: 'dev/a' }));
    expect(await names({})).not.toContain('dev/a');
    expect(await names({ IncludePlannedDeletion: true })).toContain('dev/a');
  });

  const refusals = [
    { title: 'a token of its own making', input: { NextToken: 'nonsense' }, name: 'InvalidNextTokenException' },
    { title: 'more than a hundred at once', input: { MaxResults: 101 }, name: 'ValidationException' },
    {
      title: 'more than ten filters',
      input: { Filters: Array.from({ length: 11 }, () => ({ Key: 'name' as const, Values: ['x'] })) },
      name: 'ValidationException',
    },
    {
      title: 'more than ten values of one filter',
      input: { Filters: [{ Key: 'name' as const, Values: Array.from({ length: 11 }, () => 'x') }] },
      name: 'ValidationException',
    },
  ];
  it.each(refusals)('rejects $title', async ({ input, name }) => {
    await expect(list(input)).rejects.toMatchObject({ name });
  });

  it.each([
    ['a key of a filter', { Filters: [{ Key: 'toString', Values: ['x'] }] }],
    ['an order', { SortBy: 'toString' }],
    ['a direction', { SortOrder: 'up' }],
  ])('rejects %s that AWS does not know', async (_what, input) => {
    const asked = aws.account.call('secretsmanager', 'ListSecrets', input, aws.caller);
    await expect(asked).rejects.toMatchObject({ code: 'ValidationException' });
  });
});

describe('reading secrets in a batch', () => {
  const batch = (input: BatchGetSecretValueCommandInput) => aws.client.send(new BatchGetSecretValueCommand(input));
  const named = (values: readonly { Name?: string | undefined }[] | undefined) => values?.map(({ Name }) => Name);

  it('answers for each secret by itself', async () => {
    const answer = await batch({ SecretIdList: ['prod/a', 'missing'] });
    expect(answer.SecretValues).toMatchObject([
      { Name: 'prod/a', SecretString: 'value of prod/a', VersionId: FIRST, VersionStages: ['AWSCURRENT'] },
    ]);
    expect(answer.Errors).toEqual([
      {
        SecretId: 'missing',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
  });

  it.each(filters)('filters by $title', async ({ Key, Values, names }) => {
    expect(named((await batch({ Filters: [{ Key, Values: [...Values] }] })).SecretValues)).toEqual(names);
  });

  it('goes on where the page before ended', async () => {
    const Filters = [{ Key: 'name' as const, Values: ['prod/'] }];
    const { SecretValues, NextToken } = await batch({ Filters, MaxResults: 2 });
    const rest = await batch({ Filters, MaxResults: 2, ...(NextToken === undefined ? {} : { NextToken }) });
    expect([named(SecretValues), named(rest.SecretValues)]).toEqual([['prod/a', 'prod/b'], ['prod/c']]);
    expect(rest.NextToken).toBeUndefined();
  });

  const refusals = [
    {
      title: 'more than twenty secrets',
      input: { SecretIdList: Array.from({ length: 21 }, () => 'prod/a') },
      name: 'ValidationException',
    },
    { title: 'no secret', input: { SecretIdList: [] }, name: 'ValidationException' },
    {
      title: 'both names and filters',
      input: { SecretIdList: ['prod/a'], Filters: [{ Key: 'name' as const, Values: ['x'] }] },
      name: 'InvalidParameterException',
    },
    { title: 'neither names nor filters', input: {}, name: 'InvalidParameterException' },
    {
      title: 'pages of named secrets',
      input: { SecretIdList: ['prod/a'], MaxResults: 1 },
      name: 'InvalidParameterException',
    },
    {
      title: 'pages of more than twenty',
      input: { Filters: [{ Key: 'name' as const, Values: ['x'] }], MaxResults: 21 },
      name: 'ValidationException',
    },
  ];
  it.each(refusals)('rejects $title', async ({ input, name }) => {
    await expect(batch(input)).rejects.toMatchObject({ name });
  });
});
