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

/** What fits into a header; and the refusal to send another text would quote it. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** What AWS calls its errors. The SDK takes a name from the answer as it comes, so anything else may be in it. */
const ERROR_NAME = /^[A-Za-z][A-Za-z0-9.]{0,99}$/;

/** Reads the current key of one secret. */
export function secretKeyReader(secretId: string, client?: SecretReader): () => Promise<string> {
  let reader = client;
  const made = () => {
    reader ??= new SecretsManagerClient({});
    return reader;
  };
  return async () => keyIn(secretId, await read(secretId, made));
}

async function read(secretId: string, reader: () => SecretReader): Promise<unknown> {
  try {
    // No stage and no version: the plain read is all that a service's role may do.
    const command = new GetSecretValueCommand({ SecretId: secretId });
    const { SecretString } = await reader().send(command, { abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    return SecretString;
  } catch (error) {
    // The SDK's error is left behind: one from an answer cut short holds the answer, and so the key.
    const reason = error instanceof Error && ERROR_NAME.test(error.name) ? error.name : 'unknown error';
    throw new KeyRotationError('AwsFailed', `the secret "${secretId}" could not be read: ${reason}`);
  }
}

function keyIn(secretId: string, value: unknown): string {
  const key = typeof value === 'string' ? value.trim() : '';
  if (key === PLACEHOLDER) {
    throw new KeyRotationError(
      'NoKeyStaged',
      `the secret "${secretId}" holds no key yet; stage one with "keys stage", it becomes current at once`,
    );
  }
  if (SENDABLE.test(key)) return key;
  throw new KeyRotationError('BadRecord', `the secret "${secretId}" holds no key; its value must be the key itself`);
}
