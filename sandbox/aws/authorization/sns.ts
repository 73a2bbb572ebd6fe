import { type NeededPermissions, type PermissionTable, textIn } from './permission';

/** What SNS asks IAM, always about a topic. The topic's key is asked by the service itself. */
export const SNS: PermissionTable = {
  CreateTopic: (call, deployed) => {
    const { id, region } = deployed.account;
    const TopicArn = `arn:aws:sns:${region}:${id}:${textIn(call.input, 'Name') ?? ''}`;
    return onTopic('CreateTopic')({ ...call, input: { TopicArn } }, deployed);
  },
  DeleteTopic: onTopic('DeleteTopic'),
  GetTopicAttributes: onTopic('GetTopicAttributes'),
  Publish: onTopic('Publish'),
  SetTopicAttributes: onTopic('SetTopicAttributes'),
  Subscribe: onTopic('Subscribe'),
  Unsubscribe: (call, deployed) => {
    const subscription = textIn(call.input, 'SubscriptionArn') ?? '';
    const TopicArn = subscription.slice(0, subscription.lastIndexOf(':'));
    return onTopic('Unsubscribe')({ ...call, input: { TopicArn } }, deployed);
  },
};

function onTopic(action: string): NeededPermissions {
  return ({ input }, { sns }) => {
    const resource = textIn(input, 'TopicArn') ?? '';
    const resourcePolicy = sns.policyOf(resource);
    return [{ action: `sns:${action}`, resource, ...(resourcePolicy === undefined ? {} : { resourcePolicy }) }];
  };
}
