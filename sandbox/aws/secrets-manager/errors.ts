import { AwsError } from '../service';

/** Secrets Manager's refusals, worded as recorded from AWS where a recording exists. */
export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);
export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);
export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceededException', message);
export const resourceExists = (message: string): AwsError => new AwsError('ResourceExistsException', message);

/** An input outside the bounds that the API's model sets. AWS quotes it, but for values of secrets. */
export const outOfBounds = (field: string, constraint: string, quoted?: string): AwsError => {
  const value = quoted === undefined ? 'Value' : `Value '${quoted}'`;
  return new AwsError(
    'ValidationException',
    `1 validation error detected: ${value} at '${field}' failed to satisfy constraint: ${constraint}`,
  );
};

const AT_LEAST = 'Member must have length greater than or equal to';
const AT_MOST = 'Member must have length less than or equal to';

/** Refuses a length outside the bounds that the API's model sets. */
export function checkLength(
  field: string,
  length: number,
  [least, most]: readonly [number, number],
  quoted?: string,
): void {
  if (length < least) throw outOfBounds(field, `${AT_LEAST} ${least}`, quoted);
  if (length > most) throw outOfBounds(field, `${AT_MOST} ${most}`, quoted);
}

/** The same of the members of a list. */
export function checkMembers(
  field: string,
  members: readonly string[],
  [least, most]: readonly [number, number],
): void {
  if (members.every(({ length }) => length >= least && length <= most)) return;
  const constraint = `Member must satisfy constraint: [${AT_MOST} ${most}, ${AT_LEAST} ${least}]`;
  throw outOfBounds(field, constraint, `[${members.join(', ')}]`);
}

const ID_LENGTHS = [32, 64] as const;

/** Refuses what cannot be the id of a version, or a token, which becomes one. */
export function checkVersionId(field: string, id: string | undefined): void {
  if (id !== undefined) checkLength(field, id.length, ID_LENGTHS, id);
}

export const secretNotFound = (): AwsError => notFound("Secrets Manager can't find the specified secret.");

export const markedForDeletion = (): AwsError =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
