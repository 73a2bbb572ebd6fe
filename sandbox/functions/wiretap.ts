import type { HttpRequest, HttpResponse } from '../http';
import type { FunctionTarget, Invocation, RunResult } from './runner';

/** Stands between functions that run in workers and everything around them, and decides what comes of what they do. */
export interface Wiretap {
  /** A function is invoked. @param exit ends its process, as a crash does */
  ran(
    target: FunctionTarget,
    invocation: Invocation,
    run: () => Promise<RunResult>,
    exit: () => Promise<void>,
  ): Promise<RunResult>;
  /** A function asks something of the outside, through a socket. */
  asked(functionName: string, request: HttpRequest, answer: () => Promise<HttpResponse>): Promise<HttpResponse>;
}
