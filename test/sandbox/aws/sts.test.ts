import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Sts } from '../../../sandbox/aws/sts';
import { ACCOUNT_ID, createTestAccount, REGION, START, type TestAccount } from './test-account';
import { createWholeAccount } from './whole-account';

const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/teams/operator`;

let aws: TestAccount;
let client: STSClient;

beforeEach(async () => {
  aws = await createTestAccount();
  const mayAssume = (roleArn: string): boolean => !roleArn.endsWith('closed');
  aws.account.add(new Sts({ account: aws.account, credentials: aws.credentials, mayAssume }));
  client = new STSClient(aws.settings());
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const assume = (RoleArn = ROLE_ARN, DurationSeconds?: number) =>
  client.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'alice', ...(DurationSeconds ? { DurationSeconds } : {}) }),
  );

describe('STS', () => {
  it('tells the administrator who that is', async () => {
    const principal = `arn:aws:iam::${ACCOUNT_ID}:root`;
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: ACCOUNT_ID,
      Account: ACCOUNT_ID,
      Arn: principal,
    });
  });

  it('gives a role session credentials under which its calls are its own', async () => {
    const { Credentials, AssumedRoleUser } = await assume(ROLE_ARN, 900);
    expect(Credentials?.Expiration).toEqual(new Date(START.getTime() + 900_000));
    const session = new STSClient({
      region: REGION,
      endpoint: aws.url,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    });
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/operator/alice`,
      UserId: AssumedRoleUser?.AssumedRoleId,
    });
    session.destroy();
  });

  it('names a session by the id of its role, as IAM and CloudTrail do', async () => {
    const world = await createWholeAccount();
    const session = new STSClient(world.settings(await world.role('reader')));
    const { UserId } = await session.send(new GetCallerIdentityCommand({}));
    session.destroy();
    await world.close();
    expect(UserId).toBe(`${world.aws.iam.role('reader')?.id}:session`);
  });

  it.each([
    { title: 'a role that does not trust the caller', role: `arn:aws:iam::${ACCOUNT_ID}:role/closed` },
    { title: 'a role of another account', role: 'arn:aws:iam::999988887777:role/operator' },
  ])('rejects $title', async ({ role }) => {
    await expect(assume(role)).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  });

  it('rejects a session under a quarter of an hour', async () => {
    await expect(assume(ROLE_ARN, 899)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
