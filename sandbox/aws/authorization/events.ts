import { arnIn, type NeededPermissions, type PermissionTable, textIn } from './permission';

/** What EventBridge asks IAM, always about a rule of the default bus. */
export const EVENTS: PermissionTable = {
  DeleteRule: onRule('DeleteRule', 'Name'),
  PutRule: onRule('PutRule', 'Name'),
  PutTargets: onRule('PutTargets', 'Rule'),
  RemoveTargets: onRule('RemoveTargets', 'Rule'),
};

function onRule(action: string, field: string): NeededPermissions {
  return ({ input }, deployed) => [
    { action: `events:${action}`, resource: arnIn(deployed, 'events', `rule/${textIn(input, field) ?? ''}`) },
  ];
}
