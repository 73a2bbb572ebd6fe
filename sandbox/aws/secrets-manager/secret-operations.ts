import { DAY_MS } from '../../utc-time';
import type { Fields } from '../fields';
import type { Operations } from '../operations';
import type { AwsOutput, Caller } from '../service';
import { readTags, TAGS, tagList } from '../tags';
import { identity, type SecretsContext } from './context';
import { checkLength, invalidParameter, invalidRequest, markedForDeletion, outOfBounds } from './errors';
import { deletionEvent } from './events';
import { putValue, readToken, readValue, type ValuePut, writeValue } from './put-value';
import { describeRules } from './rotation-rules';
import { Secret } from './secret';

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const NAME_LENGTHS = [1, 512] as const;
const MOST_TAGS = 50;

/** Operations on a secret as a whole. */
export function secretOperations(context: SecretsContext): Operations {
  const value = ['ClientRequestToken', 'SecretString', 'SecretBinary'];
  return {
    CreateSecret: {
      fields: ['Name', 'Description', 'KmsKeyId', TAGS, ...value],
      run: (input, caller) => createSecret(context, input, caller),
    },
    DescribeSecret: {
      fields: ['SecretId'],
      run: (input, caller) => {
        const secret = context.views.find(input.string('SecretId'), caller);
        const labels = secret.labelledVersions;
        return {
          ...describe(secret),
          ...(labels.size > 0 ? { VersionIdsToStages: labels } : {}),
        };
      },
    },
    UpdateSecret: {
      fields: ['SecretId', 'Description', 'KmsKeyId', ...value],
      run: (input, caller) => updateSecret(context, input, caller),
    },
    DeleteSecret: {
      fields: ['SecretId', 'RecoveryWindowInDays', 'ForceDeleteWithoutRecovery'],
      run: (input) => deleteSecret(context, input),
    },
    RestoreSecret: { fields: ['SecretId'], run: (input) => restoreSecret(context, input) },
    TagResource: { fields: ['SecretId', TAGS], run: (input) => tagResource(context, input) },
    UntagResource: { fields: ['SecretId', 'TagKeys'], run: (input) => untagResource(context, input) },
  };
}

/** What DescribeSecret and ListSecrets both say of a secret. */
export function describe(secret: Secret): AwsOutput {
  const { rotation } = secret;
  const optional = {
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: rotation?.enabled,
    RotationLambdaARN: rotation?.lambdaArn,
    RotationRules: rotation?.rules && describeRules(rotation.rules, rotation.intervalDays),
    LastRotatedDate: secret.rotatedAt,
    LastAccessedDate: secret.accessedOn,
    DeletedDate: secret.deletedAt,
    NextRotationDate: rotation?.nextWindow && new Date(rotation.nextWindow.end.getTime() - 1000),
    Tags: secret.tags && tagList(secret.tags),
  };
  return {
    ...identity(secret),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    LastChangedDate: secret.changedAt,
    CreatedDate: secret.createdAt,
  };
}

async function createSecret(context: SecretsContext, input: Fields, caller: Caller): Promise<AwsOutput> {
  const { account, store } = context;
  const name = readName(input);
  const value = readValue(input);
  store.requireFree(name);
  const suffix = account.random.text(6, SUFFIX_ALPHABET);
  const arn = `arn:aws:secretsmanager:${account.region}:${account.id}:secret:${name}-${suffix}`;
  const secret = new Secret(arn, name, account.clock.now());
  applySettings(secret, input);
  const tags = readTags(input);
  if (tags) secret.tags = checkTags(tags);
  const put: ValuePut | undefined = value && { token: readToken(input), value };
  if (secret.kmsKeyId !== undefined) await context.encryption.tryOut(secret, secret.kmsKeyId, caller);
  if (put) await context.encryption.write(secret, put.token, caller);
  store.requireFree(name);
  store.add(secret);
  return put ? { ...identity(secret), VersionId: writeValue(context, secret, put).id } : identity(secret);
}

async function updateSecret(context: SecretsContext, input: Fields, caller: Caller): Promise<AwsOutput> {
  const secret = context.store.findUsable(input.string('SecretId'));
  const value = readValue(input);
  const put: ValuePut | undefined = value && { token: readToken(input), value };
  const newKey = newKeyOf(secret, input);
  if (newKey !== undefined) await context.encryption.tryOut(secret, newKey, caller);
  applySettings(secret, input);
  if (newKey !== undefined) await context.encryption.reencrypt(secret, caller);
  secret.changedAt = context.account.clock.now();
  if (!put) return identity(secret);
  const version = await putValue(context, secret, put, caller);
  return { ...identity(secret), VersionId: version.id };
}

