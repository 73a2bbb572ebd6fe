import {
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import type { AwsInput } from '../../../sandbox/aws/service';
import { AwsError } from '../../../sandbox/aws/service';
import { createSecretsAccount, FIRST, NAME, SECOND, type SecretsAccount, THIRD } from './secrets-account';
import { REGION } from './test-account';

const KMS_DENIED = { name: 'AccessDeniedException', message: 'Access to KMS is not allowed' };
const VIA = `secretsmanager.${REGION}.amazonaws.com`;
const TRIAL = 'RequestToValidateKeyAccess';

let aws: SecretsAccount;
let oldKey: string;
let newKey: string;
/** What KMS was asked, as `<operation> <old or new> <version>`. */
let asked: string[];
/** What KMS refuses, as `<operation> <old or new>`, or just the key. */
let denied: string[];

const kms = (operation: string, input: AwsInput) => aws.account.call('kms', operation, input, aws.caller);

const makeKey = async (): Promise<string> => ((await kms('CreateKey', {})).KeyMetadata as { readonly Arn: string }).Arn;

const nameOf = (keyId: unknown): string => (keyId === oldKey ? 'old' : 'new');

beforeEach(async () => {
  aws = await createSecretsAccount();
  oldKey = await makeKey();
  newKey = await makeKey();
  asked = [];
  denied = [];
  aws.account.observe({
    before: ({ service, operation, input }) => {
      const context = input.EncryptionContext as { readonly SecretVersionId: string } | undefined;
      if (service === 'kms' && context) asked.push(`${operation} ${nameOf(input.KeyId)} ${context.SecretVersionId}`);
    },
  });
  aws.account.authorizeWith({
    authorize: ({ service, operation, input }) => {
      const key = nameOf(input.KeyId);
      if (service === 'kms' && (denied.includes(key) || denied.includes(`${operation} ${key}`)))
        throw new AwsError('AccessDeniedException', 'not allowed by the key policy');
    },
  });
});

afterEach(() => aws.close());

const create = (KmsKeyId = oldKey) => aws.create('one', NAME, { KmsKeyId });

const changeKey = (KmsKeyId = newKey) => aws.client.send(new UpdateSecretCommand({ SecretId: NAME, KmsKeyId }));

describe("a secret under a customer's key", () => {
  it('asks KMS on behalf of whoever writes or reads', async () => {
    const callers: unknown[] = [];
    aws.account.observe({
      before: ({ service, caller }) => void (service === 'kms' && callers.push([caller.principal, caller.via])),
    });
    await create();
    await aws.get();
    expect(new Set(callers.map((each) => String(each)))).toEqual(new Set([`${aws.caller.principal},${VIA}`]));
  });

  it('has its key tried out before its first value is written', async () => {
    await create();
    expect(asked).toEqual([`GenerateDataKey old ${TRIAL}`, `Decrypt old ${TRIAL}`, `GenerateDataKey old ${FIRST}`]);
  });

  it('names secret and version to KMS, and asks it to compare a repeated put', async () => {
    await create();
    asked.length = 0;
    await aws.put(FIRST, 'one');
    expect(asked).toEqual([`Decrypt old ${FIRST}`]);
  });

  it('is written by whoever may not decrypt, though not a second time', async () => {
    await create();
    denied = ['Decrypt old'];
    await expect(aws.put(SECOND, 'two')).resolves.toBeDefined();
    await expect(aws.put(SECOND, 'two')).rejects.toMatchObject(KMS_DENIED);
  });

  it('rejects writing by whoever may not generate a data key', async () => {
    await create();
    denied = ['GenerateDataKey old'];
    await expect(aws.put(SECOND, 'two')).rejects.toMatchObject(KMS_DENIED);
  });

  it('rejects a caller who may read the secret but not use the key', async () => {
    await create();
    denied = ['old'];
    await expect(aws.get()).rejects.toMatchObject(KMS_DENIED);
  });

  it('rejects reading and writing while the key is disabled', async () => {
    await create();
    await kms('DisableKey', { KeyId: oldKey });
    await expect(aws.get()).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await expect(aws.put(SECOND, 'two')).rejects.toMatchObject({ name: 'EncryptionFailure' });
  });

  it('rejects reading and writing while the deletion of the key is pending, and serves again once it is enabled', async () => {
    await create();
    await kms('ScheduleKeyDeletion', { KeyId: oldKey });
    await expect(aws.get()).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await expect(aws.put(SECOND, 'two')).rejects.toMatchObject({ name: 'EncryptionFailure' });

    await kms('CancelKeyDeletion', { KeyId: oldKey });
    await expect(aws.get()).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await kms('EnableKey', { KeyId: oldKey });
    expect(await aws.get()).toMatchObject({ SecretString: 'one' });
  });
});

describe('giving a secret a key', () => {
  const invalid = (why: string) =>
    expect.stringContaining(`The operation failed because of an invalid KMS key: ${why}`);
  const missing = `arn:aws:kms:${REGION}:111122223333:key/99bc85a5-d4c1-41db-bf41-d6e8c38ce90d`;
  const refusals = [
    { title: 'a key that does not exist', keyId: missing, message: invalid(`Key '${missing}' does not exist`) },
    {
      title: 'an alias that does not exist',
      keyId: 'alias/none',
      message: invalid(`Alias arn:aws:kms:${REGION}:111122223333:alias/none is not found.`),
    },
    { title: 'what is no key at all', keyId: 'not-a-key', message: invalid("Invalid keyId 'not-a-key'") },
  ];
  it.each(refusals)('rejects $title, and changes nothing', async ({ keyId, message }) => {
    const refusal = { name: 'InvalidParameterException', message };
    await expect(create(keyId)).rejects.toMatchObject(refusal);
    expect(aws.service.secrets()).toEqual([]);
    await create();
    await expect(changeKey(keyId)).rejects.toMatchObject(refusal);
    expect(await aws.describe()).toMatchObject({ KmsKeyId: oldKey });
  });

  it('rejects a disabled one, and leaves no secret behind', async () => {
    await kms('DisableKey', { KeyId: oldKey });
    await expect(create()).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'The operation failed because the specified KMS key is disabled.',
    });
    expect(aws.service.secrets()).toEqual([]);
  });

  it.each(['GenerateDataKey', 'Decrypt'])('rejects whoever may not %s with it', async (operation) => {
    await create();
    denied = [`${operation} new`];
    await expect(changeKey()).rejects.toMatchObject(KMS_DENIED);
    await expect(aws.create('x', 'other', { KmsKeyId: newKey })).rejects.toMatchObject(KMS_DENIED);
    expect(await aws.describe()).toMatchObject({ KmsKeyId: oldKey });
  });

  it('that it has already asks nothing', async () => {
    await create();
    asked.length = 0;
    await changeKey(oldKey);
    expect(asked).toEqual([]);
  });
});

