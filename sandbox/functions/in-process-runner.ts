import type { VirtualClock } from '../clock';
import type { HttpHandler } from '../http';
import { CapturedOutput } from './captured-output';
import { fetchFrom, RequestHandlerFrom } from './in-process-http';
import {
  contextOf,
  type FunctionRunner,
  type FunctionTarget,
  failureOf,
  type Invocation,
  type RunResult,
  timeoutFailure,
} from './runner';

/** What a handler from source is built from; the functions' composition roots accept it as it is. */
export interface FunctionWiring {
  readonly env: Readonly<Record<string, string>>;
  readonly clock: { now(): Date };
  readonly wait: (ms: number) => Promise<void>;
  readonly aws: {
    readonly region: string;
    readonly credentials: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
    };
    readonly requestHandler: RequestHandlerFrom;
  };
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
   * Real time after which a function that has not answered counts as stopped at its declared limit.
   * @default 30000
   */
  readonly patienceMs?: number;
}

interface Instance {
  readonly revision: number;
  readonly handle: (event: unknown, context: Record<string, unknown>) => Promise<unknown>;
}

/** Runs the same handlers from source, in this process and without sockets: for trying very many schedules. */
export class InProcessRunner implements FunctionRunner {
  readonly #output = new CapturedOutput();
  readonly #instances = new Map<string, Instance>();

  constructor(private readonly options: InProcessRunnerOptions) {}

  async run(target: FunctionTarget, invocation: Invocation): Promise<RunResult> {
    const lines: string[] = [];
    try {
      const work = () => this.#handle(target, invocation);
      const result = await this.#impatiently(target, invocation, this.#output.during(lines, work));
      return { outcome: { payload: JSON.stringify(result) ?? 'null' }, lines };
    } catch (error) {
      return { outcome: { failure: error instanceof TimedOut ? error.failure : failureOf(error) }, lines };
    }
  }

  async dispose(): Promise<void> {
    this.#instances.clear();
    this.#output.dispose();
  }

  async #handle(target: FunctionTarget, invocation: Invocation): Promise<unknown> {
    const context = { ...contextOf(target, invocation), getRemainingTimeInMillis: () => target.timeoutSeconds * 1000 };
    return this.#instanceOf(target).handle(JSON.parse(invocation.payload), context);
  }

  async #impatiently<Result>(target: FunctionTarget, invocation: Invocation, work: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      const stop = () => reject(new TimedOut(timeoutFailure(target, invocation)));
      timer = setTimeout(stop, this.options.patienceMs ?? 30_000);
    });
    return Promise.race([work, patience]).finally(() => clearTimeout(timer));
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
    return {
      env: environment,
      clock,
      // Virtual time stands still while a function runs: a lag counts reads instead.
      wait: () => Promise.resolve(),
      aws: {
        region: environment.AWS_REGION ?? '',
        credentials: {
          accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
          secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
          sessionToken: environment.AWS_SESSION_TOKEN ?? '',
        },
        requestHandler: new RequestHandlerFrom(aws),
      },
      claude: { fetch: fetchFrom(claude) },
    };
  }
}

class TimedOut extends Error {
  constructor(readonly failure: ReturnType<typeof timeoutFailure>) {
    super(failure.errorMessage);
  }
}
