import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A log group. The Logs API spells its fields in lower case, CloudFormation does not. */
export const logsLogGroup: ResourceHandler = {
  fields: ['LogGroupName', 'KmsKeyId', 'LogGroupClass', 'RetentionInDays', 'DataProtectionPolicy'],
  withoutEffect: ['Tags'],
  createOnly: ['LogGroupName'],
  create: async (properties, context) => {
    const name = properties.optionalString('LogGroupName') ?? context.newName();
    await context.call('logs', 'CreateLogGroup', {
      logGroupName: name,
      kmsKeyId: properties.optionalString('KmsKeyId'),
      logGroupClass: properties.optionalString('LogGroupClass'),
    });
    await configure(name, properties, context);
    return stateOf(name, context);
  },
  update: async (properties, context, deployed: DeployedResource) => {
    await configure(deployed.physicalId, properties, context);
    return deployed;
  },
  delete: async ({ physicalId }, context) => {
    await context.call('logs', 'DeleteLogGroup', { logGroupName: physicalId });
  },
};

const stateOf = (name: string, context: ResourceContext): ResourceState => ({
  physicalId: name,
  attributes: { Arn: `arn:aws:logs:${context.region}:${context.accountId}:log-group:${name}:*` },
});

async function configure(logGroupName: string, properties: Fields, context: ResourceContext): Promise<void> {
  const retentionInDays = properties.optionalNumber('RetentionInDays');
  if (retentionInDays !== undefined)
    await context.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
  const policyDocument = properties.optionalDocument('DataProtectionPolicy');
  if (policyDocument !== undefined)
    await context.call('logs', 'PutDataProtectionPolicy', { logGroupIdentifier: logGroupName, policyDocument });
}
