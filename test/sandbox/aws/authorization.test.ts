import { cloudFormationCaller } from '../../../sandbox/aws/cloudformation/bootstrap';
import { roleSession } from '../../../sandbox/aws/role-session';
import type { AwsInput, AwsOutput, Caller } from '../../../sandbox/aws/service';
import { SimulatedAws } from '../../../sandbox/aws/simulated-aws';
import { VirtualClock } from '../../../sandbox/clock';
import { Random } from '../../../sandbox/random';

const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const SECRET = 'team/service/key';
const TOKEN = 'a'.repeat(32);
const VIA = `secretsmanager.${REGION}.amazonaws.com`;
const SECRETS = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:team/*`;

interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly [element: string]: unknown;
}

const policy = (...statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((each) => ({ Effect: 'Allow', ...each })) });

/** An account with one role, `reader`, and what a test puts there. */
class Account {
  readonly aws: SimulatedAws;
  readonly clock = new VirtualClock(new Date('2026-01-05T08:00:00Z'));

  constructor() {
    this.aws = new SimulatedAws({
      accountId: ACCOUNT,
      region: REGION,
      clock: this.clock,
      random: new Random(1),
      runner: { run: async () => ({ outcome: { payload: 'null' }, lines: ['a line'] }), dispose: async () => {} },
      endpoints: {},
    });
  }

  get root(): Caller {
    return this.aws.account.administrator;
  }

  call(service: string, operation: string, input: AwsInput, caller = this.root): Promise<AwsOutput> {
    return this.aws.account.call(service, operation, input, caller);
  }

