import type { VirtualClock } from '../clock';
import { Random } from '../random';
import type { Caller } from './service';

/** How far reads may be behind writes. */
export interface ConsistencyOptions {
  /** For how long after a write a read of the thing itself may show what was before. */
  readonly lagMs: number;
  /**
   * The same for ListSecrets.
   * @default 300000
   */
  readonly listLagMs?: number;
  /**
   * How many reads at most a write is hidden from, for readers that do not let time pass in between.
   * @default - any number
   */
  readonly staleReads?: number;
  /**
   * How many of so many hidden writes a read shows.
   * @default - drawn at random
   */
  readonly choose?: (hidden: number) => number;
}

type Lag = 'lagMs' | 'listLagMs';

type Limits = Required<ConsistencyOptions>;

const DEFAULTS = { listLagMs: 5 * 60_000, staleReads: Number.POSITIVE_INFINITY };
/** Keeps the choices of this part from shifting those of all others. */
const OWN_STREAM = 0x5eed1a9;

/** Whether an account's reads show every write at once, which is the default, or may be behind. */
export class Consistency {
  readonly #limits: Limits | undefined;
  #exact = 0;

  constructor(
    private readonly clock: VirtualClock,
    seed: number,
    options?: ConsistencyOptions,
  ) {
    const random = new Random(seed ^ OWN_STREAM);
    this.#limits = options && { ...DEFAULTS, choose: (hidden) => random.below(hidden + 1), ...options };
  }

  /** Everything that is written until `work` ends is seen at once, as after a deployment, which takes minutes. */
  async exactDuring(work: () => Promise<void>): Promise<void> {
    this.#exact += 1;
    try {
      await work();
    } finally {
      this.#exact -= 1;
    }
  }

  /** Whether reads may ever be behind. */
  get isSet(): boolean {
    return this.#limits !== undefined;
  }

  /** What the writes of now on are hidden by; undefined when they are seen at once. */
  get limits(): Limits | undefined {
    return this.#exact > 0 ? undefined : this.#limits;
  }

  get nowMs(): number {
    return this.clock.now().getTime();
  }
}

/** A write that some reads do not show yet. */
interface Hidden<Thing> {
  readonly before: Thing | undefined;
  readonly untilMs: number;
  readsLeft: number;
}

/** Things of one kind as reads see them: as they are, or for a while after a write, as they were. A later read may even show an earlier state. */
export class LaggingView<Thing> {
  readonly #hidden = new Map<string, readonly Hidden<Thing>[]>();

  constructor(
    private readonly consistency: Consistency,
    private readonly lag: Lag = 'lagMs',
  ) {}

  /** Notes that a thing is about to be, or has been, written. @param before what it was; undefined: there was none */
  wrote(id: string, before: Thing | undefined): void {
    const { limits, nowMs } = this.consistency;
    if (!limits) return;
    const hidden = { before, untilMs: nowMs + limits[this.lag], readsLeft: limits.staleReads };
    this.#hidden.set(id, [...this.#stillHidden(id), hidden]);
  }

  /** What this read shows of a thing. @param truth what it is; undefined: there is none */
  see(id: string, truth: Thing | undefined, caller: Caller): Thing | undefined {
    const { limits } = this.consistency;
    const hidden = this.#stillHidden(id);
    this.#hidden.set(id, hidden);
    if (!limits || caller.exact || hidden.length === 0) return truth;
    const first = limits.choose(hidden.length);
    // Whoever does not see one write sees none that came after it.
    for (const each of hidden.slice(first)) each.readsLeft -= 1;
    const shown = hidden[first];
    return shown ? shown.before : truth;
  }

  /** Ids of things that a read may still show although they are gone. */
  get ids(): readonly string[] {
    return [...this.#hidden.keys()];
  }

  #stillHidden(id: string): readonly Hidden<Thing>[] {
    const { nowMs } = this.consistency;
    const hidden = this.#hidden.get(id) ?? [];
    // A write is over once it has been seen for good, and with it all that came before.
    const shown = hidden.findLastIndex(({ untilMs, readsLeft }) => untilMs <= nowMs || readsLeft <= 0);
    return hidden.slice(shown + 1);
  }
}
