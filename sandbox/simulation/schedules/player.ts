import { conventionalKeyName } from '../../../lib/contract/names';
import { KeyRotationError } from '../../../lib/core/errors';
import { ROTATION_STEPS, type RotationStep } from '../../../lib/core/keys/rotation';
import { DAY_MS, MINUTE_MS } from '../../utc-time';
import { Consumers } from './consumers';
import type { MemoryKey } from './memory/issuer';
import type { Attempt } from './memory/rotation';
import type { MemorySecret } from './memory/secrets';
import { People } from './people';
import { ENVIRONMENT, type PortsWorld } from './ports-world';
import { isRun, type RunStep, type Step } from './schedule';
import { stageKey } from './staging';
import { Turns } from './turns';

/** Who acts where nobody else does at the same time. */
const ALONE = { name: 'alone' };

/** One in so many keys has a name that says nothing of its service. */
const UNCONVENTIONAL = 3;

/** Performs the steps of a schedule on a world in memory, and lets time pass in it. */
export class Player {
  readonly people: People;
  readonly #consumers: Consumers;
  readonly #delivered = new Map<string, Set<RotationStep>>();

  constructor(private readonly world: PortsWorld) {
    this.#consumers = new Consumers(world);
    this.people = new People(world, this.#consumers);
  }

  async perform(step: Step): Promise<void> {
    if (step.kind === 'pass') await this.pass(step.minutes * MINUTE_MS, step.runs);
    else if (step.kind === 'fault') this.world.outside.planned.push({ fault: step.fault, left: step.nth });
    else if (step.kind === 'meanwhile') await this.#meanwhile(step);
    else if (isRun(step)) await this.#run(step, ALONE);
    else this.people.act(step);
    await this.#attemptDue(ALONE);
  }

  /** Lets time pass with everything that is due in it, and so many runs of the reconciler. */
  async pass(ms: number, runs: number): Promise<void> {
    const startMs = this.#nowMs;
    for (let run = 1; run <= runs; run++) {
      await this.#passTo(startMs + (ms * run) / runs);
      await this.#run({ kind: 'reconcile' }, ALONE);
    }
    await this.#passTo(startMs + ms);
  }

  /** Faults stop, deleted secrets are restored, reports are fresh, and consumers do what they declared. */
  heal(): void {
    const { outside, issuer, secrets, services, registry } = this.world;
    this.world.tell('from here on all is healthy');
    outside.planned = [];
    issuer.report = { how: 'fresh', hours: 0 };
    for (const secret of secrets.all) secret.set({ deleted: false });
    for (const service of services) {
      this.#consumers.letGo(service);
      if (!registry.find(service)) this.#consumers.setActive(service, false);
    }
    this.world.changed();
  }

  async #passTo(endMs: number): Promise<void> {
    for (;;) {
      const nextMs = Math.min(this.world.rotation.nextMs, this.people.nextMs);
      this.#flowTo(Math.min(Math.max(nextMs, this.#nowMs), endMs));
      if (nextMs > endMs) return;
      this.people.switchOffLeaked();
      await this.#attemptDue(ALONE);
    }
  }

