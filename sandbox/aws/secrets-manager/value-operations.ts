import { UnmodelledError } from '../../errors';
import { midnightMs } from '../../utc-time';
import type { Fields } from '../fields';
import type { Operations } from '../operations';
import { AwsError, type AwsOutput, type Caller } from '../service';
import { identity, noteLabels, type SecretsContext } from './context';
import { invalidParameter, invalidRequest, notFound, outOfBounds } from './errors';
import { putValue, readToken, readValue, type ValuePut } from './put-value';
import { AWS_CURRENT, type Secret, type SecretValue, type SecretVersion } from './secret';

const MOST_BATCHED = 20;

/** Operations on values and their labels. */
export function valueOperations(context: SecretsContext): Operations {
  return {
    GetSecretValue: {
      fields: ['SecretId', 'VersionId', 'VersionStage'],
      run: (input, caller) => getSecretValue(context, input, caller),
    },
    BatchGetSecretValue: {
      fields: ['SecretIdList'],
      run: (input, caller) => batchGetSecretValue(context, input, caller),
    },
    PutSecretValue: {
      fields: ['SecretId', 'ClientRequestToken', 'SecretString', 'SecretBinary', 'VersionStages'],
      withoutEffect: ['RotationToken'],
      run: (input, caller) => putSecretValue(context, input, caller),
    },
    UpdateSecretVersionStage: {
      fields: ['SecretId', 'VersionStage', 'MoveToVersionId', 'RemoveFromVersionId'],
      run: (input) => updateSecretVersionStage(context, input),
    },
  };
}

async function getSecretValue(context: SecretsContext, input: Fields, caller: Caller): Promise<AwsOutput> {
  const secret = context.store.findUsable(input.string('SecretId'));
  const id = input.optionalString('VersionId');
  const label = input.optionalString('VersionStage');
  // The plain read, that of every service, is taken to be consistent.
  const shown = id === undefined && label === undefined ? secret : context.views.find(secret.arn, caller);
  const version = chooseVersion(shown, id, label);
  await context.encryption.read(secret, version, caller);
  noteAccess(secret, version.id, new Date(midnightMs(context.account.clock.now())));
  const labels = shown.labelsOf(version.id);
  return {
    ...identity(secret),
    VersionId: version.id,
    ...valueFields(version.value),
    ...(labels.length > 0 ? { VersionStages: labels } : {}),
    CreatedDate: version.createdAt,
  };
}

function noteAccess(secret: Secret, versionId: string, today: Date): void {
  const version = secret.version(versionId);
  secret.accessedOn = today;
  if (version) version.accessedOn = today;
}

function chooseVersion(secret: Secret, id: string | undefined, label: string | undefined): SecretVersion {
  const byLabel = secret.holderOf(label ?? AWS_CURRENT);
  const version = id === undefined ? byLabel : secret.version(id);
  if (id !== undefined && label !== undefined && version && version !== byLabel) {
    throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  }
  if (version?.value) return version;
  const wanted = id === undefined ? `staging label: ${label ?? AWS_CURRENT}` : `VersionId: ${id}`;
  throw notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
}

const valueFields = (value: SecretValue | undefined): AwsOutput => {
  if (!value) return {};
  return value.kind === 'text' ? { SecretString: value.text } : { SecretBinary: value.bytes };
};

/** Each secret of a batch is a read of its own: authorised, counted and refused by itself. */
async function batchGetSecretValue(context: SecretsContext, input: Fields, caller: Caller): Promise<AwsOutput> {
  const ids = input.strings('SecretIdList');
  if (ids.length < 1 || ids.length > MOST_BATCHED) {
    throw invalidParameter(`SecretIdList must hold between 1 and ${MOST_BATCHED} secrets.`);
  }
  const values: AwsOutput[] = [];
  const errors: AwsOutput[] = [];
  for (const id of ids) {
    try {
      values.push(await context.account.call('secretsmanager', 'GetSecretValue', { SecretId: id }, caller));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}

async function putSecretValue(context: SecretsContext, input: Fields, caller: Caller): Promise<AwsOutput> {
  const secret = context.store.findUsable(input.string('SecretId'));
  const token = readToken(input);
  const value = readValue(input);
  if (!value) throw invalidRequest('You must provide either SecretString or SecretBinary.');
  const labels = readLabels(input);
  const put: ValuePut = { token, value, ...(labels ? { labels } : {}) };
  const version = await putValue(context, secret, put, caller);
  return { ...identity(secret), VersionId: version.id, VersionStages: secret.labelsOf(version.id) };
}

function readLabels(input: Fields): readonly string[] | undefined {
  const labels = input.optionalStrings('VersionStages');
  if (labels && (labels.length < 1 || labels.length > 20)) {
    throw outOfBounds('versionStages', 'Member must have length between 1 and 20, inclusive');
  }
  for (const label of labels ?? []) checkLabel(label);
  return labels;
}

function checkLabel(label: string): void {
  if (label.length < 1 || label.length > 256) {
    throw outOfBounds('versionStage', 'Member must have length between 1 and 256, inclusive');
  }
}

function updateSecretVersionStage(context: SecretsContext, input: Fields): AwsOutput {
  const secret = context.store.findUsable(input.string('SecretId'));
  const label = input.string('VersionStage');
  const to = input.optionalString('MoveToVersionId');
  checkLabel(label);
  checkMove(secret, label, input.optionalString('RemoveFromVersionId'), to);
  if (to === undefined) {
    secret.detach(label);
    secret.changedAt = context.account.clock.now();
  } else {
    noteLabels(context, secret, secret.attach([label], to), to);
  }
  return identity(secret);
}

/** The move is refused unless the caller knows where the label is now, which makes it a compare-and-swap. */
function checkMove(secret: Secret, label: string, from: string | undefined, to: string | undefined): void {
  const holder = secret.holderOf(label);
  const target = to === undefined ? undefined : secret.version(to);
  if (to !== undefined && !target) throw notFound("Secrets Manager can't find the specified secret version.");
  if (from === undefined && to === undefined) {
    throw invalidParameter('You must specify MoveToVersionId or RemoveFromVersionId.');
  }
  if (from === undefined && holder && holder !== target) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== undefined && holder?.id !== from) {
    throw invalidParameter(
      `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
    );
  }
  if (label !== AWS_CURRENT) return;
  if (!target) {
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  }
  if (!target.value) throw new UnmodelledError('AWSCURRENT on a version without a value');
}
