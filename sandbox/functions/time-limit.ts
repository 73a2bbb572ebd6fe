import { clearTimeout, setTimeout } from 'node:timers';
import type { VirtualClock } from '../clock';
import { type FunctionFailure, type FunctionTarget, type Invocation, timeoutFailure } from './runner';

/** Real time after which an invocation may be waiting for nothing but its limit: less could be work that nobody sees. */
const SILENCE_MS = 200;

/** How long one invocation may take, in virtual time, as its function declares it. */
export class TimeLimit {
  /** What Lambda answers, once the limit was reached. */
  failure: FunctionFailure | undefined;
  /** Rejects when the limit is reached. */
  readonly reached: Promise<never>;
  readonly endMs: number;
  readonly #silence: NodeJS.Timeout;
  #reach: (error: Error) => void = () => {};
  #cancel: () => void;

  constructor(
    private readonly clock: VirtualClock,
    private readonly target: FunctionTarget,
    private readonly invocation: Invocation,
  ) {
    this.endMs = invocation.time.getTime() + target.timeoutSeconds * 1000;
    this.reached = new Promise((_, reject) => {
      this.#reach = reject;
    });
    this.reached.catch(() => {});
    this.#cancel = clock.after(this.remainingMs, this.#name, () => this.#end());
    this.#silence = setTimeout(() => this.#mayBeAwaited(), SILENCE_MS);
  }

  get remainingMs(): number {
    return this.endMs - this.clock.now().getTime();
  }

  /** The invocation has ended. */
  lift(): void {
    clearTimeout(this.#silence);
    this.#cancel();
  }

  get #name(): string {
    return `the time limit of ${this.target.name}`;
  }

  #mayBeAwaited(): void {
    this.#cancel();
    this.#cancel = this.clock.awaited(this.remainingMs, this.#name, () => this.#end());
  }

  #end(): void {
    this.failure = timeoutFailure(this.target, this.invocation);
    this.#reach(new Error(this.failure.errorMessage));
  }
}
