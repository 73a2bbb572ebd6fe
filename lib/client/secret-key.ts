import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PLACEHOLDER } from '../contract/placeholder';
import { KeyRotationError } from '../core/errors';

/** As much of a `SecretsManagerClient` as is needed. */
export interface SecretReader {
  send(
    command: GetSecretValueCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<{ readonly SecretString?: string | undefined }>;
}

/** One read may take this long; a cached key bridges it. */
const READ_TIMEOUT_MS = 5_000;

/** Reads the current key of one secret. */
export function secretKeyReader(secretId: string, client?: SecretReader): () => Promise<string> {
  let reader = client;
  return async () => {
    reader ??= new SecretsManagerClient({});
    return keyIn(secretId, await read(secretId, reader));
  };
}

async function read(secretId: string, reader: SecretReader): Promise<string | undefined> {
  try {
    // No stage and no version: the plain read is all that a service's role may do.
    const command = new GetSecretValueCommand({ SecretId: secretId });
    const { SecretString } = await reader.send(command, { abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    return SecretString;
  } catch (error) {
    // The SDK's error is left behind: one from an answer cut short holds the answer, and so the key.
    const reason = error instanceof Error ? error.name : 'unknown error';
    throw new KeyRotationError('AwsFailed', `the secret "${secretId}" could not be read: ${reason}`);
  }
}

function keyIn(secretId: string, value: string | undefined): string {
  const key = value?.trim();
  if (key === PLACEHOLDER) {
    throw new KeyRotationError(
      'NoKeyStaged',
      `the secret "${secretId}" holds no key yet; stage one with "keys stage", it becomes current at once`,
    );
  }
  if (key) return key;
  throw new KeyRotationError('BadRecord', `the secret "${secretId}" holds no text; its value must be the key itself`);
}
