import { registrationParameterName } from '../../lib/contract/names';
import { DEFAULT_POLICY, type Registration, type ServicePolicy } from '../../lib/contract/registration';
import { checkInvariants } from '../invariants';
import type { Sandbox } from '../sandbox';
import { type KeyTruth, readTruth, type Truth } from '../truth';
import { overlapMs, quietSince, retiresSince, undoWindowMs } from './waits';

/** Something that must never be, by the number of the invariant in docs/architecture.md. */
export interface Finding {
  readonly invariant: string;
  readonly what: string;
}

/**
 * Looks at the truth as often as it is asked to, and remembers what it has seen, so that it can judge what one
 * moment does not show: how long ago a key was current, and whether it ever was.
 */
export class Watch {
  readonly findings: Finding[] = [];
  readonly #lastCurrent = new Map<string, Date>();
  readonly #disabledAt = new Map<string, Date>();
  #removedAt: Date | undefined;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly service: string,
  ) {}

  look(truth = readTruth(this.sandbox)): void {
    this.#removedAt = this.#registration ? undefined : (this.#removedAt ?? truth.now);
    for (const { invariant, what } of checkInvariants(truth)) this.#found(invariant, what);
    for (const key of truth.keys) this.#judge(key, truth);
  }

  /** Notes a broken invariant, once. */
  #found(invariant: string, what: string): void {
    if (!this.findings.some((each) => each.what === what)) this.findings.push({ invariant, what });
  }

  #judge(key: KeyTruth, { now }: Truth): void {
    const places = key.places.map(({ place }) => place);
    if (places.includes('current')) this.#lastCurrent.set(key.id, now);
    if (places.includes('pending') && !places.includes('spare') && !this.#lastCurrent.has(key.id)) {
      this.#found('I7', `the pending key ${key.id}, which never served, is not on the shelf any more`);
    }
    if (key.status === 'active') this.#disabledAt.delete(key.id);
    else this.#judgeDisabled(key, now);
  }

  #judgeDisabled({ id, status, places }: KeyTruth, now: Date): void {
    if (!this.#disabledAt.has(id)) {
      this.#disabledAt.set(id, now);
      this.#judgeDisabling(id, now);
    }
    const disabledAt = this.#disabledAt.get(id) ?? now;
    if (status === 'archived' && now.getTime() - disabledAt.getTime() < undoWindowMs(this.#policy)) {
      this.#found('I3', `the key ${id} was archived before its undo window ended`);
    }
    const served = this.#lastCurrent.has(id);
    if (served && status === 'inactive' && places.length === 0)
      this.#found('I5', `the disabled key ${id} is held by nobody`);
  }

  /** A key may be disabled once its overlap is over and it has been idle; the truth of its use is the ledger's. */
  #judgeDisabling(id: string, now: Date): void {
    const lastCurrent = this.#lastCurrent.get(id);
    const since = lastCurrent && retiresSince(lastCurrent, this.#removedAt);
    if (since && now.getTime() - since.getTime() < overlapMs(this.#policy)) {
      this.#found('I3', `the key ${id} was disabled before its overlap ended`);
    }
    if ((this.sandbox.claude.use.get(id)?.between(quietSince(now, this.#policy), now) ?? 0) > 0) {
      this.#found('I3', `the key ${id} was disabled while it was in use`);
    }
  }

  get #policy(): ServicePolicy {
    return this.#registration?.policy ?? DEFAULT_POLICY;
  }

  /** Undefined for a service that was removed. */
  get #registration(): Registration | undefined {
    const name = registrationParameterName(this.sandbox.environment, this.service);
    const parameter = this.sandbox.aws.ssm.parameters().find((each) => each.name === name);
    return parameter && (JSON.parse(parameter.value) as Registration);
  }
}
