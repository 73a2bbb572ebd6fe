import { reconcileFunctionName, registrationParameterName, secretName } from '../../lib/contract/names';
import type { ReconcilerResponse } from '../../lib/contract/reconciler-protocol';
import type { Registration, ServicePolicy } from '../../lib/contract/registration';
import { ApiKey } from '../../lib/core/api-key';
import type { Sandbox } from '../sandbox';
import { MINUTE_MS } from '../utc-time';

/** How often the reconciler runs by itself. */
export const QUARTER_HOUR_MS = 15 * MINUTE_MS;
const UNDO_ATTEMPTS = 8;

/** What people and the passing of time do to one service in a scenario. */
export class Hands {
  constructor(
    readonly sandbox: Sandbox,
    readonly service: string,
    private readonly beat: () => Promise<void>,
  ) {}

  /** Has the service deployed with another policy. */
  async changePolicy(changes: Partial<ServicePolicy>): Promise<void> {
    const { account, environment, aws } = this.sandbox;
    const Name = registrationParameterName(environment, this.service);
    const parameter = aws.ssm.parameters().find(({ name }) => name === Name);
    const registration = JSON.parse(parameter?.value ?? '{}') as Registration;
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

  /** Lets time pass with everything that happens in it, and consumers at work. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= QUARTER_HOUR_MS) {
      await this.sandbox.advance(Math.min(left, QUARTER_HOUR_MS));
      await this.beat();
    }
  }

  /** Lets time pass while nothing runs the reconciler, for waits in which it would find nothing to do. */
  async sleep(ms: number): Promise<void> {
    const { faults } = this.sandbox;
    const error = { code: 'ServiceException', message: 'asleep', status: 500 };
    const times = Number.MAX_SAFE_INTEGER;
    const caller = 'events.amazonaws.com';
    faults.plan({ service: 'lambda', operation: 'Invoke', caller, times, skip: 0, side: 'before', error });
    await this.sandbox.advance(ms);
    faults.clear();
  }

  /** Some consumer still sends the key that was created first. */
  useFirstKey(): void {
    const { claude } = this.sandbox;
    const first = claude.keys().at(-1);
    if (first) claude.recordUse(first.id);
  }

  /** A run of the reconciler, now, whatever comes of it. */
  async reconcile(): Promise<void> {
    await this.#invoke({});
  }

  /** An operator undoes the last rotation, and tries again every half hour until it is done. */
  async undo(): Promise<void> {
    for (let attempt = 0; attempt < UNDO_ATTEMPTS; attempt++) {
      const answer = await this.#invoke({ action: 'undo', service: this.service });
      if (answer?.ok || answer?.error.code === 'NothingToUndo') return;
      await this.pass(2 * QUARTER_HOUR_MS);
    }
  }

  /** @returns undefined when the function failed */
  async #invoke(event: object): Promise<ReconcilerResponse<unknown> | undefined> {
    const { account, environment } = this.sandbox;
    const input = { FunctionName: reconcileFunctionName(environment), Payload: JSON.stringify(event) };
    const answer = await account.call('lambda', 'Invoke', input, account.administrator);
    await this.sandbox.settle();
    return answer.FunctionError ? undefined : (JSON.parse(String(answer.Payload)) as ReconcilerResponse<unknown>);
  }
}
