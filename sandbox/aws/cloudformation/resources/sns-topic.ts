import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A topic; standard, not first-in-first-out. */
export const snsTopic: ResourceHandler = {
  fields: ['TopicName', 'KmsMasterKeyId', 'DisplayName'],
  withoutEffect: ['Tags'],
  createOnly: ['TopicName'],
  create: async (properties, context) => {
    const name = properties.optionalString('TopicName') ?? context.newName();
    const { TopicArn } = await context.call('sns', 'CreateTopic', { Name: name });
    await configure(String(TopicArn), properties, context);
    return { physicalId: String(TopicArn), attributes: { TopicArn: String(TopicArn), TopicName: name } };
  },
  update,
  delete: async ({ physicalId }, context) => {
    await context.call('sns', 'DeleteTopic', { TopicArn: physicalId });
  },
};

async function update(
  properties: Fields,
  context: ResourceContext,
  deployed: DeployedResource,
): Promise<ResourceState> {
  await configure(deployed.physicalId, properties, context);
  return deployed;
}

async function configure(TopicArn: string, properties: Fields, context: ResourceContext): Promise<void> {
  for (const [AttributeName, AttributeValue] of Object.entries(properties.pick('KmsMasterKeyId', 'DisplayName')))
    await context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
}
