import { readLabels } from '../../../lib/contract/labels';
import type { ServicePolicy } from '../../../lib/contract/registration';
import type { IssuerKey, SecretState, UsageReport, Verdict } from '../../../lib/core/ports';
import type { CurrentValue, KeyTruth, Truth } from '../../truth';
import { DAY_MS, HOUR_MS } from '../../utc-time';
import type { Finding } from '../watch';
import type { Excuse } from './excuses';

/** What is true of a world at one moment, with what its services are entitled to. */
export interface WorldTruth extends Truth {
  /** By service, removed ones with the policy that holds for them. */
  readonly services: ReadonlyMap<string, Entitlement>;
}

interface Entitlement {
  readonly registered: boolean;
  readonly policy: ServicePolicy;
  /** Whether its secret waits for its deletion, where no run sees it. */
  readonly isHidden?: boolean;
}

/** What a judge looks at. */
export interface Judged {
  truth(): WorldTruth;
  /** Whether a key was really used after one instant and up to another, by the issuer's clock. */
  wasUsed(keyId: string, after: Date, upTo: Date): boolean;
  /** Whether keys are looked after by people alone. */
  readonly isManual: boolean;
  /** How far the functions' clock may be off, which no rule of theirs can see. */
  readonly skewMs: number;
  /** What no text outside a secret or a spare may contain. */
  readonly keyMark: string;
}

/** A run of a function or a command, as the judge tells it from others. `name` begins with `rotate <step>` for rotation steps. */
export interface JudgedRun {
  readonly name: string;
}

/** When a key was current last, and of which service. */
interface LastCurrent {
  readonly at: Date;
  readonly service: string;
}

interface RunMemory {
  /** When it first looked at anything. */
  readonly since: number;
  /** By service, the key that was current when the run last looked. */
  readonly current: Map<string, string | undefined>;
  /** When it was told of a key's status, and when it was told that a key was live. */
  readonly looked: Map<string, number>;
  readonly live: Map<string, number>;
  /** Current keys that it disabled: it has to bring them back. */
  readonly disabledCurrent: Set<string>;
  report: UsageReport | undefined;
}

/**
 * Judges a world over time, by comparing its truth before and after every change. Whoever made the change answers for
 * it: what people and the issuer do breaks nothing by itself, and what our functions do has no excuse but those in EXCUSES.
 */
export class Judge {
  readonly findings: Finding[] = [];
  /** How often each invariant was looked at with something to judge. */
  readonly judged = new Map<string, number>();
  /** How often each excuse was taken. */
  readonly excused = new Map<Excuse, number>();
  #before: WorldTruth;
  #previous: WorldTruth;
  #moment = 0;
  readonly #runs = new Map<JudgedRun, RunMemory>();
  readonly #lastCurrent = new Map<string, LastCurrent>();
  /** Keys that people made current, by hand or by an undo, with when they were current before that, until a run has seen it. */
  readonly #byHand = new Map<string, { readonly before: LastCurrent | undefined; readonly moment: number }>();
  readonly #served = new Set<string>();
  /** Keys that people enabled, or had an undo enable, with when they had been disabled, until a run has seen it. */
  readonly #enabledByHand = new Map<string, Date>();
  readonly #inactiveSince = new Map<string, Date>();
  readonly #expired = new Set<string>();
  readonly #diedAt = new Map<string, number>();
  readonly #enabledAt = new Map<string, number>();
  readonly #testedAt = new Map<string, number>();
  /** When services were removed; those that are registered again, until a run has seen it. */
  readonly #removedAt = new Map<string, Date>();

  constructor(private readonly world: Judged) {
    this.#before = world.truth();
    this.#previous = this.#before;
  }

  /** A run was told what a secret is like. */
  described(run: JudgedRun, { service, labels }: SecretState): void {
    let current: string | undefined;
    for (const each of labels.values()) {
      const marks = readLabels(each);
      if (marks.current) current = marks.keyId;
    }
    this.#memory(run).current.set(service, current);
  }

