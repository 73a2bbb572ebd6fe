import { AWS_CURRENT, AWS_PENDING, readLabels } from '../../lib/contract/labels';
import {
  conventionalKeyName,
  reconcileFunctionName,
  registrationParameterName,
  rotateFunctionName,
  secretName,
} from '../../lib/contract/names';
import type { ReconcilerResponse, ServiceStatus, StatusResult } from '../../lib/contract/reconciler-protocol';
import type { Registration, ServicePolicy } from '../../lib/contract/registration';
import { ApiKey } from '../../lib/core/api-key';
import type { Sandbox } from '../sandbox';
import { MINUTE_MS } from '../utc-time';
import type { CommandEnd, Terminal } from './terminal';

/** How often a person tries the same command before giving up. */
const COMMAND_ATTEMPTS = 4;
/** How often the reconciler runs by itself. */
export const QUARTER_HOUR_MS = 15 * MINUTE_MS;
const UNDO_ATTEMPTS = 8;
const MOST_WAITS = 40;

export interface HandsOptions {
  /** What is done every quarter of an hour. */
  readonly beat?: () => Promise<void>;
  readonly terminal?: Terminal;
  /** Directory of the cloud assembly that was deployed. */
  readonly assembly?: string;
}

/** What people and the passing of time do to one service in a scenario. */
export class Hands {
  /** Runs of the reconciler that have come to their end and were not cut off, where somebody counts them. */
  wholeRuns = 0;
  #runsBeforeMove = Number.POSITIVE_INFINITY;
  readonly #planned: { readonly call: string; readonly happen: () => Promise<void> }[] = [];

  constructor(
    readonly sandbox: Sandbox,
    readonly service: string,
    private readonly more: HandsOptions = {},
  ) {}

  /** When a call comes, something happens before it is made, once. @param call the end of its name, such as `testSecret: GET /v1/models` */
  when(call: string, happen: () => Promise<void> | void): void {
    this.#planned.push({ call, happen: async () => happen() });
  }

  /** What was planned for a call that comes now. */
  eventAt(name: string): (() => Promise<void>) | undefined {
    const planned = this.#planned.find(({ call }) => name.endsWith(call));
    if (planned) this.#planned.splice(this.#planned.indexOf(planned), 1);
    return planned?.happen;
  }

  /** Has the service deployed with another policy. */
  async changePolicy(changes: Partial<ServicePolicy>): Promise<void> {
    const { account, environment } = this.sandbox;
    const Name = registrationParameterName(environment, this.service);
    const registration = JSON.parse(this.registration) as Registration;
    const Value = JSON.stringify({ ...registration, policy: { ...registration.policy, ...changes } });
    await account.call('ssm', 'PutParameter', { Name, Value, Overwrite: true }, account.administrator);
  }

  /** Puts fresh keys on the shelf, a minute apart, so that it is certain which is the oldest. */
  async stage(count: number): Promise<void> {
    const { sandbox, service } = this;
    const { spares } = await sandbox.openPlatform()(sandbox.environment);
    for (let index = 0; index < count; index++) {
      const name = `${sandbox.environment}-${service}`;
      const { id: keyId, rawKey } = sandbox.claude.createKey({ workspaceId: sandbox.settings.workspaceId, name });
      const at = sandbox.clock.now();
      await spares.add({ service, keyId, key: new ApiKey(rawKey), keyName: name, createdAt: at, stagedAt: at });
      await sandbox.advance(MINUTE_MS);
    }
  }

  /** Asks Secrets Manager for a rotation, and waits for its first attempt. */
  async rotate(): Promise<void> {
    const { account, random, environment } = this.sandbox;
    const input = { SecretId: secretName(environment, this.service), ClientRequestToken: random.uuid() };
    await account.call('secretsmanager', 'RotateSecret', input, account.administrator);
    await this.sandbox.settle();
  }

  /** Waits until no rotation is under way, as long as Secrets Manager may take to try again. */
  async untilRotated(): Promise<void> {
    for (let waits = 0; waits < MOST_WAITS && this.pendingVersion !== ''; waits++) await this.pass(QUARTER_HOUR_MS);
  }

