import { KeyRotationError } from '../../../lib/core/errors';
import type { FaultKind } from './schedule';
import type { Turns } from './turns';

/** A run of a function or a command: what it is for, and how it has gone so far. */
export interface Run {
  readonly name: string;
  /** On whose behalf it is made, where several are under way at once. */
  readonly party: object;
  calls: number;
  /** Its process is gone: nothing it does has any effect from here on. */
  dead: boolean;
  /** It has come to its end: a call of it that still waits for its turn is not made any more. */
  over: boolean;
  /** Whether any of its calls went wrong. */
  struck: boolean;
  /** The calls that are denied to it. */
  readonly denied: Set<string>;
  die: () => void;
}

/** A call to the outside: by which method of which port, and what it does. */
export interface Call<Result> {
  /** `versions.moveLabel` */
  readonly operation: string;
  readonly args: readonly unknown[];
  readonly act: () => Result;
  /** The same on what was before the last write; undefined for what is never behind. */
  readonly behind?: () => Result;
  /** The answer where there is none, for a port that never rejects. */
  readonly unclear?: (reason: string) => Result;
}

export interface Planned {
  readonly fault: FaultKind;
  left: number;
}

/** What is told of every call. */
export interface CallListener {
  before(run: Run, operation: string): void;
  after(run: Run, operation: string, args: readonly unknown[], how: FaultKind | 'well', result: unknown): void;
  hung(): void;
}

const never = (): Promise<never> => new Promise(() => {});

/** The gate that every call to the outside goes through: where calls are counted, go wrong, and wait for their turn. */
export class Outside {
  calls = 0;
  planned: Planned[] = [];
  turns: Turns | undefined;
  /** How often each kind of fault has struck. */
  readonly struck = new Map<FaultKind, number>();
  /** Calls of this operation fail, whatever else is healthy. */
  alwaysFailing: string | undefined;

  constructor(private readonly listener: CallListener) {}

  /** Runs something under a name, to its end or its death. @returns whether it ended well */
  async run<Result>(
    name: string,
    party: object,
    work: (run: Run) => Promise<Result>,
    failed?: (error: unknown) => void,
  ): Promise<{ readonly run: Run; readonly result?: Result; readonly well: boolean }> {
    let die = (): void => {};
    const death = new Promise<undefined>((resolve) => {
      die = () => resolve(undefined);
    });
    const run: Run = { name, party, calls: 0, dead: false, over: false, struck: false, denied: new Set(), die };
    try {
      const result = await Promise.race([work(run), death]);
      return run.dead || result === undefined ? { run, well: !run.dead } : { run, result, well: true };
    } catch (error) {
      failed?.(error);
      return { run, well: false };
    } finally {
      run.over = true;
    }
  }

  async call<Result>(run: Run, call: Call<Result>): Promise<Result> {
    if (run.dead || run.over) return never();
    run.calls += 1;
    this.calls += 1;
    this.listener.before(run, call.operation);
    if (this.turns) {
      await this.turns.wait(run.party);
      if (run.dead || run.over) return never();
    }
    const fault = this.#faultFor(run, call);
    if (fault === undefined) return this.#perform(run, call, 'well');
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
    run.struck = true;
    return this.#strike(run, call, fault);
  }

  #strike<Result>(run: Run, call: Call<Result>, fault: FaultKind): Result | Promise<Result> {
    const { operation, args } = call;
    switch (fault) {
      case 'stale':
        return this.#perform(run, { ...call, act: call.behind ?? call.act }, fault);
      case 'answer-lost':
      case 'dies-after':
        this.#attempt(run, call, fault);
        break;
      case 'dies-before':
      case 'fails':
      case 'throttled':
      case 'denied':
      case 'hangs':
        this.listener.after(run, operation, args, fault, undefined);
    }
    if (fault === 'hangs') this.listener.hung();
    if (fault === 'dies-before' || fault === 'dies-after' || fault === 'hangs') {
      run.dead = true;
      run.die();
      return never();
    }
    if (fault === 'denied') run.denied.add(operation);
    if (call.unclear) return call.unclear(fault);
    throw errorFor(operation, fault);
  }

  #perform<Result>(run: Run, { operation, args, act }: Call<Result>, how: FaultKind | 'well'): Result {
    const result = act();
    this.listener.after(run, operation, args, how, result);
    return result;
  }

  /** What happens when nobody hears of the outcome. */
  #attempt<Result>(run: Run, call: Call<Result>, how: FaultKind): void {
    try {
      this.#perform(run, call, how);
    } catch (error) {
      if (!(error instanceof KeyRotationError)) throw error;
    }
  }

  #faultFor(run: Run, call: Call<unknown>): FaultKind | undefined {
    let due: Planned | undefined;
    for (const planned of this.planned) {
      planned.left -= 1;
      if (planned.left > 0 || due) continue;
      if (planned.fault !== 'stale' || call.behind) due = planned;
    }
    if (due) this.planned = this.planned.filter((each) => each !== due);
    if (due) return due.fault;
    if (run.denied.has(call.operation)) return 'denied';
    return call.operation === this.alwaysFailing ? 'fails' : undefined;
  }
}

function errorFor(operation: string, fault: FaultKind): KeyRotationError {
  if (operation.startsWith('issuer.')) return new KeyRotationError('IssuerFailed', `the issuer ${fault} ${operation}`);
  return fault === 'denied'
    ? new KeyRotationError('AccessDenied', `AWS denied ${operation}`)
    : new KeyRotationError('AwsFailed', `AWS could not do ${operation}`);
}
