import { AsyncLocalStorage } from 'node:async_hooks';
import type { VirtualClock } from '../clock';
import type { HttpHandler } from '../http';
import { Random } from '../random';
import { CapturedOutput } from './captured-output';
import { fetchFrom, type SdkSettings, sdkSettings } from './in-process-http';
import {
  contextOf,
  type FunctionRunner,
  type FunctionTarget,
  failureOf,
  type Invocation,
  type RunResult,
} from './runner';
import { TimeLimit } from './time-limit';
import { InvocationTimers, virtualiseTimers } from './virtual-timers';

/** What a handler from source is built from; the functions' composition roots accept it as it is. */
export interface FunctionWiring {
  readonly env: Readonly<Record<string, string>>;
  readonly clock: { now(): Date };
  readonly wait: (ms: number) => Promise<void>;
  readonly aws: SdkSettings;
  readonly claude: { readonly fetch: typeof fetch };
}

/** Builds a function from its wiring, once per instance. */
export type FunctionFactory = (
  wiring: FunctionWiring,
) => (event: never, context: Record<string, unknown>) => Promise<unknown>;

export interface InProcessRunnerOptions {
  readonly clock: VirtualClock;
  readonly aws: HttpHandler;
  readonly claude: HttpHandler;
  /** By function name, as deployed: `claude-keys-prod-rotate`. */
  readonly handlers: ReadonlyMap<string, FunctionFactory>;
  /**
   * Decides the random numbers of the functions' code.
   * @default 1
   */
  readonly seed?: number;
}

/** An invocation under way. */
interface Running {
  readonly lines: string[];
  readonly timers: InvocationTimers;
}

interface Instance {
  readonly revision: number;
  readonly handle: (event: unknown, context: Record<string, unknown>) => Promise<unknown>;
}

/** Runs the same handlers from source, in this process and without sockets: for trying very many schedules. */
export class InProcessRunner implements FunctionRunner {
  readonly #running = new AsyncLocalStorage<Running>();
  readonly #output = new CapturedOutput(() => this.#running.getStore()?.lines);
  readonly #useRealTimers = virtualiseTimers(() => this.#running.getStore()?.timers);
  readonly #instances = new Map<string, Instance>();

  readonly #random: Random;

  constructor(private readonly options: InProcessRunnerOptions) {
    this.#random = new Random(options.seed ?? 1);
  }

  async run(target: FunctionTarget, invocation: Invocation): Promise<RunResult> {
    const running: Running = { lines: [], timers: new InvocationTimers(this.options.clock, () => this.#random.next()) };
    const limit = new TimeLimit(this.options.clock, target, invocation);
    const { lines } = running;
    try {
      const work = this.#running.run(running, () => this.#handle(target, invocation, limit));
      const result = await Promise.race([work, limit.reached]);
      return { outcome: { payload: JSON.stringify(result) ?? 'null' }, lines };
    } catch (error) {
      return { outcome: { failure: limit.failure ?? failureOf(error) }, lines };
    } finally {
      limit.lift();
      running.timers.end();
    }
  }

  async dispose(): Promise<void> {
    this.#instances.clear();
    this.#output.dispose();
    this.#useRealTimers();
    // Node goes through every store in use at each promise: one that is left behind slows down all that comes after.
    this.#running.disable();
  }

  async #handle(target: FunctionTarget, invocation: Invocation, limit: TimeLimit): Promise<unknown> {
    const context = { ...contextOf(target, invocation), getRemainingTimeInMillis: () => limit.remainingMs };
    return this.#instanceOf(target).handle(JSON.parse(invocation.payload), context);
  }

  #instanceOf(target: FunctionTarget): Instance {
    const warm = this.#instances.get(target.name);
    if (warm?.revision === target.revision) return warm;
    const factory = this.options.handlers.get(target.name);
    if (!factory) throw new Error(`no handler from source for the function ${target.name}`);
    const handle = factory(this.#wiring(target)) as Instance['handle'];
    const instance = { revision: target.revision, handle };
    this.#instances.set(target.name, instance);
    return instance;
  }

  #wiring({ environment }: FunctionTarget): FunctionWiring {
    const { clock, aws, claude } = this.options;
    const credentials = {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: environment.AWS_SESSION_TOKEN ?? '',
    };
    return {
      env: environment,
      clock,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      aws: sdkSettings(environment.AWS_REGION ?? '', credentials, this.#whileRunning(aws)),
      claude: { fetch: fetchFrom(this.#whileRunning(claude)) },
    };
  }

  /** A function that was stopped asks nothing more, and learns nothing more. */
  #whileRunning(handler: HttpHandler): HttpHandler {
    const never = new Promise<never>(() => {});
    const hasEnded = () => this.#running.getStore()?.timers.ended === true;
    return async (request) => {
      if (hasEnded()) return never;
      const response = await handler(request);
      return hasEnded() ? never : response;
    };
  }
}
