import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConsistencyOptions } from '../aws/consistency';
import type { FunctionFactory, FunctionWiring } from '../functions/in-process-runner';
import { type Attempt, fetchThrough, RequestHandlerThrough, type Through } from './attempts';
import { callName, type OutsideCall, type Way } from './cut';
import { Invocation } from './invocation';

/** Told of what functions do. Awaited, so that nothing moves while somebody looks. */
export interface CallListener {
  /** After every call of a function, whatever came of it. */
  called(call: string): Promise<void>;
  /** After every invocation, one that died included. */
  ended(invocation: Invocation): Promise<void>;
  /** Makes a call that is really made. @default - as it is */
  make?<Answer>(call: OutsideCall, invocation: Invocation, ask: () => Promise<Answer>): Promise<Answer>;
}

/** What becomes of a call that is about to be made: something else happens first, and it is cut off, or neither. */
export interface Fate {
  readonly first?: () => Promise<void>;
  readonly way?: Way | undefined;
}

type FateOf = (call: OutsideCall, invocation: Invocation) => Fate | undefined;

type Handle = (event: unknown, context: Record<string, unknown>) => Promise<unknown>;

/** A started function. It serves one invocation at a time, as on Lambda, and none after its process has died. */
interface Instance {
  readonly handle: Handle;
  invocation: Invocation;
}

/** The call that is being answered. One store for the whole process: Node goes through every store at each promise. */
const UNDER_WAY = new AsyncLocalStorage<{ readonly call: OutsideCall; readonly isStale: boolean }>();

const PRESENT = new AsyncLocalStorage<Invocation>();

/** The invocation on whose behalf something is done now; undefined outside of any. */
export const presentInvocation = (): Invocation | undefined => PRESENT.getStore();

/** How reads are answered here: as things are, but for a call that is to be stale. Every call that could be is noted. */
export const STALE_WHERE_CUT: ConsistencyOptions = {
  lagMs: 5_000,
  staleReads: Number.POSITIVE_INFINITY,
  choose: (hidden) => {
    const underWay = UNDER_WAY.getStore();
    if (underWay) underWay.call.maybeStale = true;
    return underWay?.isStale ? hidden - 1 : hidden;
  },
};

/**
 * Stands between functions from source and everything outside them: records their calls, and cuts some of them off.
 * It sees each attempt that an SDK makes, and nothing of what AWS services ask of each other.
 */
export class OutsideCalls {
  readonly calls: OutsideCall[] = [];
  #acting = false;
  #invocations = 0;

  constructor(
    private readonly listener: CallListener,
    private readonly fateOf: FateOf = () => undefined,
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
        const invocation = this.begun(purposeOf(functionName, event));
        const instance = idle.pop() ?? this.#start(factory, wiring, invocation);
        instance.invocation = invocation;
        // Lambda stops a function without a word: whatever it waits for then will never come.
        const timer = setTimeout(() => invocation.end(), remainingMs(context) - 1).unref();
        try {
          const work = PRESENT.run(invocation, () => instance.handle(event, context));
          return await Promise.race([work, invocation.death]);
        } finally {
          clearTimeout(timer);
          if (!invocation.dead) idle.push(instance);
          await this.ended(invocation);
        }
      };
    };
  }

  /** Something begins that will make calls. */
  begun(purpose: string): Invocation {
    if (this.#acting) this.#invocations += 1;
    return new Invocation(`${this.#invocations} ${purpose}`, purpose);
  }

  /** Something has ended that made calls. */
  ended(invocation: Invocation): Promise<void> {
    invocation.end();
    return this.listener.ended(invocation);
  }

  /** What the attempts of an invocation go through. */
  through(invocation: () => Invocation): Through {
    return (attempt) => this.#attempt(invocation(), attempt);
  }

  #start(factory: FunctionFactory, wiring: FunctionWiring, invocation: Invocation): Instance {
    const instance: Instance = { invocation, handle: (event, context) => handle(event, context) };
    const through = this.through(() => instance.invocation);
    const requestHandler = new RequestHandlerThrough(wiring.aws.requestHandler, through);
    const aws = { ...wiring.aws, requestHandler };
    const handle = factory({ ...wiring, aws, claude: { fetch: fetchThrough(wiring.claude.fetch, through) } }) as Handle;
    return instance;
  }

  async #attempt<Answer>(invocation: Invocation, attempt: Attempt<Answer>): Promise<Answer> {
    if (invocation.dead) return attempt.gone();
    const call = invocation.count(attempt.operation);
    await this.#meet(call, invocation);
    const answer = await this.#answer(invocation, call, attempt);
    await this.listener.called(callName(call));
    return invocation.dead ? attempt.gone() : answer;
  }

  async #meet(call: OutsideCall, invocation: Invocation): Promise<void> {
    if (this.#acting) this.calls.push(call);
    const { first, way } = this.fateOf(call, invocation) ?? {};
    await first?.();
    if (way) invocation.suffer(call.operation, way);
  }

  /** What comes of an attempt, given what its invocation suffers. */
  async #answer<Answer>(
    invocation: Invocation,
    call: OutsideCall,
    { operation, ask, refuse, lose, gone, hang }: Attempt<Answer>,
  ): Promise<Answer> {
    const make = () => this.listener.make?.(call, invocation, ask) ?? ask();
    const way = invocation.trouble(operation);
    switch (way) {
      case undefined:
      case 'stale':
        return UNDER_WAY.run({ call, isStale: way === 'stale' }, make);
      case 'dies-before':
        invocation.die();
        return gone();
      case 'dies-after':
        await make();
        invocation.die();
        return refuse('unavailable');
      case 'fails':
        return refuse('unavailable');
      case 'throttled':
      case 'denied':
        return refuse(way);
      case 'answer-lost':
      case 'answers-lost':
        await make();
        return lose();
      case 'hangs':
        return hang();
    }
  }
}

const remainingMs = (context: Record<string, unknown>): number =>
  (context as { readonly getRemainingTimeInMillis: () => number }).getRemainingTimeInMillis();

/** What a function is invoked for: `rotate createSecret`. */
export function purposeOf(functionName: string, event: unknown): string {
  const { Step, action } = event as { readonly Step?: string; readonly action?: string };
  return [functionName.split('-').at(-1), Step ?? action].filter((word) => word !== undefined).join(' ');
}
