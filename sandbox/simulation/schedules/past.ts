import type { CurrentValue } from '../../truth';
import type { Excuse } from './excuses';
import { isIn, type WorldTruth } from './judged';
import type { RunMemory } from './run-memory';

/** When a key was current last, and of which service. */
interface LastCurrent {
  readonly at: Date;
  readonly service: string;
}

/** What a key was before people chose it, and the moment of their choice. */
interface Choice {
  readonly before: LastCurrent | undefined;
  readonly moment: number;
}

/**
 * When keys were current, when they were disabled, and when services were removed, as far as our functions can know:
 * what people did and undid before a run saw it counts as if it had never been.
 */
export class Past {
  readonly #lastCurrent = new Map<string, LastCurrent>();
  readonly #served = new Set<string>();
  /** Keys that people made current, by hand or by an undo, until a run has seen it. */
  readonly #byHand = new Map<string, Choice>();
  /** Keys that people enabled, or had an undo enable, with when they had been disabled, until a run has seen it. */
  readonly #enabledByHand = new Map<string, Date>();
  readonly #inactiveSince = new Map<string, Date>();
  /** When services were removed; those that are registered again, until a run has seen it. */
  readonly #removedAt = new Map<string, Date>();

  constructor(private readonly excuse: (excuse: Excuse) => true) {}

  /** When a key was seen to be current last. */
  lastCurrent(keyId: string): LastCurrent | undefined {
    return this.#lastCurrent.get(keyId);
  }

  /** The other keys that were current in the service of a key. */
  othersOf(keyId: string): readonly string[] {
    const service = this.#lastCurrent.get(keyId)?.service;
    return [...this.#lastCurrent].flatMap(([other, last]) =>
      other !== keyId && last.service === service ? [other] : [],
    );
  }

  hasServed(keyId: string): boolean {
    return this.#served.has(keyId);
  }

  inactiveSince(keyId: string): Date | undefined {
    return this.#inactiveSince.get(keyId);
  }

  removedAt(service: string): Date | undefined {
    return this.#removedAt.get(service);
  }

  /** Whether people enabled a key, and no run has seen it. */
  isEnabledUnseen(keyId: string): boolean {
    return this.#enabledByHand.has(keyId);
  }

  noteRemovals({ services, now }: WorldTruth): void {
    for (const [service, { registered }] of services) {
      if (!registered && !this.#removedAt.has(service)) this.#removedAt.set(service, now);
    }
  }

  noteCurrent(keyId: string, service: string, at: Date): void {
    this.#lastCurrent.set(keyId, { at, service });
    this.#served.add(keyId);
  }

  noteEnabled(keyId: string, byPeople: boolean): void {
    const since = this.#inactiveSince.get(keyId);
    if (since && byPeople) this.#enabledByHand.set(keyId, since);
    this.#inactiveSince.delete(keyId);
  }

  noteDisabled(keyId: string, now: Date): void {
    const before = this.#enabledByHand.get(keyId);
    if (before) this.excuse('enabled-by-hand-unseen');
    this.#inactiveSince.set(keyId, before ?? now);
  }

  /** People make a key current past everything, or have an undo do it. */
  noteChoice({ keyId }: Exclude<CurrentValue, string>, moment: number): void {
    this.#byHand.set(keyId, { before: this.#lastCurrent.get(keyId), moment });
  }

  /** People replaced the current key of a service. */
  noteReplacedByHand(service: string, { keyId }: Exclude<CurrentValue, string>, truth: WorldTruth): void {
    const removedAt = this.#removedAt.get(service);
    // The key of a removed service retires from the removal on, whatever people do with the secret after that.
    if (removedAt) this.#lastCurrent.set(keyId, { at: removedAt, service });
    if (!this.forgetUnseen(keyId)) this.#forgetShelved(keyId, truth);
  }

  /** A key that no run has seen to be current counts as if it had not been. @returns whether it was so */
  forgetUnseen(keyId: string): boolean {
    const chosen = this.#byHand.get(keyId);
    if (!chosen) return false;
    if (chosen.before) this.#lastCurrent.set(keyId, chosen.before);
    else this.#lastCurrent.delete(keyId);
    this.#byHand.delete(keyId);
    return this.excuse('current-by-hand-unseen');
  }

  /** A key that its rotation left on the shelf counts as if it had never been current, once people have replaced it. */
  #forgetShelved(keyId: string, { keys }: WorldTruth): void {
    const key = keys.find(({ id }) => id === keyId);
    if (key && isIn(key, 'spare') && this.excuse('on-shelf-when-replaced-by-hand')) this.#lastCurrent.delete(keyId);
  }

  /** A run of the reconciler that ended well has seen what people did before it looked for the first time. */
  noteSeen({ since, current, live }: RunMemory, isFull: boolean, { services }: WorldTruth): void {
    const isHidden = (service: string) => services.get(service)?.isHidden ?? false;
    for (const [service, keyId] of current) {
      if (keyId && !isHidden(service) && (this.#byHand.get(keyId)?.moment ?? 0) <= since) this.#byHand.delete(keyId);
    }
    for (const keyId of live.keys()) {
      const service = this.#lastCurrent.get(keyId)?.service ?? '';
      if ((isFull || current.has(service)) && !isHidden(service)) this.#enabledByHand.delete(keyId);
    }
    for (const [service, { registered }] of services) {
      if (registered && !isHidden(service) && (isFull || current.has(service))) this.#removedAt.delete(service);
    }
  }
}