  /** Lets time pass with everything that happens in it, and consumers at work. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= QUARTER_HOUR_MS) {
      await this.sandbox.advance(Math.min(left, QUARTER_HOUR_MS));
      await this.more.beat?.();
    }
  }

  /** Lets time pass while nothing runs the reconciler, for waits in which it would find nothing to do. */
  async sleep(ms: number): Promise<void> {
    const { faults, claude } = this.sandbox;
    const error = { code: 'ServiceException', message: 'asleep', status: 500 };
    const times = Number.MAX_SAFE_INTEGER;
    const caller = 'events.amazonaws.com';
    faults.plan({ service: 'lambda', operation: 'Invoke', caller, times, skip: 0, side: 'before', error });
    await this.sandbox.advance(ms);
    faults.clear();
    claude.faults.length = 0;
  }

  /** Some consumer still sends the key that was created first. */
  useFirstKey(): void {
    const { claude } = this.sandbox;
    const first = claude.keys().at(-1);
    if (first) claude.recordUse(first.id);
  }

  /** A run of the reconciler, now, whatever comes of it. */
  async reconcile(): Promise<void> {
    await this.#ask({});
    await this.sandbox.settle();
  }

  /** The same in the middle of something else. */
  async reconcileMeanwhile(): Promise<void> {
    await this.#ask({});
  }

