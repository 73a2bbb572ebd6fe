import type { AwsAccount } from '../account';
import type { Secret } from './secret';

/** An event as Secrets Manager hands it to EventBridge; the bus adds id, time, account and region. */
export interface SecretEvent {
  readonly detailType: string;
  readonly source: 'aws.secretsmanager';
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
}

type RotationEventName =
  | 'RotationStarted'
  | 'RotationSucceeded'
  | 'RotationFailed'
  | 'RotationAbandoned'
  | 'TestRotationFailed';

export interface RotationNews {
  readonly name: RotationEventName;
  readonly secret: Secret;
  /** The version that the rotation is about. */
  readonly token: string;
  readonly errorMessage?: string;
}

const SERVICE = 'secretsmanager.amazonaws.com';

/** Sent when any label but AWSPENDING and AWSPREVIOUS moves to a version; needs no trail. */
export const labelUpdated = (secret: Secret, label: string, versionId: string): SecretEvent => ({
  detailType: 'Secret Label Updated',
  source: 'aws.secretsmanager',
  detail: { name: secret.name, labelUpdated: label, versionId },
  resources: [secret.arn],
});

/** What CloudTrail says of a rotation. The secret is named in `additionalEventData` only. */
export function rotationEvent(account: AwsAccount, news: RotationNews): SecretEvent {
  const { name, secret, token, errorMessage } = news;
  const detail = {
    eventVersion: '1.08',
    userIdentity: { accountId: account.id, invokedBy: SERVICE },
    eventTime: `${account.clock.now().toISOString().slice(0, 19)}Z`,
    eventSource: SERVICE,
    eventName: name,
    awsRegion: account.region,
    sourceIPAddress: SERVICE,
    userAgent: SERVICE,
    ...(errorMessage === undefined ? {} : { errorMessage }),
    requestParameters: null,
    responseElements: null,
    additionalEventData: { SecretId: secret.arn },
    requestID: `Rotation-${secret.arn}-${token}`,
    eventID: account.random.uuid(),
    readOnly: false,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
  };
  return { detailType: 'AWS Service Event via CloudTrail', source: 'aws.secretsmanager', detail, resources: [] };
}
