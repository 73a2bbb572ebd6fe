import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ServiceApiKey } from '../../lib/constructs/service-api-key';
import { ACCOUNT, aServiceApiKey, aStack, OTHER_ACCOUNT, plain, REGION, statementsOf } from './templates';

const ROTATE_ROLE = `arn:aws:iam::${ACCOUNT}:role/claude-keys-prod-rotate`;
const RECONCILE_ROLE = `arn:aws:iam::${ACCOUNT}:role/claude-keys-prod-reconcile`;
const PLATFORM = { 'aws:PrincipalArn': [ROTATE_ROLE, RECONCILE_ROLE] };

const secretStatements = (stack: Stack) => {
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::ResourcePolicy'));
  return statementsOf(policy?.Properties.ResourcePolicy);
};
const statement = (stack: Stack, sid: string) => secretStatements(stack).find((each) => each.sid === sid);
const identityPolicies = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));

describe('ServiceApiKey', () => {
  it('creates a secret that holds the placeholder, to the letter', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'prod/claude/billing-bot/key',
      // FROZEN: CloudFormation writes the value again when this changes, over every live key.
      SecretString: 'no-claude-key-staged-yet',
      GenerateSecretString: Match.absent(),
      KmsKeyId: Match.anyValue(),
    });
  });

  it('tags the secret with its environment, service and owner', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      Tags: [
        { Key: 'claude-keys:environment', Value: 'prod' },
        { Key: 'claude-keys:owner', Value: 'team-billing' },
        { Key: 'claude-keys:service', Value: 'billing-bot' },
      ],
    });
  });

  it('keeps the secret when its stack is updated or deleted, and not when its creation fails', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('rotates on a schedule, and not when it is deployed', () => {
    const stack = aStack();
    aServiceApiKey(stack, { policy: { rotateEveryDays: 30 } });
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotateImmediatelyOnUpdate: false,
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
    });
  });

  it('writes a schedule of one day the way AWS reads it', () => {
    const stack = aStack();
    const daily = {
      maxAgeDays: 2,
      rotateEveryDays: 1,
      rotateBeforeExpiryDays: 1,
      silentHours: 48,
      retirementDeadlineDays: 3,
      undoWindowDays: 1,
    };
    aServiceApiKey(stack, { policy: daily });
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'rate(1 day)' },
    });
  });

  it('finds its platform when it is deployed, by parameters', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    const parameters = Object.values(Template.fromStack(stack).toJSON().Parameters ?? {});
    expect(parameters).toEqual(
      expect.arrayContaining([
        { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/claude-keys/prod/platform/rotate-function-arn' },
        { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/claude-keys/prod/platform/key-arn' },
      ]),
    );
  });

  it('registers the service with its whole policy, until its stack is deleted', () => {
    const stack = aStack();
    const key = aServiceApiKey(stack, { policy: { overlapHours: 72 } });
    const [parameter] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
    expect(parameter?.Properties.Name).toBe('/claude-keys/prod/services/billing-bot');
    expect(parameter?.DeletionPolicy).toBe('Delete');
    expect(JSON.parse(parameter?.Properties.Value)).toEqual({
      service: 'billing-bot',
      owner: 'team-billing',
      issuer: 'claude-console',
      policy: key.policy,
    });
    expect(key.policy).toMatchObject({ overlapHours: 72, maxAgeDays: 90 });
  });

  it('needs ten lines in an app of another team', () => {
    const app = new App();
    const stack = new Stack(app, 'BillingBot');
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    new ServiceApiKey(stack, 'ApiKey', {
      environment: 'prod',
      service: 'billing-bot',
      owner: 'team-billing',
    }).grantRead(role);
    expect(() => app.synth()).not.toThrow();
  });

  it('means the same under every feature flag that a new app sets', () => {
    const flags: unknown = JSON.parse(
      readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
    );
    const templates = [{}, flags as Record<string, unknown>].map((context) => {
      const stack = aStack(context);
      aServiceApiKey(stack);
      return plain(Template.fromStack(stack).toJSON().Resources);
    });
    expect(templates[1]).toEqual(templates[0]);
  });

  it('rejects everything that is wrong with it at once', () => {
    const wrongly = () => aServiceApiKey(aStack(), { service: 'Billing Bot', owner: '', policy: { overlapHours: 0 } });
    expect(wrongly).toThrow(/3 mistakes[\s\S]*props\.service[\s\S]*props\.owner[\s\S]*policy\.overlapHours/);
  });
});