  /** Secrets Manager delivers a step of a rotation, whether or not it is its turn, and whatever comes of it. */
  async deliver(step: string, token: string): Promise<void> {
    const { account, environment } = this.sandbox;
    const event = { Step: step, SecretId: this.#secret.arn, ClientRequestToken: token };
    const input = { FunctionName: rotateFunctionName(environment), Payload: JSON.stringify(event) };
    await account.call('lambda', 'Invoke', input, account.administrator);
  }

  /** The version that holds the key that was created as the nth, from 1. */
  versionOf(nth: number): string {
    const id = this.keyId(nth);
    return this.#secret.versions.find(({ labels }) => readLabels(labels).keyId === id)?.id ?? '';
  }

  /** The version that a rotation is filling, or has filled last. */
  get pendingVersion(): string {
    return this.#secret.versions.find(({ labels }) => labels.includes(AWS_PENDING))?.id ?? '';
  }

  /** The id of the key that was created as the nth, from 1. */
  keyId(nth: number): string {
    return this.sandbox.claude.keys().at(-nth)?.id ?? '';
  }

  /** The same templates are deployed once more. */
  async deployAgain(): Promise<void> {
    await this.sandbox.deploy(this.more.assembly ?? '');
  }

  /** From a call on, until time has passed, the issuer is too busy to answer for keys. */
  failVerifying(call: string): void {
    this.when(call, () => {
      const answer = { status: 529 };
      this.sandbox.claude.faults.push({ path: '/v1/models', times: Number.MAX_SAFE_INTEGER, answer });
    });
  }

  /** Somebody disables a key in the Console, or the platform does because it was found in public. */
  disableKey(nth: number): void {
    this.sandbox.claude.settings.deactivationDelayMs = 0;
    this.sandbox.claude.setStatus(this.keyId(nth), 'inactive');
  }

  /** Somebody enables a key in the Console. */
  enableKey(nth: number): void {
    this.sandbox.claude.setStatus(this.keyId(nth), 'active');
  }

  /** A person looks for messages every half hour, and disables a key once a message asks for it. */
  async disableWhenAsked(nth: number): Promise<void> {
    const asks = ({ text }: { readonly text: string }): boolean => text.startsWith(`The key ${this.keyId(nth)} `);
    for (let looks = 0; looks < MOST_WAITS; looks++) {
      if (this.sandbox.aws.sns.messages().some(asks)) return this.disableKey(nth);
      await this.pass(2 * QUARTER_HOUR_MS);
    }
  }

  /** Somebody makes a key current again by hand, past everything. */
  async makeCurrent(nth: number): Promise<void> {
    this.sandbox.claude.settings.deactivationDelayMs = 0;
    this.#runsBeforeMove = this.wholeRuns;
    const current = this.#secret.versions.find(({ labels }) => labels.includes(AWS_CURRENT));
    await this.sandbox.account.inspect('secretsmanager', 'UpdateSecretVersionStage', {
      SecretId: this.#secret.arn,
      VersionStage: AWS_CURRENT,
      MoveToVersionId: this.versionOf(nth),
      ...(current ? { RemoveFromVersionId: current.id } : {}),
    });
  }

  /** Whether no whole run has ended since somebody made a key current by hand. */
  get isMoveUnseen(): boolean {
    return this.wholeRuns === this.#runsBeforeMove;
  }

  /** The service's stack is destroyed. Its secret stays. */
  async removeService(): Promise<void> {
    const { account, environment } = this.sandbox;
    const Name = registrationParameterName(environment, this.service);
    await account.call('ssm', 'DeleteParameter', { Name }, account.administrator);
  }

  /** The service's stack is deployed again. */
  async registerAgain(registration: string): Promise<void> {
    const { account, environment } = this.sandbox;
    const input = { Name: registrationParameterName(environment, this.service), Value: registration, Type: 'String' };
    await account.call('ssm', 'PutParameter', { ...input, Overwrite: false }, account.administrator);
  }

  /** What the service's stack has written about it. */
  get registration(): string {
    const name = registrationParameterName(this.sandbox.environment, this.service);
    return this.sandbox.aws.ssm.parameters().find((each) => each.name === name)?.value ?? '';
  }

  /** An operator undoes the last rotation, and tries again every half hour until it is done. */
  async undo(): Promise<void> {
    for (let attempt = 0; attempt < UNDO_ATTEMPTS; attempt++) {
      const answer = await this.#ask({ action: 'undo', service: this.service });
      await this.sandbox.settle();
      if (answer?.ok || answer?.error.code === 'NothingToUndo') return;
      await this.pass(2 * QUARTER_HOUR_MS);
    }
  }

  /** An operator says that the key that was created as the nth has leaked, and tries again every half hour until it is disabled. */
  async revoke(nth: number): Promise<void> {
    const request = { action: 'revoke', service: this.service, keyId: this.keyId(nth) };
    for (let attempt = 0; attempt < UNDO_ATTEMPTS; attempt++) {
      const answer = await this.#ask(request);
      await this.sandbox.settle();
      if (answer?.ok) return;
      await this.pass(2 * QUARTER_HOUR_MS);
    }
  }

  /** Creates keys in the Console, under their conventional name. @returns their texts */
  createKeys(count: number): readonly string[] {
    const { claude, settings, environment, clock } = this.sandbox;
    const base = conventionalKeyName(environment, this.service, clock.now());
    const keys = Array.from({ length: count }, (_, index) => {
      const name = index === 0 ? base : `${base}-${index + 1}`;
      return claude.createKey({ workspaceId: settings.workspaceId, name });
    });
    // In the order in which the shelf has spares of one instant.
    return keys.sort((one, other) => one.id.localeCompare(other.id)).map(({ rawKey }) => rawKey);
  }

  /**
   * Runs a command as a person does: one that ended badly is run again a few minutes later, unless it says, or a look
   * shows, that all is done.
   * @param next what is run then. @default - the same
   */
  async command(
    args: readonly string[],
    input: string,
    isDone: (end: CommandEnd) => Promise<boolean>,
    next: (end: CommandEnd) => readonly string[] | undefined = () => undefined,
  ): Promise<void> {
    let line = args;
    for (let attempt = 0; attempt < COMMAND_ATTEMPTS; attempt++) {
      const end = await this.#terminal.run(line, input);
      if (end.exitCode === 0 || (await isDone(end))) return;
      line = next(end) ?? line;
      await this.pass(QUARTER_HOUR_MS);
    }
  }

  /** What `status --json` says about the service's keys, once it says anything. */
  async status(): Promise<ServiceStatus | undefined> {
    const { environment } = this.sandbox;
    let text = '';
    for (let attempt = 0; attempt < COMMAND_ATTEMPTS && text === ''; attempt++) {
      const { out } = await this.#terminal.run(['status', environment, this.service, '--json']);
      text = out.join('\n');
    }
    return text === '' ? undefined : (JSON.parse(text) as StatusResult).services[0];
  }

  /** @returns undefined when the function failed */
  async #ask(event: object): Promise<ReconcilerResponse<unknown> | undefined> {
    const { account, environment } = this.sandbox;
    const input = { FunctionName: reconcileFunctionName(environment), Payload: JSON.stringify(event) };
    const answer = await account.call('lambda', 'Invoke', input, account.administrator);
    return answer.FunctionError ? undefined : (JSON.parse(String(answer.Payload)) as ReconcilerResponse<unknown>);
  }

  get #secret() {
    const name = secretName(this.sandbox.environment, this.service);
    const secret = this.sandbox.secretsManager.secrets().find((each) => each.name === name);
    if (!secret) throw new Error(`there is no secret ${name}`);
    return secret;
  }

  get #terminal(): Terminal {
    if (this.more.terminal) return this.more.terminal;
    throw new Error('these hands have no terminal');
  }
}
