import { MinuteTally } from './minute-tally';

/** What one message is attributed to. */
export interface UseOf {
  readonly keyId: string;
  readonly workspaceId: string | null;
  readonly model: string;
  /** Output tokens of each message; undefined: as many as every answer here has. */
  readonly outputTokens?: number;
}

/** Every message that was answered, by key, workspace, model and minute. The truth: reports are behind it. */
export class UsageLedger {
  readonly #byKey = new Map<string, MinuteTally>();
  readonly #entries = new Map<string, readonly [UseOf, MinuteTally]>();

  get byKey(): ReadonlyMap<string, MinuteTally> {
    return this.#byKey;
  }

  record(use: UseOf, now: Date): void {
    tallyOf(this.#byKey, use.keyId).add(now);
    const name = `${use.keyId} ${use.workspaceId} ${use.model} ${use.outputTokens ?? ''}`;
    const entry = this.#entries.get(name) ?? ([use, new MinuteTally()] as const);
    this.#entries.set(name, entry);
    entry[1].add(now);
  }

  entries(): readonly (readonly [UseOf, MinuteTally])[] {
    return [...this.#entries.values()];
  }
}

/** The tally under an id, which begins empty. */
export function tallyOf(tallies: Map<string, MinuteTally>, id: string): MinuteTally {
  const tally = tallies.get(id) ?? new MinuteTally();
  tallies.set(id, tally);
  return tally;
}
