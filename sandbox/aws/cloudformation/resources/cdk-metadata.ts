import type { Fields } from '../../fields';
import type { ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** What CDK tells AWS about the constructs in use: present in templates, without any effect. */
export const cdkMetadata: ResourceHandler = {
  fields: [],
  withoutEffect: ['Analytics'],
  create: put,
  update: put,
};

async function put(_properties: Fields, context: ResourceContext): Promise<ResourceState> {
  return { physicalId: context.logicalId, attributes: {} };
}
