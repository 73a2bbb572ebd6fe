import { UnmodelledError } from '../../../errors';
import type { Fields } from '../../fields';
import type { ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A symmetric key with its policy. Deleting one would take the secrets under it along, so the sandbox does not. */
export const kmsKey: ResourceHandler = {
  fields: ['Description', 'KeyPolicy', 'EnableKeyRotation', 'Tags'],
  withoutEffect: ['PendingWindowInDays'],
  create: async (properties, context) => {
    const { KeyMetadata } = await context.call('kms', 'CreateKey', {
      Policy: properties.document('KeyPolicy'),
      ...properties.pick('Description', 'Tags'),
    });
    const { KeyId, Arn } = KeyMetadata as { readonly KeyId: string; readonly Arn: string };
    if (properties.optionalBoolean('EnableKeyRotation')) await context.call('kms', 'EnableKeyRotation', { KeyId });
    return { physicalId: KeyId, attributes: { Arn, KeyId } };
  },
  update,
  delete: async () => {
    throw new UnmodelledError('deleting a KMS key');
  },
};

async function update(properties: Fields, context: ResourceContext, deployed: ResourceState): Promise<ResourceState> {
  const Policy = properties.document('KeyPolicy');
  await context.call('kms', 'PutKeyPolicy', { KeyId: deployed.physicalId, PolicyName: 'default', Policy });
  return deployed;
}
