import { ConnectionDropped } from '../claude/faults';
import type { Invocation as FunctionInvocation, FunctionTarget, RunResult } from '../functions/runner';
import type { Wiretap } from '../functions/wiretap';
import type { HttpRequest, HttpResponse } from '../http';
import { awsRefusal, claudeRefusal, type Trouble } from './attempts';
import type { Invocation } from './invocation';
import { awsOperationName, claudeOperationName } from './operation-names';
import { type OutsideCalls, purposeOf } from './outside-calls';

/**
 * Has the calls of bundled functions in workers recorded and cut off where their requests arrive. A function whose
 * process is to be gone is ended with its worker; an answer that is lost breaks the connection.
 */
export class BundleCalls implements Wiretap {
  /** By function, the invocation that began last. */
  readonly #present = new Map<string, Invocation>();

  constructor(private readonly outside: OutsideCalls) {}

  async ran(
    { name }: FunctionTarget,
    { payload }: FunctionInvocation,
    run: () => Promise<RunResult>,
    exit: () => Promise<void>,
  ): Promise<RunResult> {
    const invocation = this.outside.begun(purposeOf(name, JSON.parse(payload)));
    this.#present.set(name, invocation);
    invocation.death.catch(exit);
    try {
      return await run();
    } finally {
      await this.outside.ended(invocation);
    }
  }

  asked(functionName: string, request: HttpRequest, answer: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const invocation = this.#present.get(functionName);
    if (!invocation) throw new Error(`${functionName} asks something before it was invoked`);
    const isClaude = request.path.startsWith('/v1/');
    const refuse = (trouble: Trouble) => (isClaude ? claudeRefusal(trouble) : awsRefusal(trouble, request.headers));
    return this.outside.through(() => invocation)({
      operation: isClaude
        ? claudeOperationName(`http://claude${request.path}`, request.method)
        : awsOperationName(request),
      ask: answer,
      refuse,
      lose: dropped,
      gone: dropped,
      hang: () => new Promise(() => {}),
    });
  }
}

async function dropped(): Promise<never> {
  throw new ConnectionDropped();
}
