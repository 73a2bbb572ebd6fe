import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Presence, VirtualClock } from '../clock';
import type { OpenCalls } from './open-calls';
import { contextOf, type FunctionTarget, failureOf, type Invocation, type RunResult } from './runner';
import { TimeLimit } from './time-limit';

const ENTRY = join(__dirname, 'worker-entry.mjs');

/** What a function's code waits for: calls to be answered, and its next timer, if it has one. */
interface Wait {
  readonly calls: readonly string[];
  readonly dueMs: number | null;
}

type Message =
  | ({ readonly kind: 'answer'; readonly id: number } & RunResult)
  | { readonly kind: 'wait'; readonly lastMessage: number; readonly wait: Wait | undefined };

/** One warm worker. It takes several invocations at a time, which on Lambda would have an instance each. */
export class WorkerInstance implements Presence {
  readonly #worker: Worker;
  readonly #clock: VirtualClock;
  readonly #calls: OpenCalls;
  readonly #pending = new Map<number, (result: RunResult) => void>();
  #retired = false;
  #invocations = 0;
  #messages = 0;
  #wait: Wait | undefined;
  #cancelWake = (): void => {};
  #leave = (): void => {};

  constructor(
    private readonly target: FunctionTarget,
    { clock, calls, seed = 1 }: { readonly clock: VirtualClock; readonly calls: OpenCalls; readonly seed?: number },
  ) {
    this.#clock = clock;
    this.#calls = calls;
    const { codeDirectory, handler, environment } = target;
    this.#worker = new Worker(ENTRY, {
      env: { ...environment },
      execArgv: [],
      workerData: { codeDirectory, handler, now: clock.shared, seed },
    });
    this.#worker.on('message', (message: Message) => this.#hear(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the runtime exited')));
    this.#worker.unref();
  }

  serves(target: FunctionTarget): boolean {
    return (
      !this.#retired && target.revision === this.target.revision && target.codeDirectory === this.target.codeDirectory
    );
  }

  /** Whether its code has nothing left to do but wait for time, or for calls that do so themselves. */
  isWaiting(): boolean {
    return this.#wait?.calls.every((id) => this.#calls.has(id)) ?? false;
  }

  async run(target: FunctionTarget, invocation: Invocation): Promise<RunResult> {
    const limit = new TimeLimit(this.#clock, target, invocation);
    const id = this.#invocations++;
    const answer = new Promise<RunResult>((resolve) => this.#begin(id, resolve));
    const { payload } = invocation;
    this.#tell({ kind: 'invocation', id, payload, deadlineMs: limit.endMs, context: contextOf(target, invocation) });
    try {
      return await Promise.race([answer, limit.reached]);
    } catch (error) {
      this.retire();
      return { outcome: { failure: limit.failure ?? failureOf(error) }, lines: [] };
    } finally {
      limit.lift();
      this.#finish(id);
    }
  }

  /** Takes no further invocation, and ends with the last that it has. */
  retire(): void {
    this.#retired = true;
    if (this.#pending.size === 0) void this.end();
  }

  async end(): Promise<void> {
    this.#retired = true;
    await this.#worker.terminate();
  }

  #begin(id: number, resolve: (result: RunResult) => void): void {
    this.#pending.set(id, resolve);
    if (this.#pending.size > 1) return;
    this.#leave = this.#clock.attend(this);
    // A reference for as long as somebody waits: the process must not end under a running function.
    this.#worker.ref();
  }

  #finish(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size > 0) return;
    this.#cancelWake();
    this.#leave();
    this.#worker.unref();
    if (this.#retired) void this.end();
  }

  #tell(message: object): void {
    this.#goOn();
    this.#messages += 1;
    this.#worker.postMessage({ ...message, number: this.#messages });
  }

  #hear(message: Message): void {
    if (message.kind === 'answer') this.#pending.get(message.id)?.({ outcome: message.outcome, lines: message.lines });
    else if (message.lastMessage === this.#messages) this.#waits(message.wait);
  }

  #waits(wait: Wait | undefined): void {
    this.#goOn();
    if (this.#pending.size === 0) return;
    this.#wait = wait;
    if (wait && wait.dueMs !== null) {
      const ms = wait.dueMs - this.#clock.now().getTime();
      this.#cancelWake = this.#clock.awaited(ms, `a timer of ${this.target.name}`, () => this.#tell({ kind: 'wake' }));
    }
    this.#clock.noteChange();
  }

  /** Its code is at work again. */
  #goOn(): void {
    this.#wait = undefined;
    this.#cancelWake();
  }

  /** The worker is gone: everybody who waits for it learns why, and the next invocation starts another. */
  #fail(error: unknown): void {
    this.#retired = true;
    const failure = { ...failureOf(error), errorType: 'Runtime.ExitError' };
    for (const answer of this.#pending.values()) answer({ outcome: { failure }, lines: [] });
  }
}
