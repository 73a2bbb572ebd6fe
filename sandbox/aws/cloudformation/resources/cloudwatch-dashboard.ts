import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A dashboard: stored as text, and only checked to be JSON. */
export const cloudWatchDashboard: ResourceHandler = {
  fields: ['DashboardName', 'DashboardBody'],
  createOnly: ['DashboardName'],
  create: put,
  update: put,
  delete: async ({ physicalId }, context) => {
    await context.call('monitoring', 'DeleteDashboards', { DashboardNames: [physicalId] });
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const name = properties.optionalString('DashboardName') ?? deployed?.physicalId ?? context.newName();
  await context.call('monitoring', 'PutDashboard', {
    DashboardName: name,
    DashboardBody: properties.string('DashboardBody'),
  });
  return { physicalId: name, attributes: {} };
}
