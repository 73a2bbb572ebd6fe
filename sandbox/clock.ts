import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { isConnected, nextTurn, systemRequestsUnderWay, withinRealTime } from './event-loop';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly name: string;
  readonly task: () => unknown;
  /** Whether a piece of work may be waiting for it. */
  readonly awaited: boolean;
}

/** Something that goes on at the present instant, until it ends or waits for time to pass. */
interface Work {
  readonly name: string;
  /** It waits for everything else to end. */
  settling: boolean;
}

/** Whoever works outside this thread's sight, such as a worker thread, and says by itself when it waits for time. */
export interface Presence {
  isWaiting(): boolean;
}

export interface VirtualClockOptions {
  /**
   * Real time after which work that neither ends nor waits for virtual time counts as stuck: a guard against mistakes
   * in the sandbox and endless loops in functions, and no part of what is simulated.
   * @default 30000
   */
  readonly patienceMs?: number;
}

/** Turns of the event loop without any news after which nothing in this thread goes on by itself. */
const QUIET_TURNS = 3;
/** How long the last of them is in real time, where something may come from a connection. */
const QUIET_MS = 5;

/**
 * The one clock of a sandbox. Time stands still while anything runs, and jumps from one due timer to the next
 * when it is told to advance, so a hundred days pass as fast as the work in them. Work may wait for a timer of its
 * own; then time goes on, and the work with it when its timer is due.
 */
export class VirtualClock {
  /** The present time, in milliseconds since 1970, for worker threads to read. */
  readonly shared = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  #order = 0;
  #timers: Timer[] = [];
  readonly #works = new Set<Work>();
  readonly #presences = new Set<Presence>();
  readonly #current = new AsyncLocalStorage<Work>();
  /** Work of the clock's own belongs to nobody who happened to start it. */
  readonly #ownContext = new AsyncResource('VirtualClock');
  readonly #patienceMs: number;
  #turn: Promise<unknown> = Promise.resolve();
  #news = 0;
  #listeners: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;
  #stopped = false;

  constructor(start: Date, { patienceMs = 30_000 }: VirtualClockOptions = {}) {
    this.#nowMs = start.getTime();
    this.#patienceMs = patienceMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  get #nowMs(): number {
    return this.shared[0] ?? 0;
  }

