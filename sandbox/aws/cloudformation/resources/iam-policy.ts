import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** An inline policy on one or more roles; one on users or groups is not modelled. */
export const iamPolicy: ResourceHandler = {
  fields: ['PolicyName', 'PolicyDocument', 'Roles'],
  createOnly: ['PolicyName'],
  create: put,
  update: put,
  delete: async ({ properties }, context) => {
    await remove(rolesOf(properties), String(properties.PolicyName), context);
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const name = properties.string('PolicyName');
  const document = properties.document('PolicyDocument');
  const roles = properties.strings('Roles');
  const gone = rolesOf(deployed?.properties ?? {}).filter((role) => !roles.includes(role));
  await remove(gone, name, context);
  for (const RoleName of roles)
    await context.call('iam', 'PutRolePolicy', { RoleName, PolicyName: name, PolicyDocument: document });
  return { physicalId: deployed?.physicalId ?? context.newName(), attributes: {} };
}

async function remove(roles: readonly string[], policyName: string, context: ResourceContext): Promise<void> {
  for (const RoleName of roles) await context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: policyName });
}

const rolesOf = (properties: Readonly<Record<string, unknown>>): readonly string[] =>
  (properties.Roles ?? []) as readonly string[];