  /** A role with one policy. @returns a session of it */
  async role(name: string, document: string, trust = policy({ Principal: '*', Action: 'sts:AssumeRole' })) {
    await this.call('iam', 'CreateRole', { RoleName: name, Path: '/teams/', AssumeRolePolicyDocument: trust });
    await this.call('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'Main', PolicyDocument: document });
    return roleSession(ACCOUNT, name, 'session');
  }

  async key(...statements: readonly Statement[]): Promise<string> {
    const { KeyMetadata } = await this.call('kms', 'CreateKey', { Policy: policy(...statements) });
    return (KeyMetadata as { readonly Arn: string }).Arn;
  }

  async secret(more: AwsInput = {}, resourcePolicy?: string): Promise<string> {
    const value = { SecretString: 'something', ClientRequestToken: TOKEN };
    const { ARN } = await this.call('secretsmanager', 'CreateSecret', { Name: SECRET, ...value, ...more });
    if (resourcePolicy !== undefined)
      await this.call('secretsmanager', 'PutResourcePolicy', { SecretId: SECRET, ResourcePolicy: resourcePolicy });
    return String(ARN);
  }

  read(caller: Caller, more: AwsInput = {}): Promise<AwsOutput> {
    return this.call('secretsmanager', 'GetSecretValue', { SecretId: SECRET, ...more }, caller);
  }
}

const ACCOUNT_DECIDES = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' };
const READ = { Action: 'secretsmanager:GetSecretValue', Resource: SECRETS };

describe('the authorisation of calls', () => {
  let account: Account;
  beforeEach(() => {
    account = new Account();
  });

  it('lets a role do what its policies allow, and names the statement that did', async () => {
    const reader = await account.role('reader', policy({ Sid: 'Read', ...READ }));
    await account.secret();
    const call = {
      service: 'secretsmanager',
      operation: 'GetSecretValue',
      input: { SecretId: SECRET },
      caller: reader,
    };

    await expect(account.read(reader)).resolves.toMatchObject({ SecretString: 'something' });
    const [decision] = await account.aws.authorizer.explain(call);
    expect(decision).toMatchObject({
      allowed: true,
      statements: [{ effect: 'Allow', policy: 'Main', statement: 'Read' }],
    });
  });

  it('rejects what no policy allows, in the words of AWS, and keeps the decision', async () => {
    const reader = await account.role('reader', policy(READ));
    const arn = await account.secret();

    const describing = account.call('secretsmanager', 'DescribeSecret', { SecretId: SECRET }, reader);
    await expect(describing).rejects.toMatchObject({
      code: 'AccessDeniedException',
      status: 400,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/reader/session is not authorized to perform: secretsmanager:DescribeSecret on resource: ${arn} because no identity-based policy allows the secretsmanager:DescribeSecret action`,
    });
    expect(account.aws.authorizer.denials()).toMatchObject([
      { at: account.clock.now(), service: 'secretsmanager', operation: 'DescribeSecret', decision: { statements: [] } },
    ]);
  });

  it('rejects a session of a role that there is not, and the session of a role that lost its policy', async () => {
    const reader = await account.role('reader', policy(READ));
    await account.secret();
    await account.read(reader);
    await account.call('iam', 'DeleteRolePolicy', { RoleName: 'reader', PolicyName: 'Main' });

    for (const caller of [reader, roleSession(ACCOUNT, 'nobody', 'session')])
      await expect(account.read(caller)).rejects.toThrow(/no identity-based policy allows/);
  });

  it('names no resource of an action that takes none', async () => {
    const reader = await account.role('reader', policy(READ));

    await expect(account.call('secretsmanager', 'ListSecrets', {}, reader)).rejects.toThrow(
      /perform: secretsmanager:ListSecrets because no identity-based policy/,
    );
  });

  describe('by a resource policy', () => {
    const denyToAllBut = (arn: string, more: Statement = {}) =>
      policy({
        Sid: 'OnlyThem',
        Effect: 'Deny',
        Principal: '*',
        Resource: '*',
        Action: 'secretsmanager:GetSecretValue',
        Condition: { ArnNotLike: { 'aws:PrincipalArn': arn } },
        ...more,
      });

    it('knows a session by the ARN of its role, path and all', async () => {
      const reader = await account.role('reader', policy(READ));
      const other = await account.role('other', policy(READ));
      await account.secret({}, denyToAllBut(`arn:aws:iam::${ACCOUNT}:role/teams/reader`));

      await expect(account.read(reader)).resolves.toBeDefined();
      await expect(account.read(other)).rejects.toThrow(/with an explicit deny in a resource-based policy/);
      expect(account.aws.authorizer.denials().at(-1)?.decision.statements).toEqual([
        { effect: 'Deny', policy: 'resource policy', statement: 'OnlyThem' },
      ]);
    });

    it('rejects even the root user where it denies', async () => {
      await account.secret({}, denyToAllBut('arn:aws:iam::*:role/nobody'));

      await expect(account.read(account.root)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    });

    it('locks CloudFormation out where it denies all actions, which is what such a policy does', async () => {
      await account.secret({}, denyToAllBut('arn:aws:iam::*:role/nobody', { Action: 'secretsmanager:*' }));

      const updating = account.call(
        'secretsmanager',
        'PutResourcePolicy',
        { SecretId: SECRET, ResourcePolicy: policy({ ...READ, Principal: '*' }) },
        cloudFormationCaller(account.aws.account),
      );
      await expect(updating).rejects.toThrow(
        /AWSCloudFormation is not authorized to perform: secretsmanager:PutResour/,
      );
    });

    it('sees a stage or a version in a read that asks for one, and in no other', async () => {
      const reader = await account.role('reader', policy(READ));
      const asked = (key: string) => ({
        Principal: '*',
        Effect: 'Deny' as const,
        Action: '*',
        Resource: '*',
        Condition: { Null: { [key]: 'false' } },
      });
      await account.secret({}, policy(asked('secretsmanager:VersionStage'), asked('secretsmanager:VersionId')));

      await expect(account.read(reader)).resolves.toBeDefined();
      await expect(account.read(reader, { VersionStage: 'AWSCURRENT' })).rejects.toThrow(/explicit deny/);
      await expect(account.read(reader, { VersionId: TOKEN })).rejects.toThrow(/explicit deny/);
    });

    it('sees no stage in a PutSecretValue, as AWS does not', async () => {
      const allow = { Action: 'secretsmanager:PutSecretValue', Resource: '*' };
      const Condition = { StringEquals: { 'secretsmanager:VersionStage': 'AWSPENDING' } };
      const writer = await account.role('writer', policy({ ...allow, Condition }));
      await account.secret();

      const putting = account.call(
        'secretsmanager',
        'PutSecretValue',
        { SecretId: SECRET, SecretString: 'b', ClientRequestToken: 'b'.repeat(32), VersionStages: ['AWSPENDING'] },
        writer,
      );
      await expect(putting).rejects.toThrow(/no identity-based policy/);
    });

    it("lets a role of another account in only where it is allowed, and its key's policy too", async () => {
      const theirs = roleSession('999988887777', 'reader', 'session');
      const KmsKeyId = await account.key(ACCOUNT_DECIDES);
      await account.secret({ KmsKeyId });
      await expect(account.read(theirs)).rejects.toThrow(/no resource-based policy allows/);

      const Principal = { AWS: 'arn:aws:iam::999988887777:role/reader' };
      const ResourcePolicy = policy({ ...READ, Resource: '*', Principal });
      await account.call('secretsmanager', 'PutResourcePolicy', { SecretId: SECRET, ResourcePolicy });
      await expect(account.read(theirs)).rejects.toThrow('Access to KMS is not allowed');

      const theirAccount = {
        Principal: { AWS: 'arn:aws:iam::999988887777:root' },
        Action: 'kms:Decrypt',
        Resource: '*',
      };
      const Policy = policy(ACCOUNT_DECIDES, theirAccount);
      await account.call('kms', 'PutKeyPolicy', { KeyId: KmsKeyId, PolicyName: 'default', Policy });
      await expect(account.read(theirs)).resolves.toBeDefined();
    });
  });

  describe('of a key', () => {
    const decrypt = (condition: object) =>
      policy(READ, { Action: 'kms:Decrypt', Resource: '*', Condition: { StringLike: condition } });

    it.each([
      ['the service that it is used through', { 'kms:ViaService': VIA }, { 'kms:ViaService': 'ssm.*' }],
      [
        'the encryption context',
        { 'kms:EncryptionContext:SecretARN': SECRETS },
        { 'kms:EncryptionContext:SecretARN': 'x' },
      ],
      ["the caller's account", { 'kms:CallerAccount': ACCOUNT }, { 'kms:CallerAccount': '999988887777' }],
    ])('goes by %s', async (_what, right, wrong) => {
      const [allowed, refused] = [await account.role('a', decrypt(right)), await account.role('b', decrypt(wrong))];
      await account.secret({ KmsKeyId: await account.key(ACCOUNT_DECIDES) });

      await expect(account.read(allowed)).resolves.toBeDefined();
      await expect(account.read(refused)).rejects.toMatchObject({
        code: 'AccessDeniedException',
        message: 'Access to KMS is not allowed',
      });
    });

    it('rejects everybody whom its own policy does not let in, whatever theirs say', async () => {
      const nobody = { ...ACCOUNT_DECIDES, Principal: { AWS: 'arn:aws:iam::999988887777:root' } };
      const reader = await account.role('reader', policy({ Action: '*', Resource: '*' }));
      const KmsKeyId = await account.key(nobody);

      const writing = account.call(
        'ssm',
        'PutParameter',
        { Name: '/a', Value: 'x', Type: 'SecureString', KeyId: KmsKeyId },
        reader,
      );
      await expect(writing).rejects.toThrow(/kms:Encrypt on resource: .* because no resource-based policy allows/);
    });

    it('rejects a log group under a key that does not let Logs use it for that group', async () => {
      const logs = (group: string) => ({
        Principal: { Service: `logs.${REGION}.amazonaws.com` },
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${group}` },
        },
      });
      const kmsKeyId = await account.key(ACCOUNT_DECIDES, logs('/mine'));

      await expect(account.call('logs', 'CreateLogGroup', { logGroupName: '/mine', kmsKeyId })).resolves.toEqual({});
      await expect(account.call('logs', 'CreateLogGroup', { logGroupName: '/other', kmsKeyId })).rejects.toMatchObject({
        code: 'InvalidParameterException',
      });
    });
  });

  describe('of services', () => {
    const alarm = (topicArn: string) => ({
      AlarmName: 'missing',
      Namespace: 'Test',
      MetricName: 'Any',
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
      AlarmActions: [topicArn],
    });

    async function topic(KmsMasterKeyId?: string): Promise<string> {
      const { TopicArn } = await account.call('sns', 'CreateTopic', { Name: 'alarms' });
      const attribute = { TopicArn, AttributeName: 'KmsMasterKeyId', AttributeValue: KmsMasterKeyId };
      if (KmsMasterKeyId !== undefined) await account.call('sns', 'SetTopicAttributes', attribute);
      return String(TopicArn);
    }

    async function fireAlarm(topicArn: string): Promise<void> {
      await account.call('monitoring', 'PutMetricAlarm', alarm(topicArn));
      await account.clock.advanceBy(120_000);
    }

    const messages = () => account.aws.sns.messages().length;

    it('lets CloudWatch publish to a topic that has no policy of its own', async () => {
      await fireAlarm(await topic());

      expect(messages()).toBe(1);
    });

    it('loses, and counts, what CloudWatch sends to a topic whose key does not let it in', async () => {
      await fireAlarm(await topic(await account.key(ACCOUNT_DECIDES)));

      expect(messages()).toBe(0);
      expect(account.aws.cloudWatch.failedActions()).toMatchObject([
        { alarm: 'missing', error: expect.stringMatching(/kms:GenerateDataKey .* no resource-based policy allows/) },
      ]);
    });

    it.each([
      ['takes what EventBridge sends under a key that lets it in', {}, 1],
      [
        'loses it where the key asks for a source account, which EventBridge does not give',
        { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
        0,
      ],
    ])('%s', async (_what, Condition, arriving) => {
      const services = { Service: ['events.amazonaws.com', 'cloudwatch.amazonaws.com'] };
      const use = { Principal: services, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*', Condition };
      const topicArn = await topic(await account.key(ACCOUNT_DECIDES, use));
      const AttributeValue = policy({ Principal: services, Action: 'sns:Publish', Resource: topicArn });
      await account.call('sns', 'SetTopicAttributes', { TopicArn: topicArn, AttributeName: 'Policy', AttributeValue });
      await account.call('events', 'PutRule', { Name: 'hourly', ScheduleExpression: 'rate(1 hour)' });
      await account.call('events', 'PutTargets', { Rule: 'hourly', Targets: [{ Id: '1', Arn: topicArn }] });

      await account.clock.advanceBy(3_600_000);

      expect([messages(), account.aws.events.failedDeliveries().length]).toEqual([arriving, 1 - arriving]);
    });

    it("rejects a role's message to an encrypted topic without the key, as SNS does", async () => {
      const role = await account.role('role', policy({ Action: 'sns:Publish', Resource: '*' }));
      const TopicArn = await topic(await account.key(ACCOUNT_DECIDES));

      await expect(account.call('sns', 'Publish', { TopicArn, Message: 'x' }, role)).rejects.toMatchObject({
        code: 'KMSAccessDenied',
      });
    });
  });

  it('rejects figures in another namespace than the one allowed', async () => {
    const Condition = { StringEquals: { 'cloudwatch:namespace': 'Mine' } };
    const role = await account.role('role', policy({ Action: 'cloudwatch:PutMetricData', Resource: '*', Condition }));
    const put = (Namespace: string) => account.call('monitoring', 'PutMetricData', { Namespace, MetricData: [] }, role);

    await expect(put('Mine')).resolves.toEqual({});
    await expect(put('Theirs')).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('lets a bounded role do what its boundary allows as well, and nothing that it denies', async () => {
    const role = await account.role('role', policy({ Action: ['sns:*', 'ssm:*', 'sts:*'], Resource: '*' }));
    const bound = async (document: string): Promise<void> => {
      const { Policy } = await account.call('iam', 'CreatePolicy', {
        PolicyName: 'boundary',
        PolicyDocument: document,
      });
      const PermissionsBoundary = (Policy as { readonly Arn: string }).Arn;
      await account.call('iam', 'PutRolePermissionsBoundary', { RoleName: 'role', PermissionsBoundary });
    };
    const write = () =>
      account.call('ssm', 'PutParameter', { Name: '/a', Type: 'String', Value: 'v', Overwrite: true }, role);
    const make = () => account.call('sns', 'CreateTopic', { Name: 'news' }, role);

    await bound(policy({ Action: ['ssm:*', 'kms:*'], Resource: '*' }));
    await expect(write()).resolves.toBeDefined();
    await expect(make()).rejects.toThrow(/because no permissions boundary allows the sns:CreateTopic action/);
    await expect(account.call('kms', 'CreateKey', { Policy: policy() }, role)).rejects.toThrow(/no identity-based/);

    await bound(policy({ Action: '*', Resource: '*' }, { Effect: 'Deny', Action: 'ssm:PutParameter', Resource: '*' }));
    await expect(make()).resolves.toBeDefined();
    await expect(write()).rejects.toThrow(/with an explicit deny in a permissions boundary/);

    await account.call('iam', 'DeleteRolePermissionsBoundary', { RoleName: 'role' });
    await expect(write()).resolves.toBeDefined();
  });

  it('rejects a boundary that there is not', async () => {
    const PermissionsBoundary = `arn:aws:iam::${ACCOUNT}:policy/none`;
    const AssumeRolePolicyDocument = policy({ Principal: '*', Action: 'sts:AssumeRole' });
    const make = account.call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument, PermissionsBoundary });

    await expect(make).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });

  it("goes by a role's trust when somebody wants to assume it", async () => {
    const asker = await account.role('asker', policy({ Action: 'sts:AssumeRole', Resource: '*' }));
    const trusting = (arn: string) => policy({ Principal: { AWS: arn }, Action: 'sts:AssumeRole' });
    await account.role('open', policy(READ), trusting(`arn:aws:iam::${ACCOUNT}:role/teams/asker`));
    await account.role('closed', policy(READ), trusting(`arn:aws:iam::${ACCOUNT}:role/teams/other`));
    const assume = (name: string) =>
      account.call(
        'sts',
        'AssumeRole',
        { RoleArn: `arn:aws:iam::${ACCOUNT}:role/teams/${name}`, RoleSessionName: 'me' },
        asker,
      );

    await expect(assume('open')).resolves.toHaveProperty('Credentials');
    await expect(assume('closed')).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    await expect(assume('missing')).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('evaluates a policy anew when it has changed, and a tag as well', async () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'mine' } };
    const reader = await account.role('reader', policy({ ...READ, Condition }));
    await account.secret();
    await expect(account.read(reader)).rejects.toThrow(/no identity-based policy/);

    await account.call('secretsmanager', 'TagResource', { SecretId: SECRET, Tags: [{ Key: 'team', Value: 'mine' }] });
    await expect(account.read(reader)).resolves.toBeDefined();

    const deny = policy(READ, { ...READ, Effect: 'Deny' });
    await account.call('iam', 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'Main', PolicyDocument: deny });
    await expect(account.read(reader)).rejects.toThrow(/with an explicit deny in an identity-based policy/);
  });

  it.each([
    [
      'a condition key that no request here carries',
      { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } },
      'aws:SourceIp',
    ],
    ['a policy variable', { Resource: `${SECRETS}\${aws:PrincipalAccount}` }, 'policy variables'],
  ])('rejects %s as not modelled', async (_what, more, name) => {
    const reader = await account.role('reader', policy({ ...READ, ...more }));
    await account.secret();

    await expect(account.read(reader)).rejects.toThrow(
      `does not model ${name === 'aws:SourceIp' ? 'the condition key ' : ''}${name}`,
    );
  });

  it('rejects an operation that it does not know the permissions of', async () => {
    await expect(account.call('iam', 'CreateUser', {})).rejects.toThrow(
      'does not model the operation CreateUser of iam',
    );
  });
});
