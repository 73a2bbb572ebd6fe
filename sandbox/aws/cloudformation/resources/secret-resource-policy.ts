import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** The policy on a secret. */
export const secretResourcePolicy: ResourceHandler = {
  fields: ['SecretId', 'ResourcePolicy', 'BlockPublicPolicy'],
  createOnly: ['SecretId'],
  create: put,
  update: put,
  delete: async ({ properties }, context) => {
    await context.call('secretsmanager', 'DeleteResourcePolicy', { SecretId: properties.SecretId });
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const secretId = properties.string('SecretId');
  await context.call('secretsmanager', 'PutResourcePolicy', {
    SecretId: secretId,
    ResourcePolicy: properties.document('ResourcePolicy'),
    ...properties.pick('BlockPublicPolicy'),
  });
  return deployed ?? { physicalId: secretId, attributes: { Id: secretId } };
}
