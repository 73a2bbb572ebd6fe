import { setImmediate } from 'node:timers/promises';
import { DAY_MS, MINUTE_MS } from '../../utc-time';
import type { AwsAccount } from '../account';
import { AwsError, type Caller } from '../service';
import { type RotationNews, rotationEvent, type SecretEvent } from './events';
import type { RotationRules } from './rotation-rules';
import { AWS_CURRENT, AWS_PENDING, type Secret } from './secret';

type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const PRINCIPAL = 'secretsmanager.amazonaws.com';

/** What AWS does not document about rotations, as settings. */
export interface RotationBehaviour {
  /** Pauses before each repetition of a failed rotation; their number is the number of repetitions. */
  readonly retryDelaysMs: readonly number[];
  /** Whether a RotateSecret that is refused because a rotation has not ended runs that rotation again. */
  readonly reattemptsWhenRefused: boolean;
  /** Whether a rate that replaces a schedule, with RotateImmediately false, leaves the rotation that was due next in place. */
  readonly keepsDueRotation: boolean;
}

/** Guesses: five repetitions, a minute to eight hours apart. */
export const DEFAULT_ROTATION_BEHAVIOUR: RotationBehaviour = {
  retryDelaysMs: [1, 5, 30, 120, 480].map((minutes) => minutes * MINUTE_MS),
  reattemptsWhenRefused: true,
  keepsDueRotation: true,
};

interface Run {
  readonly token: string;
  attempt: number;
  stopped: boolean;
  cancelRetry: () => void;
}

/** Runs rotations by themselves: when RotateSecret asks for one, when a window opens, and again after a failure. */
export class RotationEngine {
  readonly #runs = new Map<Secret, Run>();
  readonly #timers = new Map<Secret, () => void>();
  /** Rotations that a schedule which is no longer left behind. */
  readonly #leftBehind = new Map<Secret, () => void>();
  readonly #principal: Caller;

  constructor(
    private readonly account: AwsAccount,
    private readonly emit: (event: SecretEvent) => void,
    private readonly behaviour: RotationBehaviour,
  ) {
    this.#principal = { principal: PRINCIPAL, accountId: account.id };
  }

  /** Turns rotation on with these settings, and waits for their next window. */
  enable(secret: Secret, lambdaArn: string, rules: RotationRules): void {
    secret.rotation = { enabled: true, lambdaArn, rules };
    this.schedule(secret);
  }

  /** The same without a rotation now: of a new rate, AWS says that the rotation which was due next may still come. */
  enableDeferred(secret: Secret, lambdaArn: string, rules: RotationRules): void {
    const holder = this.#leftBehind.has(secret) ? this.#leftBehind : this.#timers;
    const due = rules.isRate && this.behaviour.keepsDueRotation ? holder.get(secret) : undefined;
    // Taken out, so that nothing cancels it.
    if (due) holder.delete(secret);
    this.enable(secret, lambdaArn, rules);
    if (due) this.#leftBehind.set(secret, due);
  }

  /** Turns rotation off, keeping its settings. A step under way ends by itself; no further one is called. */
  disable(secret: Secret): void {
    const { nextWindow: _, ...settings } = secret.rotation ?? {};
    secret.rotation = { ...settings, enabled: false };
    this.halt(secret);
  }