  /** A run was told whether a key is accepted. */
  verified(run: JudgedRun, keyId: string, { kind }: Verdict): void {
    if (kind !== 'live') return;
    this.#memory(run).live.set(keyId, this.#moment);
    if (run.name.startsWith('rotate testSecret')) this.#testedAt.set(keyId, this.#moment);
  }

  /** A run was told which keys there are. */
  listed(run: JudgedRun, keys: readonly IssuerKey[]): void {
    const { live, looked } = this.#memory(run);
    for (const { id, status } of keys) {
      looked.set(id, this.#moment);
      if (status === 'active') live.set(id, this.#moment);
    }
  }

  /** A run was told of the use of keys. */
  reported(run: JudgedRun, report: UsageReport): void {
    this.#memory(run).report = report;
  }

  /** A text left a function. */
  wrote(where: string, text: string): void {
    this.count('I6');
    if (text.includes(this.world.keyMark)) this.#found('I6', `a key is in ${where}`);
  }

  /** Something may have changed: by a run of ours, or, without one, by people, the issuer or time. */
  changed(run?: JudgedRun): void {
    const before = this.#before;
    const now = this.world.truth();
    this.#previous = before;
    this.#before = now;
    this.#moment += 1;
    for (const [service, { registered }] of now.services) {
      if (!registered && !this.#removedAt.has(service)) this.#removedAt.set(service, now.now);
    }
    const known = new Map(before.keys.map((key) => [key.id, key]));
    for (const key of now.keys) {
      const was = known.get(key.id);
      if (was) this.#judgeKey(was, key, now, run);
    }
    for (const [service, value] of now.current) {
      const was = before.current.get(service);
      if (was !== undefined && !isSame(was, value)) {
        if (run) this.#judgeCurrent(service, { was, value }, now, run);
        else this.#replacedByHand(service, was);
        if (isChoiceOfPeople(run)) this.#chosenByHand(value);
      }
      if (typeof value !== 'object') continue;
      this.#lastCurrent.set(value.keyId, { at: now.now, service });
      this.#served.add(value.keyId);
    }
  }

  /** When a key was seen to be current last. */
  lastCurrentAt(keyId: string): Date | undefined {
    return this.#lastCurrent.get(keyId)?.at;
  }

  /** A run has come to its end. */
  ended(run: JudgedRun, well: boolean): void {
    const memory = this.#runs.get(run);
    this.#runs.delete(run);
    if (!memory) return;
    if (!well) {
      if (memory.disabledCurrent.size > 0) this.#excuse('run-cut-off');
      return;
    }
    if (run.name.startsWith('reconcile')) this.#seen(memory, run.name === 'reconcile');
    for (const id of memory.disabledCurrent) {
      const key = this.#before.keys.find((each) => each.id === id);
      if (key && isIn(key, 'current') && key.status === 'inactive')
        this.#found('I2', `the current key ${id}, which a run disabled, was not brought back in the same run`);
    }
  }

  /** A run of the reconciler that ended well has seen what people did before it looked for the first time. */
  #seen({ since, current, live }: RunMemory, isFull: boolean): void {
    const isHidden = (service: string) => this.#before.services.get(service)?.isHidden ?? false;
    for (const [service, id] of current) {
      if (id && !isHidden(service) && (this.#byHand.get(id)?.moment ?? 0) <= since) this.#byHand.delete(id);
    }
    for (const id of live.keys()) {
      const service = this.#lastCurrent.get(id)?.service ?? '';
      if ((isFull || current.has(service)) && !isHidden(service)) this.#enabledByHand.delete(id);
    }
    for (const [service, { registered }] of this.#before.services) {
      if (registered && !isHidden(service) && (isFull || current.has(service))) this.#removedAt.delete(service);
    }
  }

  #replacedByHand(service: string, was: CurrentValue): void {
    const removedAt = this.#removedAt.get(service);
    // The key of a removed service retires from the removal on, whatever people do with the secret after that.
    if (typeof was === 'object' && removedAt) this.#lastCurrent.set(was.keyId, { at: removedAt, service });
    if (typeof was === 'object' && !this.#forgetUnseen(was.keyId)) this.#forgetShelved(was.keyId);
  }

  /** People make a key current past everything, or have an undo do it. */
  #chosenByHand(value: CurrentValue): void {
    if (typeof value !== 'object') return;
    this.#byHand.set(value.keyId, { before: this.#lastCurrent.get(value.keyId), moment: this.#moment });
  }

  /** A key that no run has seen to be current counts as if it had not been. @returns whether it was so */
  #forgetUnseen(id: string): boolean {
    const chosen = this.#byHand.get(id);
    if (!chosen) return false;
    if (chosen.before) this.#lastCurrent.set(id, chosen.before);
    else this.#lastCurrent.delete(id);
    this.#byHand.delete(id);
    return this.#excuse('current-by-hand-unseen');
  }

  /** A key that its rotation left on the shelf counts as if it had never been current, once people have replaced it. */
  #forgetShelved(id: string): void {
    const key = this.#before.keys.find((each) => each.id === id);
    if (key && isIn(key, 'spare') && this.#excuse('on-shelf-when-replaced-by-hand')) this.#lastCurrent.delete(id);
  }

  #judgeKey(was: KeyTruth, key: KeyTruth, truth: WorldTruth, run: JudgedRun | undefined): void {
    const { id } = key;
    if (key.status === 'expired') this.#expired.add(id);
    if (was.accepted && !key.accepted) this.#diedAt.set(id, this.#moment);
    if (was.status !== 'active' && key.status === 'active') this.#noteEnabled(id, run);
    if (was.status === 'active' && key.status !== 'active') this.#noteDisabled(id, truth.now);
    if (!run) return;
    if (was.status === 'active' && key.status === 'inactive') this.#judgeDisabling(key, truth, run);
    if (was.status !== 'archived' && key.status === 'archived') this.#judgeArchiving(was, truth, run);
    if (was.places !== key.places) this.#judgePlaces(was, key);
  }

  #noteEnabled(id: string, run: JudgedRun | undefined): void {
    const since = this.#inactiveSince.get(id);
    this.#enabledAt.set(id, this.#moment);
    if (since && isChoiceOfPeople(run)) this.#enabledByHand.set(id, since);
    this.#inactiveSince.delete(id);
  }

