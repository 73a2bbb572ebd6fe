import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/**
 * A secret. Its value is written when it is created, and again only when the text in the template changes: as on AWS,
 * a template that changes the text overwrites whatever key the secret holds by then.
 */
export const secret: ResourceHandler = {
  fields: ['Name', 'Description', 'KmsKeyId', 'SecretString', 'Tags'],
  createOnly: ['Name'],
  create: async (properties, context) => {
    const { ARN } = await context.call('secretsmanager', 'CreateSecret', {
      Name: properties.optionalString('Name') ?? context.newName(),
      ClientRequestToken: context.newToken(),
      ...properties.pick('Description', 'KmsKeyId', 'SecretString', 'Tags'),
    });
    return { physicalId: String(ARN), attributes: { Id: String(ARN) } };
  },
  update,
  delete: async ({ physicalId }, context) => {
    // CloudFormation gives a deleted secret no recovery window.
    await context.call('secretsmanager', 'DeleteSecret', { SecretId: physicalId, ForceDeleteWithoutRecovery: true });
  },
};

async function update(
  properties: Fields,
  context: ResourceContext,
  deployed: DeployedResource,
): Promise<ResourceState> {
  const { SecretString } = properties.pick('SecretString');
  const rewritten = SecretString !== undefined && SecretString !== deployed.properties.SecretString;
  await context.call('secretsmanager', 'UpdateSecret', {
    SecretId: deployed.physicalId,
    ...properties.pick('Description', 'KmsKeyId'),
    ...(rewritten ? { SecretString, ClientRequestToken: context.newToken() } : {}),
  });
  const { Tags } = properties.pick('Tags');
  if (Tags !== undefined) await context.call('secretsmanager', 'TagResource', { SecretId: deployed.physicalId, Tags });
  return deployed;
}
