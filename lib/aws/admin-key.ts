import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { adminSecretName } from '../contract/names';
import { PLACEHOLDER } from '../contract/placeholder';
import { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import { callAws } from './errors';

/**
 * Reads an environment's Claude admin key from its secret, at every use: a replaced admin key takes effect at once.
 * @throws KeyRotationError AdminKeyMissing while the secret still holds the placeholder
 */
export async function readAdminKey(client: SecretsManagerClient, environment: string): Promise<ApiKey> {
  const name = adminSecretName(environment);
  const { SecretString } = await callAws('secretsmanager:GetSecretValue', () =>
    client.send(new GetSecretValueCommand({ SecretId: name })),
  );
  if (!SecretString || SecretString === PLACEHOLDER) {
    throw new KeyRotationError(
      'AdminKeyMissing',
      `the secret "${name}" holds no admin key yet; put one there (README, "Deploy")`,
    );
  }
  return new ApiKey(SecretString.trim());
}
