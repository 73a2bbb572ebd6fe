import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { adminSecretName } from '../contract/names';
import { PLACEHOLDER } from '../contract/placeholder';
import { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import { answerOf } from './answers';
import { callAws } from './errors';

/** What fits into a header; and the SDK's refusal to send another text would quote it. */
const SENDABLE = /^[\x21-\x7e]+$/;

/**
 * Reads an environment's Claude admin key from its secret, at every use: a replaced admin key takes effect at once.
 * @throws KeyRotationError AdminKeyMissing while the secret holds the placeholder, or something that can be no key
 */
export async function readAdminKey(client: SecretsManagerClient, environment: string): Promise<ApiKey> {
  const name = adminSecretName(environment);
  const found = await callAws('secretsmanager:GetSecretValue', (limits) =>
    client.send(new GetSecretValueCommand({ SecretId: name }), limits),
  );
  const secret = answerOf(`the secret "${name}"`, found);
  secret.mustBe('Name', name);
  const text = secret.has('SecretBinary') ? '' : secret.text('SecretString').trim();
  if (text !== PLACEHOLDER && SENDABLE.test(text)) return new ApiKey(text);
  throw new KeyRotationError(
    'AdminKeyMissing',
    `the secret "${name}" holds no admin key; put one there (README, "Deploy"), as a plain text`,
  );
}
