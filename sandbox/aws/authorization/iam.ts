import { type DeployedPolicies, type NeededPermissions, type PermissionTable, textIn } from './permission';

/** What IAM asks itself, about a role or a policy. */
export const IAM: PermissionTable = {
  AttachRolePolicy: onRole('AttachRolePolicy'),
  CreatePolicy: ({ input }, { account }) => {
    const name = `${textIn(input, 'Path') ?? '/'}${textIn(input, 'PolicyName') ?? ''}`;
    return [{ action: 'iam:CreatePolicy', resource: `arn:aws:iam::${account.id}:policy${name}` }];
  },
  CreatePolicyVersion: onPolicy('CreatePolicyVersion'),
  CreateRole: ({ input }, { account }) => {
    const name = `${textIn(input, 'Path') ?? '/'}${textIn(input, 'RoleName') ?? ''}`;
    return [{ action: 'iam:CreateRole', resource: `arn:aws:iam::${account.id}:role${name}` }];
  },
  DeletePolicy: onPolicy('DeletePolicy'),
  DeleteRole: onRole('DeleteRole'),
  DeleteRolePolicy: onRole('DeleteRolePolicy'),
  DetachRolePolicy: onRole('DetachRolePolicy'),
  GetRole: onRole('GetRole'),
  PutRolePermissionsBoundary: onRole('PutRolePermissionsBoundary'),
  DeleteRolePermissionsBoundary: onRole('DeleteRolePermissionsBoundary'),
  PutRolePolicy: onRole('PutRolePolicy'),
  UpdateAssumeRolePolicy: onRole('UpdateAssumeRolePolicy'),
};

function onRole(action: string): NeededPermissions {
  return ({ input }, deployed) => [{ action: `iam:${action}`, resource: roleArn(textIn(input, 'RoleName'), deployed) }];
}

function onPolicy(action: string): NeededPermissions {
  return ({ input }) => [{ action: `iam:${action}`, resource: textIn(input, 'PolicyArn') ?? '' }];
}

const roleArn = (name = '', { iam, account }: DeployedPolicies): string =>
  iam.role(name)?.arn ?? `arn:aws:iam::${account.id}:role/${name}`;
