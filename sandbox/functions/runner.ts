import { types } from 'node:util';

/** What a runner needs to know of a function. */
export interface FunctionTarget {
  readonly name: string;
  /** Directory that holds the function's unpacked code. */
  readonly codeDirectory: string;
  /** `index.handler`: file without extension, and export. */
  readonly handler: string;
  /** The whole environment: what the template declares, and what Lambda and the sandbox add. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Changes with every deployment of code or configuration: an instance of another revision must not be reused. */
  readonly revision: number;
}

/** One invocation of a function. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** The event, as JSON text. */
  readonly payload: string;
  /** The virtual time at which it begins. */
  readonly time: Date;
}

/** What the Node runtime of Lambda reports of an error that a handler let out. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface RunResult {
  readonly outcome: { readonly payload: string } | { readonly failure: FunctionFailure };
  /** What the function wrote to its standard output and error, by line. */
  readonly lines: readonly string[];
}

/** Runs functions. Instances stay warm in between, as on Lambda. */
export interface FunctionRunner {
  run(target: FunctionTarget, invocation: Invocation): Promise<RunResult>;
  /** Ends every instance. */
  dispose(): Promise<void>;
}

/** The context object that a handler gets beside its event. */
export function contextOf(target: FunctionTarget, invocation: Invocation): Record<string, unknown> {
  return {
    functionName: target.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: target.environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '128',
    awsRequestId: invocation.requestId,
    logGroupName: target.environment.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
    logStreamName: target.environment.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    callbackWaitsForEmptyEventLoop: true,
  };
}

/** An error as Lambda's Node runtime puts it into the answer. */
export function failureOf(error: unknown): FunctionFailure {
  // Jest runs code in a realm of its own, where errors of Node itself are no instances of Error.
  const isError = (each: unknown): each is Error => each instanceof Error || types.isNativeError(each);
  if (!isError(error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/** What Lambda answers for a function that was stopped at its time limit. */
export function timeoutFailure(target: FunctionTarget, invocation: Invocation): FunctionFailure {
  const seconds = target.timeoutSeconds.toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${seconds} seconds`,
  };
}
