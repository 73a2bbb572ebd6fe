import type { Caller } from './service';

/** Who calls with a role's credentials. */
export const roleSession = (accountId: string, roleName: string, sessionName: string): Caller => ({
  principal: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
  accountId,
});

/** A role's name in its ARN, which may have a path before it. */
export const roleNameOf = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);
