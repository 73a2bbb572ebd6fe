import { arnIn, type NeededPermissions, type PermissionTable, textIn } from './permission';

/** What CloudWatch Logs asks IAM. Streams and lines are written by Lambda, as the function's role. */
export const LOGS: PermissionTable = {
  CreateLogGroup: onGroup('CreateLogGroup'),
  CreateLogStream: onStream('CreateLogStream'),
  DeleteLogGroup: onGroup('DeleteLogGroup'),
  PutDataProtectionPolicy: onGroup('PutDataProtectionPolicy', 'logGroupIdentifier'),
  PutLogEvents: onStream('PutLogEvents'),
  PutRetentionPolicy: onGroup('PutRetentionPolicy'),
};

function onGroup(action: string, field = 'logGroupName'): NeededPermissions {
  return ({ input }, deployed) => [
    { action: `logs:${action}`, resource: arnIn(deployed, 'logs', `log-group:${textIn(input, field) ?? ''}`) },
  ];
}

function onStream(action: string): NeededPermissions {
  return ({ input }, deployed) => {
    const [group, stream] = [textIn(input, 'logGroupName') ?? '', textIn(input, 'logStreamName') ?? ''];
    const resource = arnIn(deployed, 'logs', `log-group:${group}:log-stream:${stream}`);
    return [{ action: `logs:${action}`, resource }];
  };
}
