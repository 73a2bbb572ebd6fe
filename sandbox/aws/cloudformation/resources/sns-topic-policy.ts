import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** One policy for one or more topics. */
export const snsTopicPolicy: ResourceHandler = {
  fields: ['Topics', 'PolicyDocument'],
  createOnly: ['Topics'],
  create: put,
  update: put,
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const AttributeValue = properties.document('PolicyDocument');
  for (const TopicArn of properties.strings('Topics'))
    await context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
  const id = deployed?.physicalId ?? context.newName();
  return { physicalId: id, attributes: { Id: id } };
}
