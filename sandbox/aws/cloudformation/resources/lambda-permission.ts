import type { ResourceHandler } from '../resource';

const STATEMENT = ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount'];

/** A statement in a function's resource policy. */
export const lambdaPermission: ResourceHandler = {
  fields: STATEMENT,
  createOnly: STATEMENT,
  create: async (properties, context) => {
    const statementId = context.newName();
    await context.call('lambda', 'AddPermission', {
      StatementId: statementId,
      ...properties.pick(...STATEMENT),
    });
    return { physicalId: statementId, attributes: { Id: statementId } };
  },
  delete: async ({ physicalId, properties }, context) => {
    const FunctionName = String(properties.FunctionName);
    await context.call('lambda', 'RemovePermission', { FunctionName, StatementId: physicalId });
  },
};
