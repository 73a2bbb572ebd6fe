import { AwsError } from '../service';

/** Secrets Manager's refusals, worded as recorded from AWS where a recording exists. */
export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);
export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);
export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceededException', message);
export const resourceExists = (message: string): AwsError => new AwsError('ResourceExistsException', message);

/** A value outside the bounds that the API's model sets. */
export const outOfBounds = (field: string, constraint: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${constraint}`,
  );

export const secretNotFound = (): AwsError => notFound("Secrets Manager can't find the specified secret.");

export const markedForDeletion = (): AwsError =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
