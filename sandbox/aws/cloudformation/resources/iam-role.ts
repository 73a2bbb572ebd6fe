import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A role with its trust, its attached managed policies and the inline policies its template gives it. */
export const iamRole: ResourceHandler = {
  fields: [
    ...['RoleName', 'Path', 'AssumeRolePolicyDocument', 'ManagedPolicyArns', 'PermissionsBoundary'],
    { Policies: ['PolicyName', 'PolicyDocument'] },
  ],
  withoutEffect: ['Description', 'MaxSessionDuration', 'Tags'],
  createOnly: ['RoleName', 'Path'],
  create: async (properties, context) => {
    const name = properties.optionalString('RoleName') ?? context.newName();
    const { Role } = await context.call('iam', 'CreateRole', {
      RoleName: name,
      AssumeRolePolicyDocument: properties.document('AssumeRolePolicyDocument'),
      ...properties.pick('Path', 'PermissionsBoundary'),
    });
    await attach(name, properties, context);
    return stateOf(Role as Role);
  },
  update: async (properties, context, deployed) => {
    const name = deployed.physicalId;
    const document = properties.document('AssumeRolePolicyDocument');
    await context.call('iam', 'UpdateAssumeRolePolicy', { RoleName: name, PolicyDocument: document });
    await changeBoundary(name, properties, context);
    await detachOld(name, properties, context, deployed);
    await attach(name, properties, context);
    return deployed;
  },
  delete: async (deployed, context) => {
    await detach(deployed.physicalId, deployed.properties, context);
    await context.call('iam', 'DeleteRole', { RoleName: deployed.physicalId });
  },
};

interface Role {
  readonly RoleName: string;
  readonly RoleId: string;
  readonly Arn: string;
}

const stateOf = (role: Role): ResourceState => ({
  physicalId: role.RoleName,
  attributes: { Arn: role.Arn, RoleId: role.RoleId },
});

async function attach(name: string, properties: Fields, context: ResourceContext): Promise<void> {
  for (const PolicyArn of properties.strings('ManagedPolicyArns'))
    await context.call('iam', 'AttachRolePolicy', { RoleName: name, PolicyArn });
  for (const policy of properties.structures('Policies'))
    await context.call('iam', 'PutRolePolicy', {
      RoleName: name,
      PolicyName: policy.string('PolicyName'),
      PolicyDocument: policy.document('PolicyDocument'),
    });
}

async function changeBoundary(RoleName: string, properties: Fields, context: ResourceContext): Promise<void> {
  const boundary = properties.pick('PermissionsBoundary');
  if (properties.has('PermissionsBoundary'))
    await context.call('iam', 'PutRolePermissionsBoundary', { RoleName, ...boundary });
  else await context.call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
}

async function detachOld(
  name: string,
  properties: Fields,
  context: ResourceContext,
  deployed: DeployedResource,
): Promise<void> {
  const now = policiesIn(properties.pick('ManagedPolicyArns', 'Policies'));
  const before = policiesIn(deployed.properties);
  await detach(
    name,
    {
      ManagedPolicyArns: before.managed.filter((each) => !now.managed.includes(each)),
      Policies: before.inline.filter((each) => !now.inline.includes(each)).map((PolicyName) => ({ PolicyName })),
    },
    context,
  );
}

async function detach(
  name: string,
  properties: Readonly<Record<string, unknown>>,
  context: ResourceContext,
): Promise<void> {
  const { managed, inline } = policiesIn(properties);
  for (const PolicyArn of managed) await context.call('iam', 'DetachRolePolicy', { RoleName: name, PolicyArn });
  for (const PolicyName of inline) await context.call('iam', 'DeleteRolePolicy', { RoleName: name, PolicyName });
}

function policiesIn(properties: Readonly<Record<string, unknown>>): {
  readonly managed: readonly string[];
  readonly inline: readonly string[];
} {
  const policies = (properties.Policies ?? []) as readonly { readonly PolicyName: string }[];
  return {
    managed: (properties.ManagedPolicyArns ?? []) as readonly string[],
    inline: policies.map(({ PolicyName }) => PolicyName),
  };
}
