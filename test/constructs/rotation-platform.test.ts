import { Match } from 'aws-cdk-lib/assertions';
import { ALARM_NAMES } from '../../lib/constructs/alarms';
import { CONDITIONS } from '../../lib/contract/metrics';
import { PLACEHOLDER } from '../../lib/contract/placeholder';
import {
  ACCOUNT,
  OTHER_ACCOUNT,
  plain,
  platformTemplate,
  roleStatements,
  type Statement,
  statementsOf,
} from './templates';

const SECRETS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/claude/*';
const ADMIN_SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/claude-platform/admin-key-??????';
const SPARES_PATH = 'arn:aws:ssm:eu-central-1:111111111111:parameter/claude-keys/prod/spares';
const CONDITIONS_PATH = 'arn:aws:ssm:eu-central-1:111111111111:parameter/claude-keys/prod/conditions';
const TOPICS = ['<PlatformTopicsCritical>', '<PlatformTopicsWarning>'];
const SPARES = `${SPARES_PATH}/*`;
const SERVICES_PATH = 'arn:aws:ssm:eu-central-1:111111111111:parameter/claude-keys/prod/services';
const KEY = '<PlatformEncryptionKey.Arn>';
const via = (service: string) => ({ 'kms:ViaService': `${service}.eu-central-1.amazonaws.com` });
const withContext = (service: string, name: string, arn: string) => ({
  StringEquals: via(service),
  StringLike: { [`kms:EncryptionContext:${name}`]: arn },
});

const bySid = (statements: readonly Statement[]) =>
  Object.fromEntries(
    statements.map(({ sid, actions, resources, conditions }) => [sid, { actions, resources, conditions }]),
  );

describe('RotationPlatform, what the rotate function may do', () => {
  const statements = roleStatements(platformTemplate(), 'claude-keys-prod-rotate');

  it('is this and nothing else', () => {
    expect(bySid(statements)).toEqual({
      '': {
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: ['<PlatformRotateLambdaLogs.Arn>'],
        conditions: {},
      },
      RotateServiceSecrets: {
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:TagResource',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: [SECRETS],
        conditions: {},
      },
      ListSpares: { actions: ['ssm:GetParametersByPath'], resources: [SPARES], conditions: {} },
      UseSpares: { actions: ['ssm:DeleteParameter', 'ssm:GetParameter'], resources: [SPARES], conditions: {} },
      KeyForServiceSecrets: {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [KEY],
        conditions: withContext('secretsmanager', 'SecretARN', SECRETS),
      },
      KeyForSpares: {
        actions: ['kms:Decrypt'],
        resources: [KEY],
        conditions: withContext('ssm', 'PARAMETER_ARN', SPARES),
      },
    });
  });
});

describe('RotationPlatform, what the reconcile function may do', () => {
  const withAdminKey = bySid(roleStatements(platformTemplate(), 'claude-keys-prod-reconcile'));

  it('is this and nothing else', () => {
    expect(withAdminKey).toEqual({
      '': {
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: ['<PlatformReconcileLambdaLogs.Arn>'],
        conditions: {},
      },
      FindSecrets: { actions: ['secretsmanager:ListSecrets'], resources: ['*'], conditions: {} },
      ReconcileServiceSecrets: {
        actions: [
          'secretsmanager:CancelRotateSecret',
          'secretsmanager:DescribeSecret',
          'secretsmanager:ListSecretVersionIds',
          'secretsmanager:PutSecretValue',
          'secretsmanager:RotateSecret',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: [SECRETS],
        conditions: {},
      },
      StartRotations: {
        actions: ['lambda:InvokeFunction'],
        resources: ['<PlatformRotateLambdaFunction.Arn>'],
        conditions: {},
      },
      ListRegistrationsAndSpares: {
        actions: ['ssm:GetParametersByPath'],
        resources: [SERVICES_PATH, SPARES_PATH, SPARES],
        conditions: {},
      },
      ReadRegistrations: { actions: ['ssm:GetParameter'], resources: [`${SERVICES_PATH}/*`], conditions: {} },
      RemoveSpares: { actions: ['ssm:DeleteParameter'], resources: [SPARES], conditions: {} },
      KeyForServiceSecrets: {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [KEY],
        conditions: withContext('secretsmanager', 'SecretARN', SECRETS),
      },
      PublishFigures: {
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': 'ClaudeKeys' } },
      },
      ReadAdminKey: { actions: ['secretsmanager:GetSecretValue'], resources: [ADMIN_SECRET], conditions: {} },
      KeyForAdminKey: {
        actions: ['kms:Decrypt'],
        resources: [KEY],
        conditions: withContext('secretsmanager', 'SecretARN', ADMIN_SECRET),
      },
      TellPeople: { actions: ['sns:Publish'], resources: TOPICS, conditions: {} },
      KeyForTopics: {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [KEY],
        conditions: { StringEquals: { ...via('sns'), 'kms:EncryptionContext:aws:sns:topicArn': TOPICS } },
      },
      RecallConditions: { actions: ['ssm:GetParametersByPath'], resources: [CONDITIONS_PATH], conditions: {} },
      NoteConditions: {
        actions: ['ssm:PutParameter', 'ssm:DeleteParameter'],
        resources: [`${CONDITIONS_PATH}/*`],
        conditions: {},
      },
    });
  });

  const manual = bySid(roleStatements(platformTemplate({ issuerAccess: 'manual' }), 'claude-keys-prod-reconcile'));

  it('lets it read the values of service secrets where no admin key can tell whether they work, and no admin key', () => {
    expect(manual.ReconcileServiceSecrets?.actions).toContain('secretsmanager:GetSecretValue');
    expect(Object.keys(manual)).not.toContain('ReadAdminKey');
    expect(Object.keys(manual)).not.toContain('KeyForAdminKey');
  });
});

describe('RotationPlatform, its functions', () => {
  it.each([
    ['rotate', 256, 60],
    ['reconcile', 512, 300],
  ])('runs %s on Node 24 and arm64 with a log group of its own', (name, memory, timeout) => {
    platformTemplate().hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `claude-keys-prod-${name}`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: memory,
      Timeout: timeout,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
    });
  });

  it('tells the reconciler what it needs to know, and nothing secret', () => {
    platformTemplate({ adminKeyExpiresOn: '2027-03-01' }).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'claude-keys-prod-reconcile',
      Environment: {
        Variables: {
          CLAUDE_KEYS_ENVIRONMENT: 'prod',
          CLAUDE_KEYS_ORGANIZATION_ID: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
          CLAUDE_KEYS_WORKSPACE_ID: 'wrkspc_01test',
          CLAUDE_KEYS_ISSUER_ACCESS: 'adminKey',
          CLAUDE_KEYS_ADMIN_KEY_EXPIRES_ON: '2027-03-01',
          CLAUDE_KEYS_WARNING_TOPIC_ARN: { Ref: Match.stringLikeRegexp('Warning') },
        },
      },
    });
  });

  it('tells the reconciler which limits to keep and when the admin key is old, where that is declared', () => {
    const variablesOf = (template = platformTemplate()): Readonly<Record<string, unknown>> => {
      const functions = Object.values(template.findResources('AWS::Lambda::Function'));
      const found = functions.find(({ Properties }) => Properties.FunctionName === 'claude-keys-prod-reconcile');
      return found?.Properties.Environment.Variables;
    };
    expect(variablesOf()).toMatchObject({ CLAUDE_KEYS_ADMIN_KEY_MAX_AGE_DAYS: '', CLAUDE_KEYS_WORKSPACE_LIMITS: '' });
    const declared = platformTemplate({ adminKeyMaxAgeDays: 30, workspaceLimits: { monthlySpendUsd: 500 } });
    expect(variablesOf(declared)).toMatchObject({
      CLAUDE_KEYS_ADMIN_KEY_MAX_AGE_DAYS: '30',
      CLAUDE_KEYS_WORKSPACE_LIMITS: '{"rateLimits":[],"monthlySpendUsd":500}',
    });
  });

  it('rejects limits that are mistyped', () => {
    const workspaceLimits = { rateLimits: [{ of: 'claude-haiku-5-5', requestsPerMinute: 0 }] };
    expect(() => platformTemplate({ workspaceLimits })).toThrow(
      'workspaceLimits.rateLimits[0].requestsPerMinute: got 0',
    );
  });

  it("lets Secrets Manager call the rotate function for this account's secrets only, by one permission", () => {
    const permissions = Object.values(platformTemplate().findResources('AWS::Lambda::Permission'));
    const ours = permissions.filter(({ Properties }) => Properties.Principal === 'secretsmanager.amazonaws.com');
    expect(ours.map(({ Properties }) => Properties.SourceAccount)).toEqual(['111111111111']);
  });

  it('runs in private subnets where asked to, by ids, as a role that Lambda and not its code can join networks with', () => {
    const functionNetwork = { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] };
    const template = platformTemplate({ functionNetwork });

    template.allResourcesProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: functionNetwork.subnetIds, SecurityGroupIds: functionNetwork.securityGroupIds },
    });
    for (const name of ['rotate', 'reconcile']) {
      const { JoinNetwork, DenyNetworksToCode } = bySid(roleStatements(template, `claude-keys-prod-${name}`));
      expect(DenyNetworksToCode?.actions).toEqual(JoinNetwork?.actions);
      expect(DenyNetworksToCode?.conditions).toEqual({
        ArnEquals: {
          'lambda:SourceFunctionArn': `arn:aws:lambda:eu-central-1:111111111111:function:claude-keys-prod-${name}`,
        },
      });
    }
  });

  it('says how often and how long an event for the reconciler is repeated', () => {
    const template = platformTemplate();

    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 1);
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('Reconcile') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 3600,
    });
  });

  it('runs the reconciler every 15 minutes, away from the quarters of an hour at which periods of metrics begin', () => {
    platformTemplate().hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(5/15 * * * ? *)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Reconcile'), 'Arn'] }, Id: Match.anyValue() }],
    });
  });

  it('keeps logs under the key for a year, and masks what looks like a key', () => {
    const groups = Object.values(platformTemplate().findResources('AWS::Logs::LogGroup'));
    expect(groups.map(({ Properties }) => Properties.LogGroupName)).toEqual([
      '/aws/lambda/claude-keys-prod-rotate',
      '/aws/lambda/claude-keys-prod-reconcile',
    ]);
    for (const { Properties } of groups) {
      expect(plain(Properties.KmsKeyId)).toBe(KEY);
      expect(Properties.RetentionInDays).toBe(365);
      expect(Properties.DataProtectionPolicy.Configuration.CustomDataIdentifier[0].Regex).toMatch(/^sk-ant-/);
    }
  });
});

describe('RotationPlatform, its key', () => {
  const keyStatements = (template = platformTemplate()) => {
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    return statementsOf(key?.Properties.KeyPolicy);
  };

  it('rotates, and outlives its stack', () => {
    platformTemplate().hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('delegates to IAM, and names only the services that encrypt by themselves', () => {
    const allowing = keyStatements().filter(({ effect }) => effect === 'Allow');
    expect(allowing.map(({ sid }) => sid)).toEqual(['', 'AlarmsToEncryptedTopics', 'FunctionLogs']);
  });

  it('lets the rotate function alone decrypt spares, whatever an identity is allowed', () => {
    expect(keyStatements().find(({ sid }) => sid === 'DenySparesToAllButRotation')).toMatchObject({
      effect: 'Deny',
      actions: ['kms:Decrypt', 'kms:ReEncryptFrom'],
      conditions: {
        ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/claude-keys-prod-rotate' },
        StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': SPARES },
      },
    });
  });

  it('lets alarms of this account reach the encrypted topics, and nothing else', () => {
    platformTemplate().hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Sid: 'AlarmsToEncryptedTopics',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
            Condition: {
              StringEquals: {
                'aws:SourceAccount': ACCOUNT,
                'kms:EncryptionContext:aws:sns:topicArn': [Match.anyValue(), Match.anyValue()],
              },
            },
          },
        ]),
      },
    });
  });

  it('is bound to the topics by their names', () => {
    expect(keyStatements().find(({ sid }) => sid === 'AlarmsToEncryptedTopics')?.conditions).toMatchObject({
      StringEquals: {
        'kms:EncryptionContext:aws:sns:topicArn': ['critical', 'warning'].map(
          (severity) => `arn:aws:sns:eu-central-1:${ACCOUNT}:claude-keys-prod-${severity}`,
        ),
      },
    });
  });

  it('lets accounts of readers decrypt service secrets, through Secrets Manager only', () => {
    const statement = keyStatements(platformTemplate({ readerAccounts: [OTHER_ACCOUNT] })).at(-1);
    expect(statement).toMatchObject({
      sid: 'ReadersInOtherAccounts',
      actions: ['kms:Decrypt'],
      conditions: withContext('secretsmanager', 'SecretARN', SECRETS),
    });
  });
});

describe('RotationPlatform, its admin key', () => {
  it('is a secret that starts with the placeholder, outlives its stack, and only the reconciler reads', () => {
    const template = platformTemplate();
    template.hasResource('AWS::SecretsManager::Secret', {
      Properties: { Name: 'prod/claude-platform/admin-key', SecretString: PLACEHOLDER, KmsKeyId: Match.anyValue() },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    const [policy] = Object.values(template.findResources('AWS::SecretsManager::ResourcePolicy'));
    expect(statementsOf(policy?.Properties.ResourcePolicy)).toContainEqual({
      sid: 'DenyReadsToAllButTheReconciler',
      effect: 'Deny',
      actions: ['secretsmanager:GetSecretValue'],
      resources: ['*'],
      conditions: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::111111111111:role/claude-keys-prod-reconcile'] } },
    });
  });

  it('is not there where people retire keys', () => {
    platformTemplate({ issuerAccess: 'manual' }).resourceCountIs('AWS::SecretsManager::Secret', 0);
  });
});

describe('RotationPlatform, its alarms', () => {
  const alarms = (template = platformTemplate()) => Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  const alarm = (name: string) =>
    alarms().find(({ Properties }) => Properties.AlarmName === `claude-keys-prod-${name}`)?.Properties;

  it('has one for every name on the list, each with a topic and its section of the runbook', () => {
    expect(alarms().map(({ Properties }) => Properties.AlarmName)).toEqual(
      ALARM_NAMES.map((name) => `claude-keys-prod-${name}`),
    );
    for (const { Properties } of alarms()) {
      const name = String(Properties.AlarmName).slice('claude-keys-prod-'.length);
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.AlarmDescription).toMatch(new RegExp(`^[A-Z].*\\. docs/runbook\\.md#${name}$`));
    }
  });

  it.each(Object.entries(CONDITIONS))('watches %s, and tells the %s topic', (condition, severity) => {
    expect(plain(alarm(condition))).toMatchObject({
      Namespace: 'ClaudeKeys',
      MetricName: 'InCondition',
      Dimensions: [
        { Name: 'Condition', Value: condition },
        { Name: 'Environment', Value: 'prod' },
      ],
      Statistic: 'Maximum',
      Period: 900,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      EvaluationPeriods:
        {
          'no-spare': 24,
          'unknown-key': 2,
          'messages-failing': 2,
          'usage-report-old': 4,
          'service-failing': 5,
          'limits-not-kept': 5,
        }[condition as string] ?? 1,
      AlarmActions: [severity === 'critical' ? '<PlatformTopicsCritical>' : '<PlatformTopicsWarning>'],
    });
  });

  it('pages when the reconciler falls silent, and not before it first ran', () => {
    expect(plain(alarm('reconciler-silent'))).toMatchObject({
      MetricName: 'ReconcilerHeartbeat',
      Dimensions: [{ Name: 'Environment', Value: 'prod' }],
      TreatMissingData: 'missing',
      InsufficientDataActions: ['<PlatformTopicsCritical>'],
      AlarmActions: ['<PlatformTopicsCritical>'],
    });
  });

  it('watches the errors of both functions', () => {
    expect(plain(alarm('rotate-errors'))).toMatchObject({
      MetricName: 'Errors',
      Threshold: 1,
      AlarmActions: ['<PlatformTopicsWarning>'],
    });
    expect(plain(alarm('reconcile-errors'))).toMatchObject({
      MetricName: 'Errors',
      Period: 3600,
      Threshold: 4,
      AlarmActions: ['<PlatformTopicsCritical>'],
    });
  });

  it('sends through encrypted topics that let alarms of this account publish', () => {
    const template = platformTemplate();
    const topics = Object.values(template.findResources('AWS::SNS::Topic'));
    expect(topics.map(({ Properties }) => Properties.TopicName)).toEqual([
      'claude-keys-prod-critical',
      'claude-keys-prod-warning',
    ]);
    for (const { Properties } of topics) expect(plain(Properties.KmsMasterKeyId)).toBe(KEY);
    template.allResourcesProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
          }),
        ]),
      },
    });
  });

  it('subscribes the addresses of each severity', () => {
    const template = platformTemplate({ alarmEmails: { critical: ['pager@acme.example'] } });
    template.resourceCountIs('AWS::SNS::Subscription', 1);
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'pager@acme.example',
      TopicArn: { Ref: Match.stringLikeRegexp('Critical') },
    });
  });
});

describe('RotationPlatform, what it leaves for others to find', () => {
  it('writes its settings and two ARNs as parameters', () => {
    const parameters = Object.values(platformTemplate().findResources('AWS::SSM::Parameter'));
    const byName = Object.fromEntries(parameters.map(({ Properties }) => [Properties.Name, plain(Properties.Value)]));
    expect(byName).toEqual({
      '/claude-keys/prod/platform/settings': expect.any(String),
      '/claude-keys/prod/platform/rotate-function-arn': '<PlatformRotateLambdaFunction.Arn>',
      '/claude-keys/prod/platform/key-arn': KEY,
    });
    expect(JSON.parse(String(byName['/claude-keys/prod/platform/settings']))).toEqual({
      environment: 'prod',
      organizationId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      workspaceId: 'wrkspc_01test',
      issuerAccess: 'adminKey',
      allowPersonalKeys: false,
      reconcileFunctionName: 'claude-keys-prod-reconcile',
      keyArn: KEY,
      timeZone: 'UTC',
    });
  });
});
