import type { ResourceHandler } from '../resource';

const SUBSCRIPTION = ['TopicArn', 'Protocol', 'Endpoint'];

/** A subscription to a topic. */
export const snsSubscription: ResourceHandler = {
  fields: SUBSCRIPTION,
  createOnly: SUBSCRIPTION,
  create: async (properties, context) => {
    const { SubscriptionArn } = await context.call('sns', 'Subscribe', {
      ...properties.pick(...SUBSCRIPTION),
      ReturnSubscriptionArn: true,
    });
    return { physicalId: String(SubscriptionArn), attributes: { Arn: String(SubscriptionArn) } };
  },
  delete: async ({ physicalId }, context) => {
    await context.call('sns', 'Unsubscribe', { SubscriptionArn: physicalId });
  },
};
