import type { ResourceHandler } from '../resource';

/** A second name of a key. */
export const kmsAlias: ResourceHandler = {
  fields: ['AliasName', 'TargetKeyId'],
  createOnly: ['AliasName', 'TargetKeyId'],
  create: async (properties, context) => {
    const name = properties.string('AliasName');
    await context.call('kms', 'CreateAlias', { AliasName: name, TargetKeyId: properties.string('TargetKeyId') });
    return { physicalId: name, attributes: {} };
  },
};
