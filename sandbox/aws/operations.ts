import { UnmodelledError } from '../errors';
import { Fields, type ModelledFields } from './fields';
import type { AwsInput, AwsOutput, Caller } from './service';

/** One API operation: the input fields it models, and what it does with them. */
export interface Operation extends ModelledFields {
  run(input: Fields, caller: Caller): AwsOutput | Promise<AwsOutput>;
}

/** The operations that a service models, by their API names. */
export type Operations = Readonly<Record<string, Operation>>;

/** Performs one operation of a service, after refusing by name whatever is not modelled: a refused call has changed nothing. */
export async function perform(
  service: string,
  operations: Operations,
  operation: string,
  input: AwsInput,
  caller: Caller,
): Promise<AwsOutput> {
  const found = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (!found) throw new UnmodelledError(`the operation ${operation} of ${service}`);
  return found.run(Fields.of(`${service}:${operation}`, found, input), caller);
}
