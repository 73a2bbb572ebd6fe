import { adminSecretName } from '../lib/contract/names';
import type { Sandbox } from './sandbox';

/**
 * What an operator does once after the first deployment: creates an admin key in the Console and puts it into its secret.
 * @returns false for an environment whose keys people look after by hand, which has no such secret
 */
export async function putAdminKey({ account, claude, random, settings }: Sandbox): Promise<boolean> {
  if (settings.issuerAccess === 'manual') return false;
  const input = {
    SecretId: adminSecretName(settings.environment),
    ClientRequestToken: random.uuid(),
    SecretString: claude.createAdminKey().rawKey,
  };
  await account.call('secretsmanager', 'PutSecretValue', input, account.administrator);
  return true;
}