describe('a secret with a new key', () => {
  const FOURTH = '44444444-4444-4444-8444-444444444444';
  const FIFTH = '55555555-5555-4555-8555-555555555555';
  const versions = { unlabelled: FIRST, custom: SECOND, previous: THIRD, current: FOURTH, pending: FIFTH };

  beforeEach(async () => {
    await create();
    await aws.put(SECOND, 'two', ['BLUE']);
    await aws.put(THIRD, 'three');
    await aws.put(FOURTH, 'four');
    await aws.put(FIFTH, 'five', ['AWSPENDING']);
  });

  const readable = async (): Promise<readonly string[]> => {
    const found = [];
    for (const [kind, VersionId] of Object.entries(versions)) {
      const outcome = await aws.get({ VersionId }).then(
        () => [kind],
        () => [],
      );
      found.push(...outcome);
    }
    return found;
  };

  it('has what is current, pending and previous under both keys, and the rest under the old one', async () => {
    await changeKey();
    denied = ['old'];
    expect(await readable()).toEqual(['previous', 'current', 'pending']);
    denied = ['new'];
    expect(await readable()).toEqual(['unlabelled', 'custom', 'previous', 'current', 'pending']);
  });

  it.each(['Decrypt old', 'Encrypt new'])(
    'keeps every value under the old key alone, without a word, for whoever may not %s',
    async (operation) => {
      denied = [operation];
      await expect(changeKey()).resolves.toBeDefined();
      denied = ['old'];
      expect(await readable()).toEqual([]);
      denied = ['new'];
      expect(await readable()).toHaveLength(5);
    },
  );

  it('has new values under the new key alone', async () => {
    await changeKey();
    const VersionId = '66666666-6666-4666-8666-666666666666';
    await aws.client.send(
      new PutSecretValueCommand({ SecretId: NAME, SecretString: 'six', ClientRequestToken: VersionId }),
    );
    denied = ['new'];
    await expect(aws.get({ VersionId })).rejects.toMatchObject(KMS_DENIED);
    denied = ['old'];
    expect(await aws.get({ VersionId })).toMatchObject({ SecretString: 'six' });
  });

  it('lists which keys each version is under', async () => {
    await changeKey();
    const { Versions = [] } = await aws.client.send(
      new ListSecretVersionIdsCommand({ SecretId: NAME, IncludeDeprecated: true }),
    );
    const keys = Object.fromEntries(Versions.map(({ VersionId, KmsKeyIds }) => [VersionId, KmsKeyIds]));
    expect(keys).toMatchObject({ [SECOND]: [oldKey], [FOURTH]: [oldKey, newKey] });
  });
});