function newKeyOf(secret: Secret, input: Fields): string | undefined {
  const keyId = input.optionalString('KmsKeyId');
  return keyId === secret.kmsKeyId ? undefined : keyId;
}

function applySettings(secret: Secret, input: Fields): void {
  const description = input.optionalString('Description');
  const kmsKeyId = input.optionalString('KmsKeyId');
  if (description !== undefined) secret.description = description;
  if (kmsKeyId !== undefined) secret.kmsKeyId = kmsKeyId;
}

function readName(input: Fields): string {
  const name = input.string('Name');
  checkLength('name', name.length, NAME_LENGTHS, name);
  if (!/^[A-Za-z0-9/_+=.@-]+$/.test(name)) {
    throw invalidParameter(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  return name;
}

/** Deletes when the recovery window has passed or, when forced, after the little that AWS takes for it. */
function deleteSecret(context: SecretsContext, input: Fields): AwsOutput {
  const { clock } = context.account;
  const secretId = input.string('SecretId');
  const forced = input.optionalBoolean('ForceDeleteWithoutRecovery') ?? false;
  const days = readRecoveryWindow(input, forced);
  const secret = context.store.lookUp(secretId);
  // AWS answers a forced deletion of nothing as if it had deleted something.
  if (!secret && forced) return { Name: secretId, DeletionDate: clock.now() };
  const found = secret ?? context.store.find(secretId);
  if (found.deletedAt && !forced) throw markedForDeletion();
  const now = clock.now();
  const deletionDate = new Date(now.getTime() + (forced ? 0 : days * DAY_MS));
  found.deletedAt = now;
  found.changedAt = now;
  context.rotation.halt(found);
  const goneAt = forced ? new Date(now.getTime() + context.forcedDeletionMs) : deletionDate;
  clock.at(goneAt, `deletion of ${found.name}`, () => removeIfStillDeleted(context, found, now));
  return { ...identity(found), DeletionDate: deletionDate };
}

function readRecoveryWindow(input: Fields, forced: boolean): number {
  const days = input.optionalNumber('RecoveryWindowInDays');
  if (forced && days !== undefined) {
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days !== undefined && !(days >= 7 && days <= 30)) {
    throw invalidParameter('RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  }
  return days ?? 30;
}

function removeIfStillDeleted(context: SecretsContext, secret: Secret, deletedAt: Date): void {
  if (secret.deletedAt !== deletedAt) return;
  for (const name of ['StartSecretVersionDelete', 'EndSecretVersionDelete'] as const)
    context.emit(deletionEvent(context.account, name, secret));
  context.store.remove(secret);
}

function restoreSecret(context: SecretsContext, input: Fields): AwsOutput {
  const secret = context.store.find(input.string('SecretId'));
  if (secret.deletedAt) context.emit(deletionEvent(context.account, 'CancelSecretVersionDelete', secret));
  delete secret.deletedAt;
  secret.changedAt = context.account.clock.now();
  context.rotation.schedule(secret);
  return identity(secret);
}

function tagResource(context: SecretsContext, input: Fields): AwsOutput {
  const secret = context.store.findUsable(input.string('SecretId'));
  secret.tags = checkTags(new Map([...(secret.tags ?? []), ...(readTags(input) ?? [])]));
  secret.changedAt = context.account.clock.now();
  return {};
}

/** Recorded from AWS: unlike tagging, this leaves LastChangedDate as it was. */
function untagResource(context: SecretsContext, input: Fields): AwsOutput {
  const secret = context.store.findUsable(input.string('SecretId'));
  const keys = input.strings('TagKeys');
  secret.tags = new Map([...(secret.tags ?? [])].filter(([key]) => !keys.includes(key)));
  return {};
}

function checkTags(tags: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (tags.size > MOST_TAGS) throw invalidParameter(`A secret can have at most ${MOST_TAGS} tags.`);
  for (const [key, value] of tags) {
    if (key.length < 1 || key.length > 128 || value.length > 256) {
      throw outOfBounds('tags', 'Key must have length between 1 and 128, Value at most 256');
    }
    if (key.startsWith('aws:')) throw invalidRequest('Tag keys that start with aws: are reserved.');
  }
  return tags;
}
