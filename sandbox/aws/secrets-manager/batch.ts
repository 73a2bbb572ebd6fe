import type { Fields } from '../fields';
import type { Operations } from '../operations';
import { AwsError, type AwsOutput, type Caller } from '../service';
import type { SecretsContext } from './context';
import { checkLength, invalidParameter } from './errors';
import { cut, type Page } from './page';
import { FILTER_FIELDS, readFilters } from './secret-filters';

const MOST = 20;

/** Reading several secrets at once. */
export function batchOperations(context: SecretsContext): Operations {
  return {
    BatchGetSecretValue: {
      fields: ['SecretIdList', FILTER_FIELDS, 'MaxResults', 'NextToken'],
      run: async (input, caller) => {
        const { items, next } = chosen(context, input, caller);
        return { ...(await readAll(context, items, caller)), ...next };
      },
    },
  };
}

/** The secrets that a batch is about: those named, or those that filters find, page by page. */
function chosen(context: SecretsContext, input: Fields, caller: Caller): Page<string> {
  const ids = input.optionalStrings('SecretIdList');
  if ((ids === undefined) === !input.has('Filters')) {
    throw invalidParameter('You must include either Filters or SecretIdList, but not both.');
  }
  if (ids) {
    checkLength('secretIdList', ids.length, [1, MOST]);
    if (input.has('MaxResults')) throw invalidParameter('MaxResults can only be used with Filters.');
    return { items: ids, next: {} };
  }
  const matches = readFilters(input);
  const found = context.views.list(caller).filter((secret) => !secret.deletedAt && matches(secret));
  return cut(
    found.map(({ arn }) => arn),
    (arn) => arn,
    input,
    MOST,
  );
}

/** Each secret of a batch is a read of its own: authorised, told of and refused by itself. */
async function readAll(context: SecretsContext, ids: readonly string[], caller: Caller): Promise<AwsOutput> {
  const reader = { ...caller, invokedBy: 'secretsmanager.amazonaws.com' };
  const values: AwsOutput[] = [];
  const errors: AwsOutput[] = [];
  for (const id of ids) {
    try {
      values.push(await context.account.call('secretsmanager', 'GetSecretValue', { SecretId: id }, reader));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}