describe("ServiceApiKey, its secret's policy", () => {
  it('denies reading the value to all but its readers and the platform', () => {
    const stack = aStack();
    const role = new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    aServiceApiKey(stack).grantRead(role);
    expect(statement(stack, 'DenyReadsToAllButReaders')).toMatchObject({
      effect: 'Deny',
      actions: ['secretsmanager:GetSecretValue'],
      conditions: { ArnNotLike: { 'aws:PrincipalArn': [ROTATE_ROLE, RECONCILE_ROLE, '<Reader.Arn>'] } },
    });
  });

  it('denies writing the value to all but the platform', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    expect(statement(stack, 'DenyWritesToAllButThePlatform')).toMatchObject({
      effect: 'Deny',
      actions: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
      conditions: { ArnNotLike: PLATFORM },
    });
  });

  it('denies nothing that CloudFormation needs for the next deploy', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    const denied = secretStatements(stack).flatMap(({ sid, actions }) => actions.map((action) => `${sid} ${action}`));
    expect(denied).toEqual([
      'DenyDeletionWithoutRecovery secretsmanager:DeleteSecret',
      'DenyReadsToAllButReaders secretsmanager:GetSecretValue',
      'DenyWritesToAllButThePlatform secretsmanager:PutSecretValue',
      'DenyWritesToAllButThePlatform secretsmanager:UpdateSecretVersionStage',
      'DenyReadsOfOtherStages secretsmanager:GetSecretValue',
      'DenyReadsByVersionId secretsmanager:GetSecretValue',
    ]);
  });

  it('denies deletion only when it cannot be undone', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    expect(statement(stack, 'DenyDeletionWithoutRecovery')?.conditions).toEqual({
      Bool: { 'secretsmanager:ForceDeleteWithoutRecovery': 'true' },
    });
  });

  it('denies other stages to readers, and leaves the plain read alone, which names no stage', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    expect(statement(stack, 'DenyReadsOfOtherStages')?.conditions).toEqual({
      ArnNotLike: PLATFORM,
      StringNotEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' },
      Null: { 'secretsmanager:VersionStage': 'false' },
    });
    expect(statement(stack, 'DenyReadsByVersionId')?.conditions).toEqual({
      ArnNotLike: PLATFORM,
      Null: { 'secretsmanager:VersionId': 'false' },
    });
  });

  it('lets readers read by stage and version where strictReads is off', () => {
    const stack = aStack();
    aServiceApiKey(stack, { strictReads: false });
    expect(secretStatements(stack).map(({ sid }) => sid)).toEqual([
      'DenyDeletionWithoutRecovery',
      'DenyReadsToAllButReaders',
      'DenyWritesToAllButThePlatform',
    ]);
  });

  it('may never become public', () => {
    const stack = aStack();
    aServiceApiKey(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::ResourcePolicy', { BlockPublicPolicy: true });
  });
});

describe('ServiceApiKey.grantRead', () => {
  it.each([
    [
      'a new role',
      (stack: Stack) => new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
    ],
    ['an existing role', (stack: Stack) => Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${ACCOUNT}:role/reader`)],
  ])(
    "gives %s the secret and, through Secrets Manager, the key's decryption for this secret alone",
    (_kind, reader) => {
      const stack = aStack();
      aServiceApiKey(stack).grantRead(reader(stack));
      const [policy, ...others] = identityPolicies(stack);
      expect(others).toEqual([]);
      expect(statementsOf(policy?.Properties.PolicyDocument)).toEqual([
        expect.objectContaining({
          actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          resources: ['<KeySecret>'],
          conditions: {},
        }),
        expect.objectContaining({
          actions: ['kms:Decrypt'],
          resources: [expect.stringContaining('keyarn')],
          conditions: {
            StringEquals: {
              'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com`,
              'kms:EncryptionContext:SecretARN': '<KeySecret>',
            },
          },
        }),
      ]);
    },
  );

  it('names an existing role in the policy of the secret, too', () => {
    const stack = aStack();
    aServiceApiKey(stack).grantRead(Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${ACCOUNT}:role/team/reader`));
    expect(JSON.stringify(statement(stack, 'DenyReadsToAllButReaders'))).toContain(':role/team/reader');
  });

  it('lets a role of another account in by the policy of the secret, and writes no policy in this account', () => {
    const stack = aStack();
    const reader = `arn:aws:iam::${OTHER_ACCOUNT}:role/reader`;
    aServiceApiKey(stack).grantRead(Role.fromRoleArn(stack, 'Reader', reader));
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::ResourcePolicy', {
      ResourcePolicy: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Principal: { AWS: reader },
            Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
            Resource: '*',
          },
        ]),
      },
    });
    expect(JSON.stringify(statement(stack, 'DenyReadsToAllButReaders'))).toContain(reader);
    expect(identityPolicies(stack)).toEqual([]);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  it('warns about a role that cannot be given anything', () => {
    const stack = aStack();
    const reader = Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${ACCOUNT}:role/reader`, { mutable: false });
    aServiceApiKey(stack).grantRead(reader);
    Annotations.fromStack(stack).hasWarning('/Stack/Key', Match.stringLikeRegexp('imported as immutable'));
  });

  it('rejects whoever has no ARN of its own, since the policy of the secret could not name it', () => {
    const key = aServiceApiKey(aStack());
    expect(() => key.grantRead(new ServicePrincipal('lambda.amazonaws.com'))).toThrow('grant to one role');
    expect(() => key.grantRead(new AccountPrincipal(ACCOUNT))).toThrow('grant to one role');
  });

  it('lets a construct that takes a secret name it by its whole ARN', () => {
    const stack = aStack();
    const key = aServiceApiKey(stack);
    expect(plain(stack.resolve(key.secret.secretArn))).toBe('<KeySecret>');
    expect(key.secret).toBe(key.secret);
  });
});
