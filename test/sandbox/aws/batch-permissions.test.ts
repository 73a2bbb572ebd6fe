import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueCommandInput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { createWholeAccount, type WholeAccount } from './whole-account';

const READ = 'secretsmanager:GetSecretValue';
const BATCH = 'secretsmanager:BatchGetSecretValue';
const LIST = 'secretsmanager:ListSecrets';

let world: WholeAccount;

beforeEach(async () => {
  world = await createWholeAccount();
  const ClientRequestToken = '11111111-1111-4111-8111-111111111111';
  await world.call('secretsmanager', 'CreateSecret', { Name: 'one', SecretString: 'first', ClientRequestToken });
});

afterEach(() => world.close());

/** The values that a role with these actions gets, and the codes of what it is refused. */
async function read(
  input: BatchGetSecretValueCommandInput,
  ...actions: readonly string[]
): Promise<readonly unknown[]> {
  const reader = await world.role(`reader-${actions.length}`, ...actions);
  const client = new SecretsManagerClient(world.settings(reader));
  try {
    const { SecretValues = [], Errors = [] } = await client.send(new BatchGetSecretValueCommand(input));
    return [...SecretValues.map(({ SecretString }) => SecretString), ...Errors.map(({ ErrorCode }) => ErrorCode)];
  } finally {
    client.destroy();
  }
}

const denied = { name: 'AccessDeniedException' };
const NAMED = { SecretIdList: ['one'] };
const FILTERED: BatchGetSecretValueCommandInput = { Filters: [{ Key: 'name', Values: ['o'] }] };

describe('the permissions of a batch', () => {
  it('are its own and that to read each secret', async () => {
    expect(await read(NAMED, BATCH, READ)).toEqual(['first']);
  });

  it('are with filters also that to list', async () => {
    await expect(read(FILTERED, BATCH, READ)).rejects.toMatchObject(denied);
    expect(await read(FILTERED, BATCH, READ, LIST)).toEqual(['first']);
  });

  it('are missed secret by secret where only that to read is missing', async () => {
    expect(await read(NAMED, BATCH)).toEqual(['AccessDeniedException']);
  });

  it('rejects a batch without its own', async () => {
    await expect(read(NAMED, READ)).rejects.toMatchObject(denied);
  });
});
