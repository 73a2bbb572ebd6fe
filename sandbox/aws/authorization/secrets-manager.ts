import type { AwsInput } from '../service';
import {
  arnIn,
  type DeployedPolicies,
  type NeededPermissions,
  type Permission,
  type PermissionTable,
  requestTags,
  resourceTags,
  textIn,
  whenGiven,
} from './permission';

/** What Secrets Manager asks IAM: of most operations, the action of the same name on the secret. */
export const SECRETS_MANAGER: PermissionTable = {
  // Every secret that it reads asks for itself.
  BatchGetSecretValue: ({ input }) => [
    { action: 'secretsmanager:BatchGetSecretValue', resource: '*' },
    ...(input.Filters === undefined ? [] : [{ action: 'secretsmanager:ListSecrets', resource: '*' }]),
  ],
  CancelRotateSecret: onSecret('CancelRotateSecret'),
  CreateSecret: ({ input }, deployed) => [
    {
      action: 'secretsmanager:CreateSecret',
      resource: unknownSecret(deployed, textIn(input, 'Name') ?? ''),
      context: {
        ...requestTags(input),
        ...whenGiven(input, {
          'secretsmanager:Name': 'Name',
          'secretsmanager:Description': 'Description',
          'secretsmanager:KmsKeyId': 'KmsKeyId',
        }),
      },
    },
  ],
  DeleteResourcePolicy: onSecret('DeleteResourcePolicy'),
  DeleteSecret: onSecret('DeleteSecret', {
    'secretsmanager:ForceDeleteWithoutRecovery': 'ForceDeleteWithoutRecovery',
    'secretsmanager:RecoveryWindowInDays': 'RecoveryWindowInDays',
  }),
  DescribeSecret: onSecret('DescribeSecret'),
  GetResourcePolicy: onSecret('GetResourcePolicy'),
  GetSecretValue: onSecret('GetSecretValue', {
    'secretsmanager:VersionId': 'VersionId',
    'secretsmanager:VersionStage': 'VersionStage',
  }),
  ListSecrets: () => [{ action: 'secretsmanager:ListSecrets', resource: '*' }],
  ListSecretVersionIds: onSecret('ListSecretVersionIds'),
  PutResourcePolicy: onSecret('PutResourcePolicy', { 'secretsmanager:BlockPublicPolicy': 'BlockPublicPolicy' }),
  PutSecretValue: onSecret('PutSecretValue'), // recorded: its VersionStages are no condition key
  RestoreSecret: onSecret('RestoreSecret'),
  RotateSecret: (call, deployed) => [
    ...onSecret('RotateSecret', {
      'secretsmanager:RotateImmediately': 'RotateImmediately',
      'secretsmanager:RotationLambdaARN': 'RotationLambdaARN',
    })(call, deployed),
    ...rotationFunction(call.input, deployed),
  ],
  TagResource: onSecret('TagResource'),
  UntagResource: onSecret('UntagResource'),
  UpdateSecret: onSecret('UpdateSecret', {
    'secretsmanager:Description': 'Description',
    'secretsmanager:KmsKeyId': 'KmsKeyId',
  }),
  UpdateSecretVersionStage: onSecret('UpdateSecretVersionStage', { 'secretsmanager:VersionStage': 'VersionStage' }),
};

/** An action on the secret that SecretId stands for, with the condition keys that come from other fields when given. */
function onSecret(action: string, fields: Readonly<Record<string, string>> = {}): NeededPermissions {
  return ({ input }, deployed) => {
    const secretId = textIn(input, 'SecretId') ?? '';
    const secret = deployed.secretsManager.secret(secretId);
    const resource = secret?.arn ?? unknownSecret(deployed, secretId);
    return [
      {
        action: `secretsmanager:${action}`,
        resource,
        ...(secret?.resourcePolicy === undefined ? {} : { resourcePolicy: secret.resourcePolicy }),
        context: {
          'secretsmanager:SecretId': resource,
          ...(secret?.rotationLambdaArn === undefined
            ? {}
            : { 'secretsmanager:resource/AllowRotationLambdaArn': secret.rotationLambdaArn }),
          ...resourceTags(secret?.tags ?? new Map()),
          ...requestTags(input),
          ...whenGiven(input, fields),
        },
      },
    ];
  };
}

/** Whoever starts a rotation has to be allowed to invoke its function. */
function rotationFunction(input: AwsInput, deployed: DeployedPolicies): readonly Permission[] {
  const secret = deployed.secretsManager.secret(textIn(input, 'SecretId') ?? '');
  const functionArn = textIn(input, 'RotationLambdaARN') ?? secret?.rotationLambdaArn;
  if (functionArn === undefined) return [];
  const resourcePolicy = deployed.lambda.policyOf(functionArn);
  return [
    {
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    },
  ];
}

/** A secret that there is not has no random ending to its ARN: patterns that end in a wildcard still match it. */
const unknownSecret = (deployed: DeployedPolicies, name: string): string =>
  name.startsWith('arn:') ? name : arnIn(deployed, 'secretsmanager', `secret:${name}`);
