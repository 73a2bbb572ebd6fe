import type { AwsAccount } from '../account';
import { AwsError, type Caller } from '../service';
import { invalidParameter } from './errors';
import { AWS_CURRENT, AWS_PENDING, AWS_PREVIOUS, DEFAULT_KEY, type Secret, type SecretVersion } from './secret';

const OF_AWS: readonly string[] = ['alias/aws/secretsmanager', DEFAULT_KEY];
/** What stands in the place of a version while Secrets Manager tries out a key. */
const TRIAL = 'RequestToValidateKeyAccess';
/** Recorded from AWS: versions under any other label stay under the key that they were written with. */
const REENCRYPTED = [AWS_CURRENT, AWS_PENDING, AWS_PREVIOUS];

type KeyOperation = 'GenerateDataKey' | 'Encrypt' | 'Decrypt';

/** One question to KMS, on behalf of whoever called Secrets Manager. */
interface KeyUse {
  readonly operation: KeyOperation;
  readonly keyId: string;
  readonly secretArn: string;
  readonly versionId: string;
}

/**
 * Asks KMS, on the caller's behalf, for every value that is written or read under a customer's key. Values are not
 * really encrypted: what matters is who may use the key, and whether it is enabled.
 */
export class ValueEncryption {
  constructor(private readonly account: AwsAccount) {}

  /** Tries out a key that a secret is to have from now on. It changes nothing. */
  async tryOut(secret: Secret, keyId: string, caller: Caller): Promise<void> {
    const use = { keyId, secretArn: secret.arn, versionId: TRIAL };
    try {
      await this.#use({ ...use, operation: 'GenerateDataKey' }, caller);
      await this.#use({ ...use, operation: 'Decrypt' }, caller);
    } catch (error) {
      throw unfit(error);
    }
  }

  async write(secret: Secret, versionId: string, caller: Caller): Promise<void> {
    const keyId = secret.kmsKeyId ?? DEFAULT_KEY;
    try {
      await this.#use({ operation: 'GenerateDataKey', keyId, secretArn: secret.arn, versionId }, caller);
    } catch (error) {
      throw translated(error, 'EncryptionFailure');
    }
  }

  /** Succeeds when one of the version's keys can be used, of which the newest is asked first. */
  async read(secret: Secret, version: SecretVersion, caller: Caller): Promise<void> {
    let refusal: unknown;
    for (const keyId of [...(version.kmsKeyIds ?? [])].reverse()) {
      try {
        return await this.#use({ operation: 'Decrypt', keyId, secretArn: secret.arn, versionId: version.id }, caller);
      } catch (error) {
        refusal = translated(error, 'DecryptionFailure');
      }
    }
    if (refusal) throw refusal;
  }

  /** Puts what is current, pending and previous under the secret's new key as well. What the caller may not re-encrypt stays as it is, without a word. */
  async reencrypt(secret: Secret, caller: Caller): Promise<void> {
    const keyId = secret.kmsKeyId ?? DEFAULT_KEY;
    for (const version of new Set(REENCRYPTED.flatMap((label) => secret.holderOf(label) ?? []))) {
      if (!version.kmsKeyIds || version.kmsKeyIds.includes(keyId)) continue;
      try {
        await this.read(secret, version, caller);
        await this.#use({ operation: 'Encrypt', keyId, secretArn: secret.arn, versionId: version.id }, caller);
        version.kmsKeyIds = [...version.kmsKeyIds, keyId];
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
    }
  }

  async #use({ operation, keyId, secretArn, versionId }: KeyUse, caller: Caller): Promise<void> {
    if (OF_AWS.includes(keyId)) return;
    const input = { KeyId: keyId, EncryptionContext: { SecretARN: secretArn, SecretVersionId: versionId } };
    const via = `secretsmanager.${this.account.region}.amazonaws.com`;
    await this.account.call('kms', operation, input, { ...caller, via });
  }
}

const UNUSABLE = ['NotFoundException', 'DisabledException', 'KMSInvalidStateException'];

function translated(error: unknown, failure: string): unknown {
  if (!(error instanceof AwsError)) return error;
  if (error.code === 'AccessDeniedException') return new AwsError(error.code, 'Access to KMS is not allowed');
  return UNUSABLE.includes(error.code) ? new AwsError(failure, `KMS: ${error.message}`) : error;
}

/** Why a secret cannot have a key: recorded from AWS, but for one whose deletion is pending. */
function unfit(error: unknown): unknown {
  if (!(error instanceof AwsError) || !UNUSABLE.includes(error.code)) return translated(error, '');
  const { code, message } = error;
  if (code === 'DisabledException') {
    return invalidParameter('The operation failed because the specified KMS key is disabled.');
  }
  const details = `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Proxy: null)`;
  return invalidParameter(`The operation failed because of an invalid KMS key: ${message} ${details}`);
}