  set #nowMs(ms: number) {
    this.shared[0] = ms;
  }

  /** Runs `task` when time reaches `time` (at once if that has passed, at the next advance). @returns a function that cancels it. */
  at(time: Date, name: string, task: () => unknown): () => void {
    return this.#plan(time.getTime(), name, task, false);
  }

  /** Runs `task` after `ms` milliseconds of virtual time. */
  after(ms: number, name: string, task: () => unknown): () => void {
    return this.#plan(this.#nowMs + ms, name, task, false);
  }

  /** Like `after`, for a timer of work under way: work that has nothing left to do but wait for it lets time pass. */
  awaited(ms: number, name: string, task: () => unknown): () => void {
    return this.#plan(this.#nowMs + ms, name, task, true);
  }

  /** Runs `task` every `ms` milliseconds, first after one interval, until cancelled. */
  every(ms: number, name: string, task: () => unknown): () => void {
    let cancel = (): void => {};
    const next = (): void => {
      cancel = this.after(ms, name, async () => {
        next();
        await task();
      });
    };
    next();
    return () => cancel();
  }

  /** Starts work that goes on by itself; time does not move before it ends or waits. Its failure fails the next `settle` or advance. */
  background(work: () => Promise<unknown>, name = 'work in the background'): void {
    this.#start(name, work);
  }

  /** Runs work that somebody waits for. Where nothing else moves time, it moves by itself as far as this work needs. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#current.getStore()) return work();
    let ended = false;
    const result = this.#during(name, work).finally(() => {
      ended = true;
    });
    const driven = this.#inTurn(() => this.#drive(() => ended)).then(() => result);
    return Promise.race([result, driven]);
  }

  /** Counts somebody as at work who is outside this thread's sight. @returns what ends that */
  attend(presence: Presence): () => void {
    this.#presences.add(presence);
    return () => {
      this.#presences.delete(presence);
      this.noteChange();
    };
  }

  /** Says that somebody who is present may have begun or ended to wait. */
  noteChange(): void {
    this.#news += 1;
    for (const tell of this.#listeners.splice(0)) tell();
  }

  /** Waits until nothing is under way. Work that waits for time gets it: time moves to its next timer, and on until all has ended. */
  async settle(): Promise<void> {
    const work = this.#current.getStore();
    if (work) return this.#settleWithin(work);
    await this.#inTurn(() => this.#drive(() => this.#failure !== undefined || this.#works.size === 0));
    this.#throwFailure();
  }

  /** Runs everything that is due up to `time`, each at its own instant, and then stands at `time`. What waits beyond goes on waiting. */
  async advanceTo(time: Date): Promise<void> {
    const endMs = time.getTime();
    if (this.#current.getStore()) return this.#sleepUntil(endMs);
    await this.#inTurn(async () => {
      await this.#drive(() => this.#failure !== undefined, endMs);
      this.#throwFailure();
      this.#nowMs = Math.max(this.#nowMs, endMs);
    });
  }

  async advanceBy(ms: number): Promise<void> {
    await this.advanceTo(new Date(this.#nowMs + ms));
  }

  /** Ends the passing of time for good: an advance that is under way fails before its next timer. */
  stop(): void {
    this.#stopped = true;
  }

  /** One moves time, everybody else who asks for it waits for the turn, and may find that all has happened already. */
  #inTurn<Result>(drive: () => Promise<Result>): Promise<Result> {
    const driven = this.#turn.then(drive);
    this.#turn = driven.catch(() => {});
    return driven;
  }

  async #drive(isMet: () => boolean, endMs = Number.POSITIVE_INFINITY): Promise<void> {
    await this.#rest();
    for (let timer = this.#timers[0]; timer && timer.dueMs <= endMs && !isMet(); timer = this.#timers[0]) {
      if (this.#stopped) throw new Error('the clock has been stopped');
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      this.#start(timer.name, timer.task);
      await this.#rest();
    }
    if (endMs === Number.POSITIVE_INFINITY && !isMet()) throw new Error(`this never ends: ${this.#workNames()}`);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  /** Returns when all work has ended, or waits. */
  async #rest(): Promise<void> {
    for (let quiet = 0, news = this.#news; this.#works.size > 0 && quiet < QUIET_TURNS; ) {
      if (!this.#mayBeWaiting()) await this.#change();
      else if (quiet === QUIET_TURNS - 1 && isConnected()) await this.#changeWithin(QUIET_MS);
      else await nextTurn();
      quiet = news === this.#news ? quiet + 1 : 0;
      if (quiet === QUIET_TURNS && systemRequestsUnderWay()) quiet = 0;
      news = this.#news;
    }
  }

  #mayBeWaiting(): boolean {
    const presences = [...this.#presences];
    if (presences.some((each) => !each.isWaiting())) return false;
    return presences.length > 0 || this.#timers.some(({ awaited }) => awaited);
  }

  async #change(): Promise<void> {
    if (!(await this.#changeWithin(this.#patienceMs))) throw this.#stuck();
  }

  #changeWithin(realMs: number): Promise<boolean> {
    return withinRealTime(realMs, new Promise<void>((resolve) => this.#listeners.push(resolve)));
  }

  #stuck(): Error {
    return new Error(
      `the sandbox is stuck: after ${this.#patienceMs / 1000} real seconds this has neither ended nor waited for virtual time: ${this.#workNames()}`,
    );
  }

  #workNames(): string {
    return [...this.#works].map(({ name }) => name).join(', ');
  }

  /** Others' work alone is waited for: this one could not end before itself. Time is moved by whoever moves it for this work. */
  async #settleWithin(work: Work): Promise<void> {
    work.settling = true;
    while ([...this.#works].some(({ settling }) => !settling)) {
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
    work.settling = false;
    this.#throwFailure();
  }

  #sleepUntil(timeMs: number): Promise<void> {
    return new Promise((resolve) => this.#plan(timeMs, 'work that lets time pass', resolve, true));
  }

  /** Runs a task; where it goes on after its first instant, as work. */
  #start(name: string, task: () => unknown): void {
    void this.#during(name, async () => {
      try {
        await task();
      } catch (error) {
        this.#failure ??= { error };
      }
    });
  }

  async #during<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const work: Work = { name, settling: false };
    this.#works.add(work);
    try {
      return await this.#ownContext.runInAsyncScope(() => this.#current.run(work, task));
    } finally {
      this.#works.delete(work);
      // Node goes through every store in use at each promise: one that nobody needs slows down all the rest.
      if (this.#works.size === 0) this.#current.disable();
      this.noteChange();
    }
  }

  #plan(timeMs: number, name: string, task: () => unknown, awaited: boolean): () => void {
    const timer: Timer = { dueMs: Math.max(timeMs, this.#nowMs), order: this.#order++, name, task, awaited };
    this.#insert(timer);
    if (awaited) this.noteChange();
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index < 0) return;
      this.#timers.splice(index, 1);
      if (awaited) this.noteChange();
    };
  }

  #insert(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#timers[middle];
      if (other && other.dueMs <= timer.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}
