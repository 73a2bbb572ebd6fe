import { UnmodelledError } from '../../../errors';
import type { Fields } from '../../fields';
import type { ResourceContext, ResourceHandler } from '../resource';

/** How long Lambda goes on with an event for a function that nobody waits for. Of a function itself, not of a version. */
export const lambdaEventInvokeConfig: ResourceHandler = {
  fields: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds'],
  createOnly: ['FunctionName', 'Qualifier'],
  create: async (properties, context) => {
    await put(properties, context);
    return { physicalId: `${properties.string('FunctionName')}|$LATEST`, attributes: {} };
  },
  update: async (properties, context, deployed) => {
    await put(properties, context);
    return deployed;
  },
  delete: async ({ properties }, context) => {
    await context.call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName: String(properties.FunctionName) });
  },
};

async function put(properties: Fields, context: ResourceContext): Promise<void> {
  const qualifier = properties.string('Qualifier');
  if (qualifier !== '$LATEST') throw new UnmodelledError(`an event invoke config of ${qualifier}`);
  await context.call('lambda', 'PutFunctionEventInvokeConfig', {
    ...properties.pick('FunctionName', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds'),
  });
}
