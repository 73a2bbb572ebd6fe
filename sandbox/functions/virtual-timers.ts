import { AsyncResource } from 'node:async_hooks';
import { promisify } from 'node:util';
import type { VirtualClock } from '../clock';

/** The timers of one invocation, on virtual time. Its end stops them, as it freezes a function on Lambda. */
export class InvocationTimers {
  readonly #pending = new Set<VirtualTimeout>();
  #ended = false;

  /** @param random what `Math.random` gives its code: the pauses of SDKs depend on it */
  constructor(
    readonly clock: VirtualClock,
    readonly random: () => number,
  ) {}

  get ended(): boolean {
    return this.#ended;
  }

  start(callback: () => void, ms: number, repeats: boolean): VirtualTimeout {
    const timeout = new VirtualTimeout(this, AsyncResource.bind(callback), ms, repeats);
    timeout.refresh();
    return timeout;
  }

  end(): void {
    this.#ended = true;
    for (const each of [...this.#pending]) each.close();
  }

  /** Follows which timers are pending. */
  keep(timeout: VirtualTimeout, isPending: boolean): void {
    if (isPending) this.#pending.add(timeout);
    else this.#pending.delete(timeout);
  }
}

/** What `setTimeout` and `setInterval` return. */
export class VirtualTimeout {
  #cancel: (() => void) | undefined;
  #isAwaited = true;

  constructor(
    private readonly timers: InvocationTimers,
    private readonly callback: () => void,
    private readonly ms: number,
    private readonly repeats: boolean,
  ) {}

  /** Begins anew. */
  refresh(): this {
    this.close();
    if (this.timers.ended) return this;
    const { clock } = this.timers;
    const fire = (): void => {
      this.timers.keep(this, false);
      this.#cancel = undefined;
      if (this.repeats) this.refresh();
      this.callback();
    };
    this.#cancel = this.#isAwaited
      ? clock.awaited(this.ms, 'a timer of a function', fire)
      : clock.after(this.ms, 'a timer of a function', fire);
    this.timers.keep(this, true);
    return this;
  }

  close(): this {
    this.#cancel?.();
    this.#cancel = undefined;
    this.timers.keep(this, false);
    return this;
  }

  /** Nobody waits for this timer: work that only has such timers is not waiting for time. */
  unref(): this {
    return this.#await(false);
  }

  ref(): this {
    return this.#await(true);
  }

  hasRef(): boolean {
    return this.#isAwaited;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #await(isAwaited: boolean): this {
    const changes = isAwaited !== this.#isAwaited;
    this.#isAwaited = isAwaited;
    return changes && this.#cancel ? this.refresh() : this;
  }
}

/** The timers of the invocation that the running code belongs to; undefined: it belongs to none. */
type TimersOfCaller = () => InvocationTimers | undefined;
type Start = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => unknown;
type Stop = (timer: unknown) => void;

const sources = new Set<TimersOfCaller>();
let restore = (): void => {};

/** Gives code of invocations virtual timers by the usual global names; all other code keeps the real ones. @returns what ends that */
export function virtualiseTimers(timersOfCaller: TimersOfCaller): () => void {
  if (sources.size === 0) restore = patchGlobals();
  sources.add(timersOfCaller);
  return () => {
    if (sources.delete(timersOfCaller) && sources.size === 0) restore();
  };
}

function current(): InvocationTimers | undefined {
  for (const source of sources) {
    const timers = source();
    if (timers) return timers;
  }
  return undefined;
}

function patchGlobals(): () => void {
  const { setTimeout, setInterval, clearTimeout, clearInterval, AbortSignal } = globalThis;
  const { random } = Math;
  const originals = { setTimeout, setInterval, clearTimeout, clearInterval, AbortSignal };
  Object.assign(globalThis, {
    setTimeout: starting(setTimeout as Start, false),
    setInterval: starting(setInterval as Start, true),
    clearTimeout: stopping(clearTimeout as Stop),
    clearInterval: stopping(clearInterval as Stop),
    AbortSignal: withVirtualTimeout(AbortSignal),
  });
  Math.random = () => (current()?.random ?? random)();
  return () => {
    Object.assign(globalThis, originals);
    Math.random = random;
  };
}

function starting(original: Start, repeats: boolean): Start {
  const start: Start = (callback, ms = 0, ...args) => {
    const timers = current();
    if (!timers) return original(callback, ms, ...args);
    return timers.start(() => callback(...args), Math.max(1, Number(ms) || 0), repeats);
  };
  const promised = (ms: number, value: unknown) => new Promise((resolve) => start(() => resolve(value), ms));
  return Object.assign(start, { [promisify.custom]: promised });
}

const stopping =
  (original: Stop): Stop =>
  (timer) => {
    if (timer instanceof VirtualTimeout) timer.close();
    else original(timer);
  };

/** The class is shared with everybody in this process, so it is not changed: its name here leads to another. */
const withVirtualTimeout = (original: typeof AbortSignal): typeof AbortSignal =>
  new Proxy(original, {
    get(target, name) {
      const timers = name === 'timeout' ? current() : undefined;
      return timers ? (ms: number) => abortAfter(ms, timers) : Reflect.get(target, name);
    },
  });

function abortAfter(ms: number, timers: InvocationTimers): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  // As in Node, it keeps nothing alive: whoever waits has a timer or a call under way.
  timers.start(abort, ms, false).unref();
  return controller.signal;
}
