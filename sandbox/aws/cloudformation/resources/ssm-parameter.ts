import type { Fields } from '../../fields';
import { AwsError } from '../../service';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A parameter. CloudFormation cannot create secure strings. */
export const ssmParameter: ResourceHandler = {
  fields: ['Name', 'Type', 'Value', 'Description', 'Tier'],
  // Tags and Overwrite exclude each other in the API, and tags of a parameter mean nothing here.
  withoutEffect: ['Tags'],
  createOnly: ['Name'],
  create: (properties, context) => put(properties, context),
  update: put,
  delete: async ({ physicalId }, context) => {
    await context.call('ssm', 'DeleteParameter', { Name: physicalId });
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const name = properties.optionalString('Name') ?? deployed?.physicalId ?? context.newName();
  const type = properties.string('Type');
  if (type === 'SecureString') throw new AwsError('ValidationError', 'CloudFormation cannot create a SecureString');
  const value = properties.string('Value');
  await context.call('ssm', 'PutParameter', {
    Name: name,
    Type: type,
    Value: value,
    Overwrite: deployed !== undefined,
    ...properties.pick('Description', 'Tier'),
  });
  return { physicalId: name, attributes: { Type: type, Value: value } };
}
