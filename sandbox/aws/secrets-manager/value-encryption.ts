import type { AwsAccount } from '../account';
import { AwsError, type Caller } from '../service';
import type { Secret, SecretVersion } from './secret';

const AWS_MANAGED_KEY = 'alias/aws/secretsmanager';

interface KeyUse {
  readonly operation: 'GenerateDataKey' | 'Decrypt';
  readonly keyId: string | undefined;
  /** What Secrets Manager answers when the key cannot be used at all. */
  readonly failure: string;
}

/**
 * Asks KMS, on the caller's behalf, for every value that is written or read under a customer's key. Values are not
 * really encrypted: what matters is who may use the key, and whether it is enabled.
 */
export class ValueEncryption {
  constructor(private readonly account: AwsAccount) {}

  async write(secret: Secret, versionId: string, caller: Caller): Promise<void> {
    const use: KeyUse = { operation: 'GenerateDataKey', keyId: secret.kmsKeyId, failure: 'EncryptionFailure' };
    await this.#use(use, { SecretARN: secret.arn, SecretVersionId: versionId }, caller);
  }

  async read(secret: Secret, version: SecretVersion, caller: Caller): Promise<void> {
    const use: KeyUse = { operation: 'Decrypt', keyId: version.kmsKeyId, failure: 'DecryptionFailure' };
    await this.#use(use, { SecretARN: secret.arn, SecretVersionId: version.id }, caller);
  }

  async #use(use: KeyUse, encryptionContext: Readonly<Record<string, string>>, caller: Caller): Promise<void> {
    if (use.keyId === undefined || use.keyId === AWS_MANAGED_KEY) return;
    const input = { KeyId: use.keyId, EncryptionContext: encryptionContext };
    const via = `secretsmanager.${this.account.region}.amazonaws.com`;
    try {
      await this.account.call('kms', use.operation, input, { ...caller, via });
    } catch (error) {
      throw translated(error, use.failure);
    }
  }
}

function translated(error: unknown, failure: string): unknown {
  if (!(error instanceof AwsError)) return error;
  if (error.code === 'AccessDeniedException') return new AwsError(error.code, 'Access to KMS is not allowed');
  const unusable = ['NotFoundException', 'DisabledException', 'KMSInvalidStateException'];
  return unusable.includes(error.code) ? new AwsError(failure, `KMS: ${error.message}`) : error;
}
