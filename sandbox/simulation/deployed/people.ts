import { AWS_CURRENT, AWS_PENDING, readLabels } from '../../../lib/contract/labels';
import { secretName, serviceSparesPath } from '../../../lib/contract/names';
import { PLACEHOLDER } from '../../../lib/contract/placeholder';
import type { InspectedVersion } from '../../aws/secrets-manager/secrets-manager';
import type { AwsInput } from '../../aws/service';
import { HOUR_MS } from '../../utc-time';
import { Hands } from '../hands';
import type { HandStep, WorldStep } from '../schedules/schedule';
import type { Consumers } from './consumers';
import type { DeployedWorld } from './deployed-world';

/** Analytics reports are this far behind where nothing else is said. */
const FRESH_MS = 5 * 60_000;

/** What people do by hand in a deployed environment, and what becomes of the issuer's reports. */
export class People {
  readonly #deleted = new Set<string>();
  readonly #registrations = new Map<string, string>();
  /** What keys were called before somebody renamed them: under that name people are asked to disable one. */
  readonly #formerNames = new Map<string, string>();

  constructor(
    private readonly world: DeployedWorld,
    private readonly consumers: Consumers,
  ) {
    for (const service of world.services) this.#registrations.set(service, this.#hands(service).registration);
  }

  /** Performs a step. What AWS or the issuer refuses is not done. */
  async act(step: HandStep | WorldStep): Promise<void> {
    try {
      await this.#perform(step);
    } catch (error) {
      this.world.tell(`  refused: ${error instanceof Error ? error.message : 'unknown'}`);
    }
    this.world.changed();
  }

  /** What they broke by accident is put right. */
  async heal(): Promise<void> {
    this.#report('fresh', 0);
    for (const service of this.world.services) await this.#restore(service);
    this.world.changed();
  }

  /** They disable the keys that they were told to, unless they are needed or were used in the last hour. */
  doAsAsked(): void {
    const { claude, aws, clock } = this.world.sandbox;
    const asked = aws.sns
      .messages()
      .map(({ text }) => text)
      .join('\n');
    const { current, services } = this.world.truth();
    const needed = [...current].flatMap(([service, value]) =>
      typeof value === 'object' && services.get(service)?.registered ? [value.keyId] : [],
    );
    for (const { id, name, status } of claude.keys()) {
      const names = [name, this.#formerNames.get(id) ?? name];
      if (status !== 'active' || needed.includes(id) || !names.some((each) => asked.includes(`The key ${each} `)))
        continue;
      if (this.world.wasUsed(id, new Date(clock.now().getTime() - HOUR_MS), clock.now())) continue;
      claude.setStatus(id, 'inactive');
    }
  }

  async #perform(step: HandStep | WorldStep): Promise<void> {
    switch (step.kind) {
      case 'set-status':
      case 'rename':
      case 'leak':
        return this.#actOnKey(step);
      case 'make-key':
        this.#createStray();
        return;
      case 'do-as-asked':
        return this.doAsAsked();
      case 'report':
        return this.#report(step.how, step.hours);
      case 'overstay':
      case 'let-go':
      case 'traffic':
        return this.consumers.change(this.world.serviceOf(step), step);
      case 'unregister':
      case 'register':
      case 'policy':
        return this.#actOnRegistration(step);
      case 'delete-spare':
        return this.#deleteSpare(step);
      default:
        return this.#actOnSecret(step);
    }
  }

