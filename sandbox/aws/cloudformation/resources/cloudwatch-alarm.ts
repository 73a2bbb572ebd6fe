import { ALARM_FIELDS } from '../../cloudwatch/alarm';
import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** An alarm. CloudFormation's properties are the fields of PutMetricAlarm. */
export const cloudWatchAlarm: ResourceHandler = {
  ...ALARM_FIELDS,
  createOnly: ['AlarmName'],
  create: put,
  update: put,
  delete: async ({ physicalId }, context) => {
    await context.call('monitoring', 'DeleteAlarms', { AlarmNames: [physicalId] });
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const name = properties.optionalString('AlarmName') ?? deployed?.physicalId ?? context.newName();
  await context.call('monitoring', 'PutMetricAlarm', { ...properties.all(), AlarmName: name });
  const arn = `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${name}`;
  return { physicalId: name, attributes: { Arn: arn } };
}
