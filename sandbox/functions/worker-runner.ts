import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  contextOf,
  type FunctionRunner,
  type FunctionTarget,
  failureOf,
  type Invocation,
  type RunResult,
  timeoutFailure,
} from './runner';

export interface WorkerRunnerOptions {
  /**
   * Real time after which a function that has not answered counts as stopped at its declared limit. Virtual time
   * stands still while a function runs, so the declared limit itself cannot pass.
   * @default 30000
   */
  readonly patienceMs?: number;
}

const ENTRY = join(__dirname, 'worker-entry.mjs');

/** Runs the unmodified bundles of a cloud assembly, each in a worker thread with its own environment and a virtual `Date`. */
export class WorkerRunner implements FunctionRunner {
  readonly #instances = new Map<string, Instance>();
  readonly #patienceMs: number;

  constructor({ patienceMs = 30_000 }: WorkerRunnerOptions = {}) {
    this.#patienceMs = patienceMs;
  }

  async run(target: FunctionTarget, invocation: Invocation): Promise<RunResult> {
    const instance = await this.#instanceOf(target, invocation.time);
    return instance.run(invocation, this.#patienceMs);
  }

  async dispose(): Promise<void> {
    const instances = [...this.#instances.values()];
    this.#instances.clear();
    await Promise.all(instances.map((each) => each.end()));
  }

  async #instanceOf(target: FunctionTarget, time: Date): Promise<Instance> {
    const warm = this.#instances.get(target.name);
    if (warm?.serves(target)) return warm;
    const fresh = new Instance(target, time);
    this.#instances.set(target.name, fresh);
    await warm?.end();
    return fresh;
  }
}

/** One warm worker. It takes several invocations at a time, which on Lambda would have an instance each. */
class Instance {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (result: RunResult) => void>();
  #ended = false;
  #invocations = 0;

  constructor(
    private readonly target: FunctionTarget,
    time: Date,
  ) {
    const { codeDirectory, handler, environment, timeoutSeconds } = target;
    this.#worker = new Worker(ENTRY, {
      env: { ...environment },
      execArgv: [],
      workerData: { codeDirectory, handler, time: time.getTime(), timeoutMs: timeoutSeconds * 1000 },
    });
    this.#worker.on('message', ({ id, ...result }: RunResult & { readonly id: number }) => this.#answer(id, result));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the runtime exited')));
    this.#worker.unref();
  }

  serves(target: FunctionTarget): boolean {
    return (
      !this.#ended && target.revision === this.target.revision && target.codeDirectory === this.target.codeDirectory
    );
  }

  async run(invocation: Invocation, patienceMs: number): Promise<RunResult> {
    const id = this.#invocations++;
    const result = new Promise<RunResult>((resolve) => this.#waiting.set(id, resolve));
    const { payload, time } = invocation;
    // A reference for as long as somebody waits: the process must not end under a running function.
    this.#worker.ref();
    this.#worker.postMessage({ id, payload, time: time.getTime(), context: contextOf(this.target, invocation) });
    const timer = setTimeout(() => {
      this.#answer(id, { outcome: { failure: timeoutFailure(this.target, invocation) }, lines: [] });
      void this.end();
    }, patienceMs);
    return result.finally(() => {
      clearTimeout(timer);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #answer(id: number, result: RunResult): void {
    this.#waiting.get(id)?.(result);
    this.#waiting.delete(id);
  }

  /** The worker is gone: everybody who waits for it learns why, and the next invocation starts another. */
  #fail(error: unknown): void {
    this.#ended = true;
    const failure = { ...failureOf(error), errorType: 'Runtime.ExitError' };
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { outcome: { failure }, lines: [] });
  }
}
