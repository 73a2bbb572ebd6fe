import { arnIn, type DeployedPolicies, type PermissionTable, textIn, textsIn, whenGiven } from './permission';

/** What CloudWatch asks IAM. Figures belong to no resource, so that their namespace is all that can bind them. */
export const CLOUDWATCH: PermissionTable = {
  DeleteAlarms: ({ input }, deployed) =>
    textsIn(input, 'AlarmNames').map((name) => ({
      action: 'cloudwatch:DeleteAlarms',
      resource: alarmArn(name, deployed),
    })),
  DeleteDashboards: ({ input }, deployed) =>
    textsIn(input, 'DashboardNames').map((name) => ({
      action: 'cloudwatch:DeleteDashboards',
      resource: dashboardArn(name, deployed),
    })),
  DescribeAlarms: (_call, deployed) => [{ action: 'cloudwatch:DescribeAlarms', resource: alarmArn('*', deployed) }],
  GetMetricStatistics: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
  PutDashboard: ({ input }, deployed) => [
    { action: 'cloudwatch:PutDashboard', resource: dashboardArn(textIn(input, 'DashboardName') ?? '', deployed) },
  ],
  PutMetricAlarm: ({ input }, deployed) => [
    { action: 'cloudwatch:PutMetricAlarm', resource: alarmArn(textIn(input, 'AlarmName') ?? '', deployed) },
  ],
  PutMetricData: ({ input }) => [
    {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: whenGiven(input, { 'cloudwatch:namespace': 'Namespace' }),
    },
  ],
};

const alarmArn = (name: string, deployed: DeployedPolicies): string => arnIn(deployed, 'cloudwatch', `alarm:${name}`);

const dashboardArn = (name: string, { account }: DeployedPolicies): string =>
  `arn:aws:cloudwatch::${account.id}:dashboard/${name}`;