  /** Time passes in which nothing happens but that keys are used. */
  #flowTo(ms: number): void {
    const fromMs = this.#nowMs;
    if (ms <= fromMs) return;
    this.#consumers.use(fromMs, ms);
    this.world.advance(ms - fromMs);
    this.world.changed();
  }

  async #run(step: RunStep, party: object): Promise<void> {
    const { world } = this;
    switch (step.kind) {
      case 'reconcile':
        world.unknown.clear();
        await world.reconcile('reconcile', party, (reconciler) => reconciler.reconcileAll());
        return;
      case 'reconcile-one':
        return this.#reconcileOne(world.serviceOf(step), party);
      case 'rotate':
        return this.#rotate(this.#secret(step), party);
      case 'retry':
        world.rotation.retry(this.#secret(step));
        return this.#attemptDue(party);
      case 'redeliver':
        return this.#redeliver(step, party);
      case 'undo': {
        const service = world.serviceOf(step);
        await world.reconcile(`undo of ${service}`, party, (reconciler) => reconciler.undo(service));
        return;
      }
      case 'revoke':
        return this.#revoke(world.serviceOf(step), step.key, party);
      case 'stage':
        return this.#stage(world.serviceOf(step), this.#makeKey(step), party);
      case 'stage-existing': {
        const key = world.keyAt(step.key);
        // Where the issuer's list cannot be read, or a secret waits for its deletion, nobody can tell whose key it is.
        if (key && !world.isManual && !this.#isHidden(key)) await this.#stage(world.serviceOf(step), key, party);
        return;
      }
    }
  }

  async #reconcileOne(service: string, party: object): Promise<void> {
    await this.world.reconcile(`reconcile ${service}`, party, (reconciler) => reconciler.reconcileOne(service));
  }

  async #revoke(service: string, key: number, party: object): Promise<void> {
    const keys = this.world.keysOf(service);
    const keyId = keys[key % Math.max(keys.length, 1)];
    if (keyId === undefined) return;
    this.world.leaked.add(keyId);
    await this.world.reconcile(`revoke ${keyId} of ${service}`, party, (reconciler) =>
      reconciler.revoke(service, keyId),
    );
  }

  async #rotate(secret: MemorySecret, party: object): Promise<void> {
    try {
      this.world.rotation.start(secret);
    } catch (error) {
      if (!(error instanceof KeyRotationError)) throw error;
      this.world.tell(`Secrets Manager refuses: ${error.message}`);
    }
    this.world.changed();
    await this.#attemptDue(party);
  }

  async #attemptDue(party: object): Promise<void> {
    for (const attempt of this.world.rotation.take()) await this.#attempt(attempt, party);
  }

  async #attempt(attempt: Attempt, party: object): Promise<void> {
    const { world } = this;
    const { secret, token } = attempt;
    let well = true;
    for (const step of attempt.isTest ? (['testSecret'] as const) : ROTATION_STEPS) {
      if (!well || !world.rotation.isUnderWay(attempt)) break;
      this.#delivered.set(token, (this.#delivered.get(token) ?? new Set()).add(step));
      well = await world.rotate(step, secret.service, token, party);
    }
    world.rotation.ended(attempt, well);
    world.changed();
  }

  /** Only what was delivered before can be delivered again. */
  async #redeliver(delivery: Extract<RunStep, { kind: 'redeliver' }>, party: object): Promise<void> {
    const secret = this.#secret(delivery);
    const tokens = this.world.rotation.tokens.get(secret) ?? [];
    const token = tokens[delivery.token % Math.max(tokens.length, 1)];
    const steps = [...(this.#delivered.get(token ?? '') ?? [])];
    const step = steps[delivery.step % Math.max(steps.length, 1)];
    if (token && step && !secret.deleted) await this.world.rotate(step, secret.service, token, party);
  }

  #makeKey({ service, expiresInDays }: Extract<RunStep, { kind: 'stage' }>): MemoryKey {
    const { issuer } = this.world;
    const expiresAt = expiresInDays ? new Date(this.#nowMs + expiresInDays * DAY_MS) : undefined;
    const number = issuer.keys().length + 1;
    const conventional = conventionalKeyName(ENVIRONMENT, this.world.serviceOf({ service }), this.world.now());
    const key = issuer.create(
      number % UNCONVENTIONAL === 0 ? `somebody-s-${number}` : `${conventional}-${number}`,
      expiresAt,
    );
    this.world.changed();
    return key;
  }

  async #stage(service: string, key: MemoryKey, party: object): Promise<void> {
    const { isManual, bug } = this.world;
    const staged = await this.world.run(`stage ${key.id} for ${service}`, party, (ports) =>
      stageKey({ key, service, isManual }, bug.stage?.(ports) ?? ports, this.world.reconcilerOn(ports)),
    );
    if (staged) await this.#reconcileOne(service, party);
  }

  #isHidden({ text }: MemoryKey): boolean {
    return this.world.secrets.all.some(({ deleted, versions }) => deleted && versions.holds(text));
  }

  /** Something else begins in the middle of a run, or after it where the run ends before that. */
  async #meanwhile({ run, at, other, turns }: Extract<Step, { kind: 'meanwhile' }>): Promise<void> {
    const { world } = this;
    const [main, guest] = [{ name: 'main' }, { name: 'guest' }];
    let calls = 0;
    let begun: Promise<void> | undefined;
    const begin = async (): Promise<void> => {
      world.onCall = undefined;
      world.tell('  meanwhile');
      if (!isRun(other)) {
        this.people.act(other);
        return;
      }
      world.outside.turns = new Turns(turns, guest);
      await this.#run(other, guest);
    };
    world.onCall = (party) => {
      if (party === main) calls += 1;
      if (calls >= at) begun = begin();
    };
    await this.#run(run, main);
    await (begun ?? begin());
    world.outside.turns = undefined;
  }

  #secret(step: { readonly service: number }): MemorySecret {
    return this.world.secrets.of(this.world.serviceOf(step));
  }

  get #nowMs(): number {
    return this.world.now().getTime();
  }
}