  #noteDisabled(id: string, now: Date): void {
    const before = this.#enabledByHand.get(id);
    if (before) this.#excuse('enabled-by-hand-unseen');
    this.#inactiveSince.set(id, before ?? now);
  }

  /** Keys stay with one service, and nothing of ours loses sight of one that works. */
  #judgePlaces(was: KeyTruth, key: KeyTruth): void {
    const { id, places } = key;
    this.count('I4', 'I5', 'I7');
    if (servicesOf(key) > Math.max(1, servicesOf(was))) {
      this.#found('I4', `the key ${id} is in ${places.map(({ service }) => service).join(' and ')}`);
    }
    if (key.status !== 'active') return;
    const served = this.#served.has(id) || isIn(key, 'current');
    if (isIn(was, 'spare') && !isIn(key, 'spare') && !served) {
      this.#found('I7', `the spare ${id}, which works and never served, was taken off the shelf`);
    }
    if (was.places.length === 0 || places.length > 0) return;
    if (this.#enabledByHand.has(id)) this.#excuse('enabled-by-hand-unseen');
    else this.#found('I5', `the key ${id} is active and nobody holds it`);
  }

  #judgeCurrent(
    service: string,
    { was, value }: { readonly was: CurrentValue; readonly value: CurrentValue },
    truth: WorldTruth,
    run: JudgedRun,
  ): void {
    if (value === 'foreign') this.#found('I1', `${service} got a text that is no key`);
    else if (value === 'placeholder') this.#judgeParking(service, was, truth, run);
    else {
      const key = truth.keys.find(({ id }) => id === value.keyId);
      if (key) this.#judgeBecomingCurrent(key, run);
    }
  }

  #judgeBecomingCurrent({ id, accepted }: KeyTruth, run: JudgedRun): void {
    this.count('I1');
    const byRotation = run.name.startsWith('rotate ');
    const looked = byRotation ? this.#testedAt.get(id) : this.#memory(run).live.get(id);
    if (byRotation) {
      this.count('I8', 'I11');
      if (looked === undefined) this.#found('I11', `the key ${id} became current without having passed a test`);
      if (this.#lastCurrent.has(id) && !this.#wasPending(id))
        this.#found('I8', `the former key ${id} became current by an old rotation`);
    }
    if (!accepted && !this.#diedSince(id, looked)) {
      this.#found(byRotation ? 'I11' : 'I1', `the key ${id} became current, though it was known to be refused`);
    }
  }

  /** Whether its version was pending before the change: then its rotation is under way, whatever was done by hand meanwhile. */
  #wasPending(id: string): boolean {
    const key = this.#previous.keys.find((each) => each.id === id);
    return key !== undefined && isIn(key, 'pending');
  }

  #diedSince(id: string, looked: number | undefined): boolean {
    const died = this.#diedAt.get(id);
    return died !== undefined && looked !== undefined && died > looked && this.#excuse('died-after-our-look');
  }

  #judgeDisabling(key: KeyTruth, truth: WorldTruth, run: JudgedRun): void {
    const { id } = key;
    this.count('I2');
    if (this.world.isManual) this.#found('I3', `the key ${id} was disabled where people look after the keys`);
    const current = key.places.find(({ place }) => place === 'current');
    if (current) {
      const { current: seen, disabledCurrent } = this.#memory(run);
      if (!seen.has(current.service) || seen.get(current.service) === id) {
        this.#found('I2', `the key ${id} was disabled, and was current at the last look`);
      } else if (this.#excuse('became-current-after-our-look')) disabledCurrent.add(id);
      return;
    }
    const last = this.#lastCurrent.get(id);
    if (last) this.#judgeRetiring(id, last, truth, run, 'disabled');
  }

  /** A removed service's key stops being current under the same rules as a key is disabled. */
  #judgeParking(service: string, was: CurrentValue, truth: WorldTruth, run: JudgedRun): void {
    this.count('I1');
    if (truth.services.get(service)?.registered) this.#found('I1', `${service}, which is registered, lost its key`);
    const key = typeof was === 'object' ? truth.keys.find(({ id }) => id === was.keyId) : undefined;
    if (!key || this.#forgetUnseen(key.id)) return;
    if (key.status === 'active') this.#judgeRetiring(key.id, { at: truth.now, service }, truth, run, 'parked');
  }

  #judgeRetiring(
    id: string,
    last: { readonly at: Date; readonly service: string },
    truth: WorldTruth,
    run: JudgedRun,
    what: string,
  ): void {
    this.count('I3');
    const policy = truth.services.get(last.service)?.policy;
    if (!policy) return;
    // The keys of a removed service retire from its removal on.
    const since = Math.min(last.at.getTime(), this.#removedAt.get(last.service)?.getTime() ?? Number.POSITIVE_INFINITY);
    const waitedMs = truth.now.getTime() - since + this.world.skewMs;
    const overlapMs = Math.max(policy.overlapHours * HOUR_MS, policy.consumerCacheMinutes * 60_000);
    if (waitedMs < overlapMs) this.#found('I3', `the key ${id} was ${what} before its overlap had ended`);
    const atDeadline = waitedMs >= policy.retirementDeadlineDays * DAY_MS && policy.atRetirementDeadline === 'disable';
    if (!atDeadline || !this.#excuse('policy-says-so')) this.#judgeIdleness(id, policy, truth, run, what);
  }

  #judgeIdleness(id: string, policy: ServicePolicy, truth: WorldTruth, run: JudgedRun, what: string): void {
    const refreshedAt = this.#memory(run).report?.refreshedAt;
    if (!refreshedAt) {
      this.#found('I3', `the key ${id} was ${what} while its use was unknown`);
      return;
    }
    const lagMs = truth.now.getTime() - refreshedAt.getTime() - this.world.skewMs;
    if (lagMs > policy.maxReportLagHours * HOUR_MS) {
      this.#found('I3', `the key ${id} was ${what} on a report that was too old`);
    }
    const quietSince = new Date(refreshedAt.getTime() - this.#quietMs(id, policy, refreshedAt));
    if (this.world.wasUsed(id, quietSince, refreshedAt))
      this.#found('I3', `the key ${id} was ${what} while it was in use`);
  }

  /** A service that is at work needs less silence of its old key. The report dates a use up to a day later than it was. */
  #quietMs(id: string, policy: ServicePolicy, refreshedAt: Date): number {
    const { quietHours, silentHours } = policy;
    const service = this.#lastCurrent.get(id)?.service;
    const since = new Date(refreshedAt.getTime() - quietHours * HOUR_MS - DAY_MS);
    const others = [...this.#lastCurrent].filter(([other, last]) => other !== id && last.service === service);
    const atWork = others.some(([other]) => this.world.wasUsed(other, since, refreshedAt));
    return (atWork ? quietHours : Math.max(quietHours, silentHours)) * HOUR_MS;
  }

  #judgeArchiving(was: KeyTruth, truth: WorldTruth, run: JudgedRun): void {
    const { id } = was;
    this.count('I3');
    const current = was.places.find(({ place }) => place === 'current');
    if (
      current &&
      (this.#memory(run).current.get(current.service) === id || !this.#excuse('archived-after-our-look'))
    ) {
      this.#found('I2', `the current key ${id} was archived`);
    }
    if (this.#expired.has(id) && this.#excuse('expired')) return;
    const lookedAt = this.#memory(run).looked.get(id) ?? Number.POSITIVE_INFINITY;
    if ((this.#enabledAt.get(id) ?? 0) > lookedAt && this.#excuse('archived-after-our-look')) return;
    const policy = truth.services.get(this.#lastCurrent.get(id)?.service ?? was.places[0]?.service ?? '')?.policy;
    const since = this.#inactiveSince.get(id);
    const waitedMs = since ? truth.now.getTime() - since.getTime() + this.world.skewMs : 0;
    if (policy && waitedMs < policy.undoWindowDays * DAY_MS) {
      this.#found('I3', `the key ${id} was archived before its undo window had ended`);
    }
  }

  #memory(run: JudgedRun): RunMemory {
    const known = this.#runs.get(run);
    if (known) return known;
    const fresh: RunMemory = {
      since: this.#moment,
      current: new Map(),
      looked: new Map(),
      live: new Map(),
      disabledCurrent: new Set(),
      report: undefined,
    };
    this.#runs.set(run, fresh);
    return fresh;
  }

  #excuse(excuse: Excuse): true {
    this.excused.set(excuse, (this.excused.get(excuse) ?? 0) + 1);
    return true;
  }

  /** Notes that these had something to judge. */
  count(...invariants: readonly string[]): void {
    for (const each of invariants) this.judged.set(each, (this.judged.get(each) ?? 0) + 1);
  }

  #found(invariant: string, what: string): void {
    this.findings.push({ invariant, what });
  }
}

/** What people do by hand, or have an undo do. */
const isChoiceOfPeople = (run: JudgedRun | undefined): boolean => !run || run.name.startsWith('undo');

const isIn = ({ places }: KeyTruth, wanted: KeyTruth['places'][number]['place']): boolean =>
  places.some(({ place }) => place === wanted);

const servicesOf = ({ places }: KeyTruth): number => new Set(places.map(({ service }) => service)).size;

const isSame = (one: CurrentValue, other: CurrentValue): boolean =>
  typeof one === 'object' && typeof other === 'object' ? one.keyId === other.keyId : one === other;
