import { type PermissionTable, textIn } from './permission';

/** What STS asks IAM. Everybody may ask who they are; a role's trust is its resource policy. */
export const STS: PermissionTable = {
  AssumeRole: ({ input }, { iam }) => {
    const resource = textIn(input, 'RoleArn') ?? '';
    const role = iam.role(resource);
    // STS itself refuses a role that there is not.
    return role?.arn === resource ? [{ action: 'sts:AssumeRole', resource, resourcePolicy: role.trust }] : [];
  },
  GetCallerIdentity: () => [],
};
