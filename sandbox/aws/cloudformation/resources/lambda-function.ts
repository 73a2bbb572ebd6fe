import type { Fields } from '../../fields';
import type { ResourceContext, ResourceHandler } from '../resource';

const CONFIGURATION = [
  'Role',
  'Handler',
  'Runtime',
  'Timeout',
  'MemorySize',
  'Environment',
  'LoggingConfig',
  'Description',
  'TracingConfig',
  'VpcConfig',
] as const;

/** A function. Its code is an asset of the assembly, run as it is. */
export const lambdaFunction: ResourceHandler = {
  fields: ['FunctionName', 'Code', 'Architectures', 'Tags', 'ReservedConcurrentExecutions', ...CONFIGURATION],
  createOnly: ['FunctionName'],
  create: async (properties, context) => {
    const name = properties.optionalString('FunctionName') ?? context.newName();
    const { FunctionArn } = await context.call('lambda', 'CreateFunction', {
      FunctionName: name,
      ...properties.pick(...CONFIGURATION, 'Architectures', 'Code', 'Tags'),
    });
    if (properties.has('ReservedConcurrentExecutions')) await reserveConcurrency(name, properties, context);
    return { physicalId: name, attributes: { Arn: String(FunctionArn) } };
  },
  update: async (properties, context, deployed) => {
    const FunctionName = deployed.physicalId;
    const { Code } = properties.pick('Code');
    await context.call('lambda', 'UpdateFunctionCode', {
      FunctionName,
      ...(Code as object),
      ...properties.pick('Architectures'),
    });
    await context.call('lambda', 'UpdateFunctionConfiguration', { FunctionName, ...properties.pick(...CONFIGURATION) });
    await reserveConcurrency(FunctionName, properties, context);
    return deployed;
  },
  delete: async ({ physicalId }, context) => {
    await context.call('lambda', 'DeleteFunction', { FunctionName: physicalId });
  },
};

async function reserveConcurrency(FunctionName: string, properties: Fields, context: ResourceContext): Promise<void> {
  const count = properties.optionalNumber('ReservedConcurrentExecutions');
  if (count === undefined) await context.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else await context.call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions: count });
}
