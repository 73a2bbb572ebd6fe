import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { adminSecretName } from '../contract/names';
import { PLACEHOLDER } from '../contract/placeholder';
import { answerOf } from './answers';
import { callAws } from './errors';

/** When an environment's admin key was put into its secret; undefined while that holds the placeholder. No API lists admin keys. */
export async function adminKeySince(client: SecretsManagerClient, environment: string): Promise<Date | undefined> {
  const name = adminSecretName(environment);
  const found = await callAws('secretsmanager:GetSecretValue', (limits) =>
    client.send(new GetSecretValueCommand({ SecretId: name }), limits),
  );
  const secret = answerOf(`the secret "${name}"`, found);
  if (secret.value('SecretString') === PLACEHOLDER) return undefined;
  return secret.date('CreatedDate');
}
