import type { AwsAccount } from '../account';
import { labelUpdated, type SecretEvent } from './events';
import type { RotationEngine } from './rotation-engine';
import { AWS_PENDING, AWS_PREVIOUS, type Secret } from './secret';
import type { SecretStore } from './secret-store';
import type { SecretViews } from './secret-views';
import type { ValueEncryption } from './value-encryption';

/** What the operations of Secrets Manager work on. */
export interface SecretsContext {
  readonly account: AwsAccount;
  readonly store: SecretStore;
  /** What reads show of it. */
  readonly views: SecretViews;
  readonly encryption: ValueEncryption;
  readonly rotation: RotationEngine;
  readonly emit: (event: SecretEvent) => void;
  /** How long a secret that is deleted by force is still described. */
  readonly forcedDeletionMs: number;
}

/** Notes a change of a secret's versions, and tells EventBridge of the labels that moved. */
export function noteLabels(context: SecretsContext, secret: Secret, labels: readonly string[], id: string): void {
  secret.changedAt = context.account.clock.now();
  for (const label of labels) {
    if (label !== AWS_PENDING && label !== AWS_PREVIOUS && secret.holderOf(label)?.id === id) {
      context.emit(labelUpdated(secret, label, id));
    }
  }
}

/** What most operations answer: which secret they were about. */
export const identity = (secret: Secret): { ARN: string; Name: string } => ({ ARN: secret.arn, Name: secret.name });
