import { UnmodelledError } from '../../errors';
import { midnightMs } from '../../utc-time';
import type { Fields } from '../fields';
import type { Operations } from '../operations';
import type { AwsOutput, Caller } from '../service';
import { identity, noteLabels, type SecretsContext } from './context';
import { checkLength, checkMembers, checkVersionId, invalidParameter, invalidRequest, notFound } from './errors';
import { putValue, readToken, readValue, type ValuePut } from './put-value';
import { AWS_CURRENT, type Secret, type SecretValue, type SecretVersion } from './secret';

/** Operations on values and their labels. */
export function valueOperations(context: SecretsContext): Operations {
  return {
    GetSecretValue: {
      fields: ['SecretId', 'VersionId', 'VersionStage'],
      run: (input, caller) => getSecretValue(context, input, caller),
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
  checkVersionId('versionId', id);
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

const LABELS = [1, 20] as const;
const LABEL_LENGTHS = [1, 256] as const;

function readLabels(input: Fields): readonly string[] | undefined {
  const labels = input.optionalStrings('VersionStages');
  if (!labels) return undefined;
  checkLength('versionStages', labels.length, LABELS, `[${labels.join(', ')}]`);
  checkMembers('versionStages', labels, LABEL_LENGTHS);
  return labels;
}

function updateSecretVersionStage(context: SecretsContext, input: Fields): AwsOutput {
  const secret = context.store.findUsable(input.string('SecretId'));
  const label = input.string('VersionStage');
  const to = input.optionalString('MoveToVersionId');
  checkLength('versionStage', label.length, LABEL_LENGTHS, label);
  checkVersionId('moveToVersionId', to);
  checkVersionId('removeFromVersionId', input.optionalString('RemoveFromVersionId'));
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
