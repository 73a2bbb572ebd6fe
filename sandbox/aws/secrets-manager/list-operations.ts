import { UnmodelledError } from '../../errors';
import type { Fields } from '../fields';
import type { Operations } from '../operations';
import { AwsError, type AwsOutput, type Caller } from '../service';
import { identity, type SecretsContext } from './context';
import { invalidParameter } from './errors';
import type { Secret, SecretVersion } from './secret';
import { describe } from './secret-operations';

/** Operations that list secrets and versions, page by page. */
export function listOperations(context: SecretsContext): Operations {
  return {
    ListSecrets: {
      fields: ['IncludePlannedDeletion', 'MaxResults', 'NextToken', { Filters: ['Key', 'Values'] }],
      run: (input, caller) => listSecrets(context, input, caller),
    },
    ListSecretVersionIds: {
      fields: ['SecretId', 'IncludeDeprecated', 'MaxResults', 'NextToken'],
      run: (input, caller) => listSecretVersionIds(context, input, caller),
    },
  };
}

function listSecrets(context: SecretsContext, input: Fields, caller: Caller): AwsOutput {
  const planned = input.optionalBoolean('IncludePlannedDeletion') ?? false;
  const filters = readFilters(input);
  const found = context.views
    .list(caller)
    .filter((secret) => (planned || !secret.deletedAt) && filters.every((filter) => filter(secret)));
  const page = cut(found, (secret) => secret.arn, input);
  return {
    SecretList: page.items.map(listed),
    ...(page.next === undefined ? {} : { NextToken: page.next }),
  };
}

function listed(secret: Secret): AwsOutput {
  const labels = secret.labelledVersions;
  return { ...describe(secret), ...(labels.size > 0 ? { SecretVersionsToStages: labels } : {}) };
}

type SecretFilter = (secret: Secret) => boolean;

/** All filters must match; of one filter's values, one. A value with `!` before it must not match. */
function readFilters(input: Fields): readonly SecretFilter[] {
  return input.structures('Filters').map((filter) => {
    const texts = filteredTexts(filter.string('Key'));
    const tests = filter.strings('Values').map(prefixTest);
    return (secret) => tests.some((test) => test(texts(secret)));
  });
}

function filteredTexts(key: string): (secret: Secret) => readonly string[] {
  switch (key) {
    case 'name':
      return (secret) => [secret.name];
    case 'tag-key':
      return (secret) => [...(secret.tags?.keys() ?? [])];
    case 'tag-value':
      return (secret) => [...(secret.tags?.values() ?? [])];
    default:
      throw new UnmodelledError(`the filter ${key} of secretsmanager:ListSecrets`);
  }
}

function prefixTest(value: string): (texts: readonly string[]) => boolean {
  if (value.startsWith('!')) return (texts) => !texts.some((text) => text.startsWith(value.slice(1)));
  return (texts) => texts.some((text) => text.startsWith(value));
}

function listSecretVersionIds(context: SecretsContext, input: Fields, caller: Caller): AwsOutput {
  const secret = context.views.find(input.string('SecretId'), caller);
  const deprecated = input.optionalBoolean('IncludeDeprecated') ?? false;
  const found = secret.versions.filter((version) => deprecated || secret.labelsOf(version.id).length > 0);
  const page = cut(found, (version) => version.id, input);
  return {
    Versions: page.items.map((version) => describeVersion(secret, version)),
    ...(page.next === undefined ? {} : { NextToken: page.next }),
    ...identity(secret),
  };
}

function describeVersion(secret: Secret, version: SecretVersion): AwsOutput {
  const labels = secret.labelsOf(version.id);
  return {
    VersionId: version.id,
    ...(labels.length > 0 ? { VersionStages: labels } : {}),
    ...(version.accessedOn ? { LastAccessedDate: version.accessedOn } : {}),
    CreatedDate: version.createdAt,
    KmsKeyIds: [version.kmsKeyId ?? 'DefaultEncryptionKey'],
  };
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** One page of a list that only grows at its end. The token names the last item given, so that a page in between changes nothing. */
function cut<T>(all: readonly T[], idOf: (item: T) => string, input: Fields): Page<T> {
  const size = input.optionalNumber('MaxResults') ?? 100;
  if (!(size >= 1 && size <= 100)) throw invalidParameter('MaxResults must be between 1 and 100.');
  const token = input.optionalString('NextToken');
  const start = token === undefined ? 0 : positionAfter(all, idOf, token);
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  const more = start + size < all.length && last !== undefined;
  return more ? { items, next: Buffer.from(idOf(last)).toString('base64url') } : { items };
}

function positionAfter<T>(all: readonly T[], idOf: (item: T) => string, token: string): number {
  const id = Buffer.from(token, 'base64url').toString();
  const position = all.findIndex((item) => idOf(item) === id);
  if (position < 0) throw new AwsError('InvalidNextTokenException', 'Invalid next token.');
  return position + 1;
}
