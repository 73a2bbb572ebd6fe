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

/** How the removal of a secret goes on. */
export type DeletionEventName = 'StartSecretVersionDelete' | 'CancelSecretVersionDelete' | 'EndSecretVersionDelete';

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
export const rotationEvent = (account: AwsAccount, { name, secret, token, errorMessage }: RotationNews): SecretEvent =>
  serviceEvent(account, {
    eventName: name,
    ...(errorMessage === undefined ? {} : { errorMessage }),
    additionalEventData: { SecretId: secret.arn },
    requestID: `Rotation-${secret.arn}-${token}`,
  });

/** What CloudTrail says of a deletion: one event per secret, whatever its name says of versions. */
export const deletionEvent = (account: AwsAccount, name: DeletionEventName, { arn, name: Name }: Secret): SecretEvent =>
  serviceEvent(account, {
    eventName: name,
    additionalEventData: { ARN: arn, Name },
    requestID: account.random.uuid(),
  });

/** An event of what Secrets Manager does by itself. */
function serviceEvent(account: AwsAccount, told: Readonly<Record<string, unknown>>): SecretEvent {
  const detail = {
    eventVersion: '1.08',
    userIdentity: { accountId: account.id, invokedBy: SERVICE },
    eventTime: `${account.clock.now().toISOString().slice(0, 19)}Z`,
    eventSource: SERVICE,
    awsRegion: account.region,
    sourceIPAddress: SERVICE,
    userAgent: SERVICE,
    requestParameters: null,
    responseElements: null,
    eventID: account.random.uuid(),
    readOnly: false,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
    ...told,
  };
  return { detailType: 'AWS Service Event via CloudTrail', source: 'aws.secretsmanager', detail, resources: [] };
}
