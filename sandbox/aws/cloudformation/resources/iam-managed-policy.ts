import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A customer managed policy, attached to the roles its template names. */
export const iamManagedPolicy: ResourceHandler = {
  fields: ['ManagedPolicyName', 'Path', 'Description', 'PolicyDocument', 'Roles'],
  createOnly: ['ManagedPolicyName', 'Path', 'Description'],
  create: async (properties, context) => {
    const { Policy } = await context.call('iam', 'CreatePolicy', {
      PolicyName: properties.optionalString('ManagedPolicyName') ?? context.newName(),
      PolicyDocument: properties.document('PolicyDocument'),
      ...properties.pick('Path', 'Description'),
    });
    const { Arn } = Policy as { readonly Arn: string };
    await attach(properties.strings('Roles'), Arn, context);
    return { physicalId: Arn, attributes: { PolicyArn: Arn } };
  },
  update,
  delete: async ({ physicalId, properties }, context) => {
    await detach((properties.Roles ?? []) as readonly string[], physicalId, context);
    await context.call('iam', 'DeletePolicy', { PolicyArn: physicalId });
  },
};

async function update(
  properties: Fields,
  context: ResourceContext,
  deployed: DeployedResource,
): Promise<ResourceState> {
  const roles = properties.strings('Roles');
  const before = (deployed.properties.Roles ?? []) as readonly string[];
  await context.call('iam', 'CreatePolicyVersion', {
    PolicyArn: deployed.physicalId,
    PolicyDocument: properties.document('PolicyDocument'),
    SetAsDefault: true,
  });
  await detach(
    before.filter((role) => !roles.includes(role)),
    deployed.physicalId,
    context,
  );
  await attach(
    roles.filter((role) => !before.includes(role)),
    deployed.physicalId,
    context,
  );
  return deployed;
}

async function attach(roles: readonly string[], PolicyArn: string, context: ResourceContext): Promise<void> {
  for (const RoleName of roles) await context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
}

async function detach(roles: readonly string[], PolicyArn: string, context: ResourceContext): Promise<void> {
  for (const RoleName of roles) await context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
}
