import { UnmodelledError } from '../errors';
import type { Fields } from './fields';
import { AwsError } from './service';

export type ParameterType = 'String' | 'SecureString';

export const AWS_MANAGED_KEY = 'alias/aws/ssm';
const LONGEST_STANDARD_VALUE = 4096;
const MOST_LEVELS = 15;
const MOST_NAMES = 10;

export const validation = (message: string): AwsError => new AwsError('ValidationException', message);

/** Refuses a name that AWS refuses. */
export function checkName(name: string): void {
  if (!/^[\w./-]+$/.test(name) || name.length > 1011) {
    throw validation(
      'Parameter name must be made of letters, digits and any of .-_/ and be at most 1011 characters long.',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw validation('Parameter name must be a fully qualified name.');
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw validation('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (name.split('/').length - 1 > MOST_LEVELS) {
    throw new AwsError('HierarchyLevelLimitExceededException', `A name may have at most ${MOST_LEVELS} levels.`);
  }
}

/** The value of a standard parameter. */
export function readValue(input: Fields): string {
  const value = input.string('Value');
  if (value.length < 1) throw validation('Value must have length greater than or equal to 1.');
  if (Buffer.byteLength(value) > LONGEST_STANDARD_VALUE) {
    throw validation(
      `Standard tier parameters support a maximum parameter value of ${LONGEST_STANDARD_VALUE} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`,
    );
  }
  return value;
}

/** Refuses by name the kinds of parameter that are not modelled. */
export function refuseOtherKinds(input: Fields): void {
  const tier = input.optionalString('Tier') ?? 'Standard';
  if (tier !== 'Standard') throw new UnmodelledError(`parameters of the tier ${tier}`);
  const dataType = input.optionalString('DataType') ?? 'text';
  if (dataType !== 'text') throw new UnmodelledError(`parameters of the data type ${dataType}`);
}

/** The KMS key of a parameter; undefined for a String. */
export function keyOf(type: ParameterType, keyId: string | undefined): string | undefined {
  if (type === 'SecureString') return keyId ?? AWS_MANAGED_KEY;
  if (keyId === undefined) return undefined;
  throw validation('KeyId is required for SecureString type parameter only.');
}

/** The names of a request about several parameters. */
export function readNames(input: Fields): readonly string[] {
  const names = input.strings('Names');
  if (names.length < 1 || names.length > MOST_NAMES)
    throw validation(`Names must hold between 1 and ${MOST_NAMES} names.`);
  return names;
}

/** Whether a name lies under a path, directly or, if recursive, at any depth. */
export function pathTest(path: string, recursive: boolean): (name: string) => boolean {
  if (!path.startsWith('/')) throw validation('The parameter path must begin with a slash /.');
  const prefix = path.endsWith('/') ? path : `${path}/`;
  return (name) => name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'));
}

/** The name that the page before ended with. */
export function readNextToken(input: Fields): string | undefined {
  const token = input.optionalString('NextToken');
  if (token === undefined) return undefined;
  const name = Buffer.from(token, 'base64url').toString();
  if (!/^[\w./-]+$/.test(name)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  return name;
}
