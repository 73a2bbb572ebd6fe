import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Kms } from '../../../sandbox/aws/kms';
import type { SecretEvent } from '../../../sandbox/aws/secrets-manager/events';
import { SecretsManager } from '../../../sandbox/aws/secrets-manager/secrets-manager';
import { createTestAccount, type TestAccount } from './test-account';

export const NAME = 'prod/claude/rag-service/key';
export const FIRST = '11111111-1111-4111-8111-111111111111';
export const SECOND = '22222222-2222-4222-8222-222222222222';
export const THIRD = '33333333-3333-4333-8333-333333333333';

/** An account with Secrets Manager and KMS behind a loopback server, and what most tests ask of it through the SDK. */
export interface SecretsAccount extends TestAccount {
  readonly service: SecretsManager;
  readonly client: SecretsManagerClient;
  /** What Secrets Manager told EventBridge by itself. */
  readonly events: SecretEvent[];
  create(
    value?: string,
    name?: string,
    more?: Partial<CreateSecretCommandInput>,
  ): Promise<{ ARN?: string | undefined }>;
  put(token: string, value: string, labels?: string[]): Promise<unknown>;
  get(input?: { VersionId?: string; VersionStage?: string }): Promise<{ SecretString?: string | undefined }>;
  describe(secretId?: string): Promise<Readonly<Record<string, unknown>>>;
}

export async function createSecretsAccount(): Promise<SecretsAccount> {
  const aws = await createTestAccount();
  const events: SecretEvent[] = [];
  const service = new SecretsManager({ account: aws.account, emit: (event) => events.push(event) });
  aws.account.add(service);
  aws.account.add(new Kms(aws.account));
  const client = new SecretsManagerClient(aws.settings());
  return {
    ...aws,
    service,
    client,
    events,
    create: (value = 'one', name = NAME, more = {}) =>
      client.send(new CreateSecretCommand({ Name: name, SecretString: value, ClientRequestToken: FIRST, ...more })),
    put: (ClientRequestToken, SecretString, labels) =>
      client.send(
        new PutSecretValueCommand({
          SecretId: NAME,
          ClientRequestToken,
          SecretString,
          ...(labels ? { VersionStages: labels } : {}),
        }),
      ),
    get: (input = {}) => client.send(new GetSecretValueCommand({ SecretId: NAME, ...input })),
    describe: async (SecretId = NAME) => ({ ...(await client.send(new DescribeSecretCommand({ SecretId }))) }),
    close: () => {
      client.destroy();
      return aws.close();
    },
  };
}