  /** Stops whatever runs or waits for a secret. */
  halt(secret: Secret): void {
    this.#stopRun(secret);
    for (const timers of [this.#timers, this.#leftBehind]) {
      timers.get(secret)?.();
      timers.delete(secret);
    }
  }

  /** Announces version `token` under AWSPENDING, without a value, and has the function fill and promote it. */
  start(secret: Secret, token: string): void {
    const now = this.account.clock.now();
    secret.add({ id: token, createdAt: now }, [AWS_PENDING], now);
    secret.changedAt = now;
    this.#begin(secret, token);
  }

  /** Runs a rotation that has not ended once more, unless it is being repeated already. */
  reattempt(secret: Secret, token: string): void {
    if (this.behaviour.reattemptsWhenRefused && !this.#runs.has(secret)) this.#begin(secret, token);
  }

  /** Has the function test a copy of the current value, without rotating. The copy stays, unlabelled. */
  test(secret: Secret, token: string): void {
    const now = this.account.clock.now();
    const { id: _, accessedOn: __, ...copy } = secret.holderOf(AWS_CURRENT) ?? { id: '' };
    secret.add({ ...copy, id: token, createdAt: now }, [AWS_PENDING], now);
    secret.changedAt = now;
    this.account.clock.background(() => this.#test(secret, token));
  }

  /** A value put by hand took over from the pending one. */
  abandon(secret: Secret, token: string): void {
    this.#stopRun(secret);
    if (secret.holderOf(AWS_PENDING)?.id === token) secret.detach(AWS_PENDING);
    this.#tell({ name: 'RotationAbandoned', secret, token });
  }

  /** Chooses the instant of the next rotation, within the window that follows now. */
  schedule(secret: Secret): void {
    const { rotation } = secret;
    if (!rotation?.enabled || !rotation.rules) return;
    this.#leftBehind.get(secret)?.();
    this.#leftBehind.delete(secret);
    const now = this.account.clock.now();
    const nextWindow = rotation.rules.windowAfter(now);
    const intervalDays = Math.ceil((nextWindow.start.getTime() - now.getTime()) / DAY_MS);
    secret.rotation = { ...rotation, nextWindow, intervalDays };
    this.#wait(secret, nextWindow.start, nextWindow.end);
  }

  #wait(secret: Secret, start: Date, end: Date): void {
    this.#timers.get(secret)?.();
    const instant = start.getTime() + this.account.random.below(end.getTime() - start.getTime());
    const cancel = this.account.clock.at(new Date(instant), `rotation of ${secret.name}`, () => this.#due(secret));
    this.#timers.set(secret, cancel);
  }

  #due(secret: Secret): void {
    const next = secret.rotation?.rules?.windowAfter(this.account.clock.now());
    // Not `schedule`: until this rotation has succeeded, its own window stays the one that AWS reports.
    if (next) this.#wait(secret, next.start, next.end);
    if (this.#runs.has(secret)) return;
    const { unfinished } = secret;
    if (unfinished) this.#begin(secret, unfinished.id);
    else this.#startOnSchedule(secret, this.account.random.uuid());
  }

  /** Nobody waits for the answer to a scheduled rotation: what refuses it, such as a quota, shows as a failure. */
  #startOnSchedule(secret: Secret, token: string): void {
    try {
      this.start(secret, token);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#tell({ name: 'RotationFailed', secret, token, errorMessage: error.message });
    }
  }

  #begin(secret: Secret, token: string): void {
    this.#stopRun(secret);
    const run: Run = { token, attempt: 0, stopped: false, cancelRetry: () => {} };
    this.#runs.set(secret, run);
    this.#tell({ name: 'RotationStarted', secret, token });
    this.account.clock.background(() => this.#attempt(secret, run));
  }

  async #attempt(secret: Secret, run: Run): Promise<void> {
    // Whoever asked for the rotation gets an answer before the function starts.
    await setImmediate();
    for (const step of STEPS) {
      if (run.stopped) return;
      const succeeded = await this.#invoke(secret, step, run.token);
      if (run.stopped) return;
      if (!succeeded) return this.#failed(secret, run, step);
    }
    if (isPromoted(secret, run.token)) this.#succeeded(secret, run);
    else this.#failed(secret, run, 'finishSecret');
  }

  async #test(secret: Secret, token: string): Promise<void> {
    await setImmediate();
    const succeeded = await this.#invoke(secret, 'testSecret', token);
    if (secret.holderOf(AWS_PENDING)?.id === token) secret.detach(AWS_PENDING);
    const errorMessage = failureOf(secret, 'testSecret');
    if (!succeeded) this.#tell({ name: 'TestRotationFailed', secret, token, errorMessage });
  }

  /** @returns whether the function ran the step without an error. */
  async #invoke(secret: Secret, step: RotationStep, token: string): Promise<boolean> {
    const event = {
      Step: step,
      SecretId: secret.arn,
      ClientRequestToken: token,
      RotationToken: this.account.random.uuid(),
    };
    const input = {
      FunctionName: secret.rotation?.lambdaArn,
      InvocationType: 'RequestResponse',
      Payload: JSON.stringify(event),
    };
    try {
      const caller = { ...this.#principal, sourceArn: secret.arn };
      const output = await this.account.call('lambda', 'Invoke', input, caller);
      return output.FunctionError === undefined;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  #succeeded(secret: Secret, run: Run): void {
    this.#runs.delete(secret);
    secret.rotatedAt = this.account.clock.now();
    secret.changedAt = secret.rotatedAt;
    this.schedule(secret);
    this.#tell({ name: 'RotationSucceeded', secret, token: run.token });
  }

  #failed(secret: Secret, run: Run, step: RotationStep): void {
    this.#tell({ name: 'RotationFailed', secret, token: run.token, errorMessage: failureOf(secret, step) });
    const delay = this.behaviour.retryDelaysMs[run.attempt];
    if (delay === undefined) {
      this.#runs.delete(secret);
      return;
    }
    run.attempt += 1;
    run.cancelRetry = this.account.clock.after(delay, `repeated rotation of ${secret.name}`, () => {
      if (secret.unfinished?.id === run.token) this.account.clock.background(() => this.#attempt(secret, run));
      else this.#stopRun(secret);
    });
  }

  #stopRun(secret: Secret): void {
    const run = this.#runs.get(secret);
    if (!run) return;
    run.stopped = true;
    run.cancelRetry();
    this.#runs.delete(secret);
  }

  #tell(news: RotationNews): void {
    this.emit(rotationEvent(this.account, news));
  }
}

const failureOf = (secret: Secret, step: RotationStep): string =>
  `Error when executing lambda ${secret.rotation?.lambdaArn} during ${step} step`;

/** AWS asks for AWSCURRENT on the new version, and AWSPENDING there as well or nowhere. */
const isPromoted = (secret: Secret, token: string): boolean =>
  secret.holderOf(AWS_CURRENT)?.id === token && !secret.unfinished;
