import { Readable } from 'node:stream';
import { RequestHandlerFrom } from '../functions/in-process-http';
import type { FunctionFactory, FunctionWiring } from '../functions/in-process-runner';
import { type Cut, callName, type OutsideCall } from './cut';
import { awsOperationName, claudeOperationName, type SdkRequest } from './operation-names';

/** Told of what functions do. Awaited, so that nothing moves while somebody looks. */
export interface CallListener {
  /** After every call of a function, whatever came of it. */
  called(call: string): Promise<void>;
  /** After every invocation, one that died included. */
  ended(invocation: string): Promise<void>;
}

type Handle = (event: unknown, context: Record<string, unknown>) => Promise<unknown>;
type SdkResponse = Awaited<ReturnType<RequestHandlerFrom['handle']>>;

/** A started function. It serves one invocation at a time, as on Lambda, and none after its process has died. */
interface Instance {
  readonly handle: Handle;
  invocation: Invocation;
}

/**
 * Stands between functions from source and everything outside them: records their calls, and cuts one of them off.
 * It sees each attempt that an SDK makes, and nothing of what AWS services ask of each other.
 */
export class OutsideCalls {
  readonly calls: OutsideCall[] = [];
  /** Whether the call that is to be cut off has come. */
  struck = false;
  #acting = false;
  #invocations = 0;

  constructor(
    private readonly listener: CallListener,
    private readonly cut?: Cut,
  ) {}

  /** From now on calls are counted, and may be cut off. */
  begin(): void {
    this.#acting = true;
  }

  /** From now on nothing is recorded or cut off any more. */
  end(): void {
    this.#acting = false;
  }

  get acting(): boolean {
    return this.#acting;
  }

  /** The same functions, with this between them and the outside. */
  around(handlers: ReadonlyMap<string, FunctionFactory>): ReadonlyMap<string, FunctionFactory> {
    return new Map([...handlers].map(([name, factory]) => [name, this.#around(name, factory)]));
  }

  #around(functionName: string, factory: FunctionFactory): FunctionFactory {
    return (wiring) => {
      const idle: Instance[] = [];
      return async (event: unknown, context) => {
        const invocation = this.#invocationOf(functionName, event);
        const instance = idle.pop() ?? this.#start(factory, wiring, invocation);
        instance.invocation = invocation;
        try {
          return await Promise.race([instance.handle(event, context), invocation.death]);
        } finally {
          if (!invocation.dead) idle.push(instance);
          await this.listener.ended(invocation.name);
        }
      };
    };
  }

  #invocationOf(functionName: string, event: unknown): Invocation {
    const { Step, action } = event as { readonly Step?: string; readonly action?: string };
    const what = [functionName.split('-').at(-1), Step ?? action].filter((word) => word !== undefined).join(' ');
    if (this.#acting) this.#invocations += 1;
    return new Invocation(`${this.#invocations} ${what}`);
  }

  #start(factory: FunctionFactory, wiring: FunctionWiring, invocation: Invocation): Instance {
    const instance: Instance = { invocation, handle: (event, context) => handle(event, context) };
    const through = <Answer>(operation: string, outside: Outside<Answer>) => this.#call(instance, operation, outside);
    const requestHandler = new CutRequestHandler(wiring.aws.requestHandler, through);
    // One attempt more is enough to see what a repetition does, and costs less waiting, which is real here.
    const aws = { ...wiring.aws, requestHandler, maxAttempts: 2 };
    const handle = factory({ ...wiring, aws, claude: { fetch: cutFetch(wiring.claude.fetch, through) } }) as Handle;
    return instance;
  }

  async #call<Answer>({ invocation }: Instance, operation: string, outside: Outside<Answer>): Promise<Answer> {
    if (invocation.dead) return outside.gone();
    const call = invocation.count(operation);
    if (this.#acting) this.calls.push(call);
    if (this.#isCut(call)) {
      this.struck = true;
      if (this.cut) invocation.cut = this.cut;
    }
    const answer = await this.#answer(invocation, operation, outside);
    await this.listener.called(callName(call));
    return invocation.dead ? outside.gone() : answer;
  }

  #isCut(call: OutsideCall): boolean {
    return this.#acting && !this.struck && this.cut !== undefined && callName(call) === callName(this.cut.call);
  }

  /** What comes of an attempt, given what its invocation suffers. */
  async #answer<Answer>(
    invocation: Invocation,
    operation: string,
    { ask, fail, gone }: Outside<Answer>,
  ): Promise<Answer> {
    const { cut } = invocation;
    if (cut?.call.operation !== operation) return ask();
    switch (cut.way) {
      case 'dies-before':
        invocation.die();
        return gone();
      case 'dies-after':
        await ask();
        invocation.die();
        return fail();
      case 'fails':
        return fail();
      case 'answer-lost':
        delete invocation.cut;
        await ask();
        return fail();
      case 'answers-lost':
        await ask();
        return fail();
    }
  }
}

/** One attempt of a call: really made, or answered by a server that is in trouble. */
interface Outside<Answer> {
  readonly ask: () => Promise<Answer>;
  readonly fail: () => Answer;
  /** What the code of a process that is gone gets, if it went on: nothing that could lead to an effect. */
  readonly gone: () => Promise<Answer>;
}

type Through = <Answer>(operation: string, outside: Outside<Answer>) => Promise<Answer>;

const never = <Answer>(): Promise<Answer> => new Promise(() => {});

class Invocation {
  cut?: Cut;
  dead = false;
  readonly death: Promise<never>;
  #kill: (error: Error) => void = () => {};
  readonly #counts = new Map<string, number>();

  constructor(readonly name: string) {
    this.death = new Promise((_, reject) => {
      this.#kill = reject;
    });
    // Nobody may be waiting for it yet, or any more.
    this.death.catch(() => {});
  }

  count(operation: string): OutsideCall {
    const nth = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, nth);
    return { invocation: this.name, operation, nth };
  }

  die(): void {
    this.dead = true;
    this.#kill(Object.assign(new Error('the process exited'), { name: 'Runtime.ExitError' }));
  }
}

class CutRequestHandler extends RequestHandlerFrom {
  constructor(
    private readonly inner: RequestHandlerFrom,
    private readonly through: Through,
  ) {
    super(never);
  }

  override handle(request: SdkRequest): Promise<SdkResponse> {
    const fail = (): SdkResponse => ({ response: { statusCode: 503, headers: {}, body: Readable.from([]) } });
    return this.through(awsOperationName(request), {
      ask: () => this.inner.handle(request),
      fail,
      gone: never<SdkResponse>,
    });
  }
}

/** The wait that the answer asks for spares the real one that the SDK would choose. */
const cutFetch =
  (inner: typeof fetch, through: Through): typeof fetch =>
  (input, init) => {
    const fail = () => new Response('', { status: 503, headers: { 'retry-after-ms': '1' } });
    // Not never: the SDK would keep its timer, and with it the process, until the call is over.
    const gone = async () => new Response('', { status: 400 });
    return through(claudeOperationName(input, init?.method), { ask: () => inner(input, init), fail, gone });
  };
