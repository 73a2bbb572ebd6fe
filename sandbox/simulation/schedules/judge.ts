import type { ServicePolicy } from '../../../lib/contract/registration';
import type { IssuerKey, SecretState, UsageReport, Verdict } from '../../../lib/core/ports';
import type { CurrentValue, KeyTruth } from '../../truth';
import { DAY_MS, HOUR_MS } from '../../utc-time';
import { overlapMs, quietSince, retiresSince, undoWindowMs } from '../waits';
import type { Finding } from '../watch';
import type { Excuse } from './excuses';
import { isIn, type Judged, type JudgedRun, servicesOf, type WorldTruth } from './judged';
import { Past } from './past';
import { RunMemory } from './run-memory';

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
  readonly #past = new Past((excuse) => this.#excuse(excuse));
  readonly #expired = new Set<string>();
  readonly #diedAt = new Map<string, number>();
  readonly #enabledAt = new Map<string, number>();
  readonly #testedAt = new Map<string, number>();

  constructor(private readonly world: Judged) {
    this.#before = world.truth();
    this.#previous = this.#before;
  }

  /** A run was told what a secret is like. */
  described(run: JudgedRun, secret: SecretState): void {
    this.#memory(run).described(secret);
  }

  /** A run was told whether a key is accepted. */
  verified(run: JudgedRun, keyId: string, { kind }: Verdict): void {
    if (kind !== 'live') return;
    this.#memory(run).live.set(keyId, this.#moment);
    if (run.name.startsWith('rotate testSecret')) this.#testedAt.set(keyId, this.#moment);
  }

  /** A run was told which keys there are. */
  listed(run: JudgedRun, keys: readonly IssuerKey[]): void {
    this.#memory(run).listed(keys, this.#moment);
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
    this.#past.noteRemovals(now);
    const known = new Map(before.keys.map((key) => [key.id, key]));
    for (const key of now.keys) {
      const was = known.get(key.id);
      if (was) this.#judgeKey(was, key, now, run);
    }
    for (const [service, value] of now.current) {
      const was = before.current.get(service);
      if (was !== undefined && !isSame(was, value)) {
        if (run) this.#judgeCurrent(service, { was, value }, now, run);
        else if (typeof was === 'object') this.#past.noteReplacedByHand(service, was, now);
        if (isChoiceOfPeople(run) && typeof value === 'object') this.#past.noteChoice(value, this.#moment);
      }
      if (typeof value === 'object') this.#past.noteCurrent(value.keyId, service, now.now);
    }
  }

  /** When a key was seen to be current last. */
  lastCurrentAt(keyId: string): Date | undefined {
    return this.#past.lastCurrent(keyId)?.at;
  }

  /** A run has come to its end. */
  ended(run: JudgedRun, well: boolean): void {
    const memory = this.#runs.get(run);
    this.#runs.delete(run);
    if (!memory) return;
    for (const key of this.#before.keys) if (memory.shared.has(key.id) && servicesOf(key) > 1) this.#foundShared(key);
    if (!well) {
      if (memory.disabledCurrent.size > 0) this.#excuse('run-cut-off');
      return;
    }
    if (run.name.startsWith('reconcile')) this.#past.noteSeen(memory, run.name === 'reconcile', this.#before);
    for (const id of memory.disabledCurrent) {
      const key = this.#before.keys.find((each) => each.id === id);
      if (key && isIn(key, 'current') && key.status === 'inactive')
        this.#found('I2', `the current key ${id}, which a run disabled, was not brought back in the same run`);
    }
  }

  #judgeKey(was: KeyTruth, key: KeyTruth, truth: WorldTruth, run: JudgedRun | undefined): void {
    const { id } = key;
    if (key.status === 'expired') this.#expired.add(id);
    if (was.accepted && !key.accepted) this.#diedAt.set(id, this.#moment);
    if (was.status !== 'active' && key.status === 'active') this.#noteEnabled(id, run);
    if (was.status === 'active' && key.status !== 'active') this.#past.noteDisabled(id, truth.now);
    if (!run) return;
    if (was.status === 'active' && key.status === 'inactive') this.#judgeDisabling(key, truth, run);
    if (was.status !== 'archived' && key.status === 'archived') this.#judgeArchiving(was, truth, run);
    if (was.places !== key.places) this.#judgePlaces(was, key, run);
  }

  #noteEnabled(id: string, run: JudgedRun | undefined): void {
    this.#enabledAt.set(id, this.#moment);
    this.#past.noteEnabled(id, isChoiceOfPeople(run));
  }

  /** Keys stay with one service, and nothing of ours loses sight of one that works. */
  #judgePlaces(was: KeyTruth, key: KeyTruth, run: JudgedRun): void {
    const { id, places } = key;
    this.count('I4', 'I5', 'I7');
    if (servicesOf(key) > Math.max(1, servicesOf(was))) this.#judgeSharing(key, run);
    if (key.status !== 'active') return;
    const served = this.#past.hasServed(id) || isIn(key, 'current');
    if (isIn(was, 'spare') && !isIn(key, 'spare') && !served) {
      this.#found('I7', `the spare ${id}, which works and never served, was taken off the shelf`);
    }
    if (was.places.length === 0 || places.length > 0) return;
    if (this.#past.isEnabledUnseen(id)) this.#excuse('enabled-by-hand-unseen');
    else this.#found('I5', `the key ${id} is active and nobody holds it`);
  }

  #judgeSharing(key: KeyTruth, run: JudgedRun): void {
    const isOnShelvesAlone = key.places.every(({ place }) => place === 'spare');
    if (isStaging(run) && isOnShelvesAlone && this.#excuse('staged-before-lists-showed')) {
      this.#memory(run).shared.add(key.id);
    } else this.#foundShared(key);
  }

  #foundShared({ id, places }: KeyTruth): void {
    this.#found('I4', `the key ${id} is in ${places.map(({ service }) => service).join(' and ')}`);
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
      if (this.#past.lastCurrent(id) && !this.#wasPending(id))
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
    const last = this.#past.lastCurrent(id);
    if (last) this.#judgeRetiring(id, last, truth, run, 'disabled');
  }

  /** A removed service's key stops being current under the same rules as a key is disabled. */
  #judgeParking(service: string, was: CurrentValue, truth: WorldTruth, run: JudgedRun): void {
    this.count('I1');
    if (truth.services.get(service)?.registered) this.#found('I1', `${service}, which is registered, lost its key`);
    const key = typeof was === 'object' ? truth.keys.find(({ id }) => id === was.keyId) : undefined;
    if (!key || this.#past.forgetUnseen(key.id)) return;
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
    if (!policy || (this.world.hasLeaked(id) && this.#excuse('has-leaked'))) return;
    const since = retiresSince(last.at, this.#past.removedAt(last.service));
    const waitedMs = truth.now.getTime() - since.getTime() + this.world.skewMs;
    if (waitedMs < overlapMs(policy)) this.#found('I3', `the key ${id} was ${what} before its overlap had ended`);
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
    const quietHours = this.#quietHours(id, policy, refreshedAt);
    if (this.world.wasUsed(id, quietSince(refreshedAt, { quietHours }), refreshedAt))
      this.#found('I3', `the key ${id} was ${what} while it was in use`);
  }

  /** A service that is at work needs less silence of its old key. The report dates a use up to a day later than it was. */
  #quietHours(id: string, { quietHours, silentHours }: ServicePolicy, refreshedAt: Date): number {
    const since = new Date(refreshedAt.getTime() - quietHours * HOUR_MS - DAY_MS);
    const atWork = this.#past.othersOf(id).some((other) => this.world.wasUsed(other, since, refreshedAt));
    return atWork ? quietHours : Math.max(quietHours, silentHours);
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
    const policy = truth.services.get(this.#past.lastCurrent(id)?.service ?? was.places[0]?.service ?? '')?.policy;
    const since = this.#past.inactiveSince(id);
    const waitedMs = since ? truth.now.getTime() - since.getTime() + this.world.skewMs : 0;
    const isEarly = policy && waitedMs < undoWindowMs(policy);
    if (isEarly && !(this.world.hasLeaked(id) && this.#excuse('has-leaked'))) {
      this.#found('I3', `the key ${id} was archived before its undo window had ended`);
    }
  }

  #memory(run: JudgedRun): RunMemory {
    const known = this.#runs.get(run);
    if (known) return known;
    const fresh = new RunMemory(this.#moment);
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

const isStaging = ({ name }: JudgedRun): boolean => /^(claude-keys )?stage\b/.test(name);

const isSame = (one: CurrentValue, other: CurrentValue): boolean =>
  typeof one === 'object' && typeof other === 'object' ? one.keyId === other.keyId : one === other;
