import type { AwsCall, AwsInput } from '../service';
import {
  arnIn,
  type ConditionContext,
  type DeployedPolicies,
  type NeededPermissions,
  type Permission,
  type PermissionTable,
  requestTags,
  resourceTags,
  textIn,
} from './permission';

/** What KMS asks IAM. Nothing is asked about a key that there is not: the service says that itself. */
export const KMS: PermissionTable = {
  CancelKeyDeletion: onKey('CancelKeyDeletion'),
  CreateAlias: onAliasAndKey('CreateAlias'),
  CreateKey: ({ input }) => [
    { action: 'kms:CreateKey', resource: '*', context: requestTags(input) },
    ...(input.Tags === undefined ? [] : [{ action: 'kms:TagResource', resource: '*', context: requestTags(input) }]),
  ],
  Decrypt: onKey('Decrypt'),
  DeleteAlias: onAliasAndKey('DeleteAlias', 'AliasName'),
  DescribeKey: onKey('DescribeKey'),
  DisableKey: onKey('DisableKey'),
  DisableKeyRotation: onKey('DisableKeyRotation'),
  EnableKey: onKey('EnableKey'),
  EnableKeyRotation: onKey('EnableKeyRotation'),
  Encrypt: onKey('Encrypt'),
  GenerateDataKey: onKey('GenerateDataKey'),
  GetKeyPolicy: onKey('GetKeyPolicy'),
  GetKeyRotationStatus: onKey('GetKeyRotationStatus'),
  PutKeyPolicy: onKey('PutKeyPolicy'),
  ScheduleKeyDeletion: onKey('ScheduleKeyDeletion'),
  TagResource: onKey('TagResource'),
  UpdateAlias: onAliasAndKey('UpdateAlias'),
  UpdateKeyDescription: onKey('UpdateKeyDescription'),
};

function onKey(action: string, field = 'KeyId'): NeededPermissions {
  return (call, deployed) => {
    const key = deployed.kms.lookUp(textIn(call.input, field) ?? '');
    if (!key) return [];
    const context = { ...resourceTags(key.tags), ...requestTags(call.input), ...contextOf(call) };
    return [{ action: `kms:${action}`, resource: key.arn, resourcePolicy: key.policy, context }];
  };
}

/** An alias is asked about twice: as itself, which has no policy, and as the key behind it. */
function onAliasAndKey(action: string, keyField = 'TargetKeyId'): NeededPermissions {
  return (call, deployed) => [aliasOf(action, call.input, deployed), ...onKey(action, keyField)(call, deployed)];
}

const aliasOf = (action: string, input: AwsInput, deployed: DeployedPolicies): Permission => ({
  action: `kms:${action}`,
  resource: arnIn(deployed, 'kms', textIn(input, 'AliasName') ?? ''),
});

/** For whom, through which service and under which encryption context a key is used. */
function contextOf({ caller, input }: AwsCall): ConditionContext {
  const encryption = Object.entries((input.EncryptionContext ?? {}) as Readonly<Record<string, string>>);
  return {
    'kms:CallerAccount': caller.accountId,
    ...(caller.via === undefined ? {} : { 'kms:ViaService': caller.via }),
    ...Object.fromEntries(encryption.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
    ...(encryption.length === 0 ? {} : { 'kms:EncryptionContextKeys': encryption.map(([key]) => key) }),
  };
}
