import { AsyncResource } from 'node:async_hooks';
import { conventionalKeyName, reconcileFunctionName, secretName } from '../../../lib/contract/names';
import type { ReconcileResult, ReconcilerResponse } from '../../../lib/contract/reconciler-protocol';
import { AwsError } from '../../aws/service';
import type { KeyTruth } from '../../truth';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../utc-time';
import { isRun, type RunStep, type Step } from '../schedules/schedule';
import { Consumers } from './consumers';
import type { DeployedWorld } from './deployed-world';
import { People } from './people';

/** How often everybody sends a request. */
const BEAT_MS = HOUR_MS;

/** Performs the steps of a schedule on a deployed environment, and lets time pass in it. */
export class DeployedPlayer {
  readonly people: People;
  /** What begins in the middle of a run is no part of that run. */
  readonly #onItsOwn = new AsyncResource('guest');
  readonly #consumers: Consumers;

  constructor(private readonly world: DeployedWorld) {
    this.#consumers = new Consumers(world);
    this.people = new People(world, this.#consumers);
  }

  async perform(step: Step): Promise<void> {
    if (step.kind === 'pass') await this.pass(step.minutes * MINUTE_MS, step.runs);
    else if (step.kind === 'fault') this.world.planned.push({ fault: step.fault, left: step.nth });
    else if (step.kind === 'meanwhile') await this.#meanwhile(step);
    else if (isRun(step)) await this.#run(step);
    else await this.people.act(step);
    await this.#settle();
  }

  /** Lets time pass with everything that is due in it, and so many runs of the reconciler. */
  async pass(ms: number, runs: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let left = runs; left > 0; left--) {
      await this.#passTo(this.#nowMs + (endMs - this.#nowMs) / left);
      await this.reconcile();
    }
    await this.#passTo(endMs);
  }

  /** Faults stop, what was broken by accident is put right, and consumers do what they declared. */
  async heal(): Promise<void> {
    this.world.tell('from here on all is healthy');
    this.world.planned.splice(0);
    await this.people.heal();
    this.#consumers.heal();
  }

  /** A run of the reconciler. @returns undefined when it failed */
  async reconcile(): Promise<ReconcileResult | undefined> {
    const answer = await this.#ask({});
    await this.#settle();
    return answer?.ok ? (answer.result as ReconcileResult) : undefined;
  }

  async #passTo(endMs: number): Promise<void> {
    while (this.#nowMs < endMs) {
      this.#consumers.use();
      await this.world.sandbox.advance(Math.min(endMs - this.#nowMs, BEAT_MS));
      this.world.changed();
    }
  }

  async #run(step: RunStep): Promise<void> {
    const { world } = this;
    const service = 'service' in step ? world.serviceOf(step) : '';
    switch (step.kind) {
      case 'reconcile':
        return void (await this.#ask({}));
      case 'reconcile-one':
        return void (await this.#ask({ action: 'reconcile', service }));
      case 'undo':
        return void (await this.#ask({ action: 'undo', service }));
      case 'revoke':
        return this.#revoke(service, step.key);
      case 'rotate':
        return this.#rotate(service);
      case 'retry':
        // A rotation that is refused because one has not ended runs that one again.
        if (world.isUnfinished(service)) await this.#rotate(service);
        return;
      case 'redeliver':
        return this.#redeliver(service, step);
      case 'stage':
        return this.#stage(service, this.#makeKey(service, step.expiresInDays));
      case 'stage-existing': {
        const key = world.keyAt(step.key);
        if (key && !world.isManual) await this.#stage(service, key);
      }
    }
  }

  async #revoke(service: string, key: number): Promise<void> {
    const isHeld = ({ places }: KeyTruth) => places.some((each) => each.service === service && each.place !== 'spare');
    const keys = this.world.truth().keys.filter(isHeld);
    const leaked = keys[key % Math.max(keys.length, 1)];
    if (!leaked) return;
    this.world.leaked.add(leaked.id);
    // Where the issuer's list cannot be read, keys go by their names.
    await this.#ask({ action: 'revoke', service, keyId: this.world.isManual ? leaked.name : leaked.id });
  }

  async #rotate(service: string): Promise<void> {
    const { account, random, environment } = this.world.sandbox;
    const input = { SecretId: secretName(environment, service), ClientRequestToken: random.uuid() };
    await orRefused(account.call('secretsmanager', 'RotateSecret', input, account.administrator));
    this.world.changed();
  }

  async #redeliver(service: string, { token: age, step }: Extract<RunStep, { kind: 'redeliver' }>): Promise<void> {
    const ofService = this.world.deliveries.filter(({ arn }) => arn.includes(secretName('', service)));
    const tokens = [...new Set(ofService.map(({ token }) => token))].reverse();
    const ofToken = ofService.filter(({ token }) => token === tokens[age % Math.max(tokens.length, 1)]);
    const steps = [...new Set(ofToken.map((each) => each.step))];
    const delivery = ofToken.find((each) => each.step === steps[step % Math.max(steps.length, 1)]);
    if (delivery) await this.world.deliver(delivery);
  }

  #makeKey(service: string, expiresInDays: number): { readonly id: string; readonly name: string } {
    const { claude, settings, environment, clock } = this.world.sandbox;
    const name = `${conventionalKeyName(environment, service, clock.now())}-${claude.keys().length + 1}`;
    const expiresAt = expiresInDays ? { expiresAt: new Date(this.#nowMs + expiresInDays * DAY_MS) } : {};
    const { id } = claude.createKey({ workspaceId: settings.workspaceId, name, ...expiresAt });
    return { id, name };
  }

  async #stage(service: string, key: { readonly id: string; readonly name: string }): Promise<void> {
    const { claude, environment } = this.world.sandbox;
    const named = this.world.isManual ? ['--name', key.name] : [];
    const { err } = await this.world.terminal.run(['stage', environment, service, ...named], claude.rawKeyOf(key.id));
    for (const line of err) this.world.tell(`  ${line}`);
    this.world.changed();
  }

  /** Something else begins in the middle of a run: it comes to its end first, or they go on together. */
  async #meanwhile({ run, at, other, turns }: Extract<Step, { kind: 'meanwhile' }>): Promise<void> {
    let calls = 0;
    let guest: Promise<void> | undefined;
    const begin = (): Promise<void> => {
      this.world.onCall = undefined;
      this.world.tell('  meanwhile');
      guest = this.#onItsOwn.runInAsyncScope(() => (isRun(other) ? this.#run(other) : this.people.act(other)));
      return turns === 0 ? guest : Promise.resolve();
    };
    this.world.onCall = () => {
      calls += 1;
      return calls >= at ? begin : undefined;
    };
    await this.#run(run);
    await this.#settle();
    if (!guest) await begin();
    await guest;
  }

  async #ask(event: object): Promise<ReconcilerResponse<unknown> | undefined> {
    const { account, environment } = this.world.sandbox;
    const input = { FunctionName: reconcileFunctionName(environment), Payload: JSON.stringify(event) };
    const answer = await account.call('lambda', 'Invoke', input, account.administrator);
    return answer.FunctionError ? undefined : (JSON.parse(String(answer.Payload)) as ReconcilerResponse<unknown>);
  }

  async #settle(): Promise<void> {
    await this.world.sandbox.settle();
    this.world.changed();
  }

  get #nowMs(): number {
    return this.world.sandbox.clock.now().getTime();
  }
}

/** What AWS refuses is not done. */
async function orRefused(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}
