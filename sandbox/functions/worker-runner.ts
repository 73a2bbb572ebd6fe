import type { VirtualClock } from '../clock';
import type { OpenCalls } from './open-calls';
import type { FunctionRunner, FunctionTarget, Invocation, RunResult } from './runner';
import type { Wiretap } from './wiretap';
import { WorkerInstance } from './worker-instance';

export interface WorkerRunnerOptions {
  readonly clock: VirtualClock;
  /** The workers' calls that the sandbox's servers are answering. */
  readonly calls: OpenCalls;
  /**
   * Decides the random numbers of the functions' code.
   * @default 1
   */
  readonly seed?: number;
  /** @default - nobody listens */
  readonly wiretap?: Wiretap | undefined;
}

/** Runs the unmodified bundles of a cloud assembly, each in a worker thread with its own environment and virtual time. */
export class WorkerRunner implements FunctionRunner {
  readonly #instances = new Map<string, WorkerInstance>();

  constructor(private readonly options: WorkerRunnerOptions) {}

  async run(target: FunctionTarget, invocation: Invocation): Promise<RunResult> {
    const run = () => this.#instanceOf(target).run(target, invocation);
    const exit = async () => this.#instances.get(target.name)?.end();
    return this.options.wiretap?.ran(target, invocation, run, exit) ?? run();
  }

  async dispose(): Promise<void> {
    const instances = [...this.#instances.values()];
    this.#instances.clear();
    await Promise.all(instances.map((each) => each.end()));
  }

  #instanceOf(target: FunctionTarget): WorkerInstance {
    const warm = this.#instances.get(target.name);
    if (warm?.serves(target)) return warm;
    const fresh = new WorkerInstance(target, this.options);
    this.#instances.set(target.name, fresh);
    warm?.retire();
    return fresh;
  }
}
