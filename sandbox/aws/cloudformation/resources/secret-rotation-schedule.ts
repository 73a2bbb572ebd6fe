import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/**
 * A secret's rotation schedule. Left out, `RotateImmediatelyOnUpdate` is true: as on AWS, such a schedule rotates the
 * secret on its first deployment and whenever it changes.
 */
export const secretRotationSchedule: ResourceHandler = {
  fields: ['SecretId', 'RotationLambdaARN', 'RotationRules', 'RotateImmediatelyOnUpdate'],
  createOnly: ['SecretId'],
  create: put,
  update: put,
  delete: async ({ properties }, context) => {
    await context.call('secretsmanager', 'CancelRotateSecret', { SecretId: properties.SecretId });
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const secretId = properties.string('SecretId');
  await context.call('secretsmanager', 'RotateSecret', {
    SecretId: secretId,
    ClientRequestToken: context.newToken(),
    RotateImmediately: properties.optionalBoolean('RotateImmediatelyOnUpdate') ?? true,
    ...properties.pick('RotationLambdaARN', 'RotationRules'),
  });
  return deployed ?? { physicalId: secretId, attributes: { Id: secretId } };
}
