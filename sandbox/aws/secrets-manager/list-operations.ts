import type { Fields } from '../fields';
import type { Operations } from '../operations';
import type { AwsOutput, Caller } from '../service';
import { identity, type SecretsContext } from './context';
import { outOfBounds } from './errors';
import { cut } from './page';
import type { Secret, SecretVersion } from './secret';
import { FILTER_FIELDS, readFilters } from './secret-filters';
import { describe } from './secret-operations';

/** Operations that list secrets and versions, page by page. */
export function listOperations(context: SecretsContext): Operations {
  return {
    ListSecrets: {
      fields: ['IncludePlannedDeletion', 'MaxResults', 'NextToken', 'SortBy', 'SortOrder', FILTER_FIELDS],
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
  const matches = readFilters(input);
  const inOrder = readOrder(input);
  const found = context.views.list(caller).filter((secret) => (planned || !secret.deletedAt) && matches(secret));
  const { items, next } = cut([...found].sort(inOrder), (secret) => secret.arn, input);
  return { SecretList: items.map(listed), ...next };
}

type Order = (a: Secret, b: Secret) => number;

const byTime =
  (timeOf: (secret: Secret) => Date | undefined): Order =>
  (a, b) =>
    (timeOf(a)?.getTime() ?? 0) - (timeOf(b)?.getTime() ?? 0);

const ORDERS: Readonly<Record<string, Order>> = {
  'created-date': byTime(({ createdAt }) => createdAt),
  'last-accessed-date': byTime(({ accessedOn }) => accessedOn),
  'last-changed-date': byTime(({ changedAt }) => changedAt),
  name: (a, b) => (a.name < b.name ? -1 : 1),
};
const DIRECTIONS: Readonly<Record<string, number>> = { asc: 1, desc: -1 };

function readOrder(input: Fields): Order {
  const order = oneOf(ORDERS, 'sortBy', input.optionalString('SortBy') ?? 'created-date');
  const direction = oneOf(DIRECTIONS, 'sortOrder', input.optionalString('SortOrder') ?? 'asc');
  return (a, b) => direction * order(a, b);
}

function oneOf<T>(known: Readonly<Record<string, T>>, field: string, name: string): T {
  const value = Object.hasOwn(known, name) ? known[name] : undefined;
  if (value !== undefined) return value;
  throw outOfBounds(field, `Member must satisfy enum value set: [${Object.keys(known).join(', ')}]`, name);
}

function listed(secret: Secret): AwsOutput {
  const labels = secret.labelledVersions;
  return { ...describe(secret), ...(labels.size > 0 ? { SecretVersionsToStages: labels } : {}) };
}

function listSecretVersionIds(context: SecretsContext, input: Fields, caller: Caller): AwsOutput {
  const secret = context.views.find(input.string('SecretId'), caller);
  const deprecated = input.optionalBoolean('IncludeDeprecated') ?? false;
  const found = secret.versions.filter((version) => deprecated || secret.labelsOf(version.id).length > 0);
  const { items, next } = cut(found, (version) => version.id, input);
  return { Versions: items.map((version) => describeVersion(secret, version)), ...next, ...identity(secret) };
}

function describeVersion(secret: Secret, version: SecretVersion): AwsOutput {
  const labels = secret.labelsOf(version.id);
  return {
    VersionId: version.id,
    ...(labels.length > 0 ? { VersionStages: labels } : {}),
    ...(version.accessedOn ? { LastAccessedDate: version.accessedOn } : {}),
    CreatedDate: version.createdAt,
    ...(version.kmsKeyIds ? { KmsKeyIds: version.kmsKeyIds } : {}),
  };
}
