import { createHandler as createReconcile } from '../../lambda/reconcile/handler';
import { createHandler as createRotate } from '../../lambda/rotate/handler';
import { reconcileFunctionName, rotateFunctionName } from '../../lib/contract/names';
import type { FunctionFactory } from './in-process-runner';

/** The functions' handlers from source, by the names an environment gives them: for the runner `in-process`. */
export const handlersFromSource = (environment: string): ReadonlyMap<string, FunctionFactory> =>
  new Map<string, FunctionFactory>([
    [rotateFunctionName(environment), createRotate],
    [reconcileFunctionName(environment), createReconcile],
  ]);