  #actOnKey(step: Extract<HandStep, { key: number }>): void {
    const { claude } = this.world.sandbox;
    const key = this.world.keyAt(step.key);
    if (!key) return;
    if (step.kind === 'rename') this.#rename(key);
    else if (step.kind === 'leak') claude.reportLeak(key.id);
    else if (step.kind === 'set-status') claude.setStatus(key.id, step.status);
  }

  #rename({ id, name }: { readonly id: string; readonly name: string }): void {
    if (!this.#formerNames.has(id)) this.#formerNames.set(id, name);
    this.world.sandbox.claude.rename(id, `renamed-${id}`);
  }

  #createStray(): void {
    const { claude, settings } = this.world.sandbox;
    claude.createKey({ workspaceId: settings.workspaceId, name: 'made by hand' });
  }

  #report(how: Extract<WorldStep, { kind: 'report' }>['how'], hours: number): void {
    const { claude, clock } = this.world.sandbox;
    const { settings, faults } = claude;
    settings.analyticsDelayMs = how === 'late' ? hours * HOUR_MS : FRESH_MS;
    settings.analyticsStatesRefresh = how !== 'silent' && how !== 'empty';
    settings.analyticsServed = how !== 'empty';
    faults.splice(0);
    if (how === 'failing') faults.push({ path: /usage/, times: Number.MAX_SAFE_INTEGER, answer: { status: 500 } });
    if (how !== 'padded') return;
    for (const { id, status } of claude.keys()) if (status === 'active') claude.recordUse(id);
    this.world.tell(`  every key is used at ${clock.now().toISOString()}`);
  }

  async #actOnRegistration(step: Extract<WorldStep, { kind: 'unregister' | 'register' | 'policy' }>): Promise<void> {
    const service = this.world.serviceOf(step);
    const hands = this.#hands(service);
    const isThere = hands.registration !== '';
    if (step.kind === 'unregister' && isThere) await hands.removeService();
    if (step.kind === 'register' && !isThere) await hands.registerAgain(this.#registrations.get(service) ?? '');
    if (step.kind === 'policy' && isThere) await hands.changePolicy(step.change);
  }

  async #deleteSpare(step: Extract<HandStep, { kind: 'delete-spare' }>): Promise<void> {
    const { aws, account, environment } = this.world.sandbox;
    const path = `${serviceSparesPath(environment, this.world.serviceOf(step))}/`;
    const names = aws.ssm.parameters().flatMap(({ name }) => (name.startsWith(path) ? [name] : []));
    const Name = names[step.spare % Math.max(names.length, 1)];
    if (Name) await account.call('ssm', 'DeleteParameter', { Name }, account.administrator);
  }

  async #actOnSecret(step: Extract<HandStep, { service: number }>): Promise<void> {
    const service = this.world.serviceOf(step);
    const SecretId = this.#name(service);
    const { versions } = this.#secret(service);
    const isDeleted = this.#deleted.has(service);
    const pending = versions.find(({ labels }) => labels.includes(AWS_PENDING) && !labels.includes(AWS_CURRENT));
    if (isDeleted && step.kind !== 'restore-secret') return;
    switch (step.kind) {
      case 'move-current':
        return this.#moveCurrent(SecretId, versions, step.version);
      case 'put-value': {
        const SecretString = step.value === 'placeholder' ? PLACEHOLDER : 'a text that is no key';
        return this.#manager('PutSecretValue', { SecretId, SecretString, ClientRequestToken: this.#uuid() });
      }
      case 'drop-pending':
        if (!pending) return;
        return this.#manager('UpdateSecretVersionStage', {
          SecretId,
          VersionStage: AWS_PENDING,
          RemoveFromVersionId: pending.id,
        });
      case 'cancel-rotation':
        return this.#manager('CancelRotateSecret', { SecretId });
      case 'resume-rotation':
        if (pending) return;
        return this.#manager('RotateSecret', { SecretId, RotateImmediately: false, ClientRequestToken: this.#uuid() });
      case 'delete-secret':
        await this.#manager('DeleteSecret', { SecretId, RecoveryWindowInDays: 30 });
        this.#deleted.add(service);
        return;
      case 'restore-secret':
        return this.#restore(service);
    }
  }

  async #restore(service: string): Promise<void> {
    if (!this.#deleted.delete(service)) return;
    await this.#manager('RestoreSecret', { SecretId: this.#name(service) });
  }

  async #moveCurrent(SecretId: string, versions: readonly InspectedVersion[], version: number): Promise<void> {
    const current = versions.find(({ labels }) => labels.includes(AWS_CURRENT));
    const others = versions.filter(
      ({ labels, value }) => value && readLabels(labels).keyId && !labels.includes(AWS_CURRENT),
    );
    const to = others[version % Math.max(others.length, 1)];
    if (!to || !current) return;
    const [MoveToVersionId, RemoveFromVersionId] = [to.id, current.id];
    await this.#manager('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: AWS_CURRENT,
      MoveToVersionId,
      RemoveFromVersionId,
    });
  }

  /** Past the secret's policy, which denies writing even to the root user. */
  async #manager(operation: string, input: AwsInput): Promise<void> {
    await this.world.sandbox.account.inspect('secretsmanager', operation, input);
  }

  #secret(service: string) {
    const secret = this.world.sandbox.secretsManager.secrets().find(({ name }) => name === this.#name(service));
    if (!secret) throw new Error(`there is no secret of ${service}`);
    return secret;
  }

  #name(service: string): string {
    return secretName(this.world.sandbox.environment, service);
  }

  #hands(service: string): Hands {
    return new Hands(this.world.sandbox, service);
  }

  #uuid(): string {
    return this.world.sandbox.random.uuid();
  }
}
