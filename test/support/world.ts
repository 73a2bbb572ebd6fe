import { AWS_CURRENT, AWS_PENDING, keyLabel } from '../../lib/contract/labels';
import { adminSecretName, secretName, sparesPath } from '../../lib/contract/names';
import { ApiKey } from '../../lib/core/api-key';
import type { CreatedKey, CreateKeyRequest } from '../../sandbox/claude/console-key';
import type { Sandbox } from '../../sandbox/sandbox';
import { deployedSandbox, LAG_MS, LIST_LAG_MS } from './deployed-sandbox';

export const RAG = 'rag-service';

const SIX_HOURS_MS = 6 * 3_600_000;

/** One deployed environment, and the hands of the people around it. */
export class World {
  private constructor(
    readonly sandbox: Sandbox,
    readonly environment: string,
  ) {}

  /** Deploys an environment; where it has an admin key, puts that in place. @param deploying how, by default in process */
  static async deploy(environment = 'prod', deploying = deployedSandbox(environment)): Promise<World> {
    const world = new World(await deploying, environment);
    if (world.sandbox.settings.issuerAccess === 'adminKey') await world.putAdminKey();
    return world;
  }

  dispose(): Promise<void> {
    return this.sandbox.dispose();
  }

  async putAdminKey(): Promise<void> {
    const { rawKey } = this.sandbox.claude.createAdminKey();
    await this.secretsManager('PutSecretValue', {
      SecretId: adminSecretName(this.environment),
      ClientRequestToken: this.sandbox.random.uuid(),
      SecretString: rawKey,
    });
    await this.untilSeen();
  }

  /** Creates a key in the Console's workspace of this environment, and puts it on the shelf, checks left aside. */
  async stage(service = RAG, request: Partial<CreateKeyRequest> = {}): Promise<CreatedKey> {
    const { claude, clock, settings } = this.sandbox;
    const name = `${this.environment}-${service}-${clock.now().toISOString().slice(0, 10)}`;
    const created = claude.createKey({ workspaceId: settings.workspaceId, name, ...request });
    const { spares } = await this.sandbox.openPlatform()(this.environment);
    const now = clock.now();
    const { expiresAt } = request;
    await spares.add({
      service,
      keyId: created.id,
      key: new ApiKey(created.rawKey),
      keyName: name,
      createdAt: now,
      stagedAt: now,
      ...(expiresAt ? { expiresAt } : {}),
    });
    await this.untilSeen();
    return created;
  }

  /** Stages a key and rotates to it. */
  async stageAndRotate(service = RAG): Promise<CreatedKey> {
    const created = await this.stage(service);
    await this.rotate(service);
    return created;
  }

  /** From now on the service is at work: every six hours it uses its current key. @returns stops it */
  work(service = RAG): () => void {
    const { clock, claude } = this.sandbox;
    const isKey = (id: string): boolean => claude.keys().some((key) => key.id === id && key.status === 'active');
    return clock.every(SIX_HOURS_MS, `${service} works`, () => {
      const id = this.current(service) ?? '';
      if (isKey(id)) claude.recordUse(id);
    });
  }

  async rotate(service = RAG): Promise<void> {
    await this.secretsManager('RotateSecret', {
      SecretId: this.secretName(service),
      ClientRequestToken: this.sandbox.random.uuid(),
    });
    await this.sandbox.settle();
    await this.untilTriedAgain(service);
  }

  /** Where reads may be behind, a step fails that was shown an older state: waits for the next two attempts, after one and five minutes. */
  async untilTriedAgain(service = RAG): Promise<void> {
    for (const ms of this.#readsMayLag ? [60_000, 300_000] : [])
      if (this.#isUnfinished(service)) await this.sandbox.advance(ms);
    await this.untilSeen();
  }

  /** Waits until reads show what was written, where they may be behind. */
  async untilSeen(): Promise<void> {
    if (this.#readsMayLag) await this.sandbox.advance(LAG_MS);
  }

  /** Waits until lists show what was written, where they may be behind by more than other reads. */
  async untilListed(): Promise<void> {
    if (this.#readsMayLag) await this.sandbox.advance(LIST_LAG_MS);
  }

  /** Makes the next calls of an API fail before they have any effect. */
  failAws(service: string, operation: string, times: number): void {
    const error = { code: 'InternalServiceError', message: 'An error occurred on the server side.', status: 500 };
    this.sandbox.faults.plan({ service, operation, times, skip: 0, side: 'before', error });
  }

  /** Lets time pass while nothing runs the reconciler, for waits in which it would find nothing to do; then it runs once. */
  async sleep(ms: number): Promise<void> {
    const error = { code: 'ServiceException', message: 'asleep', status: 500 };
    const caller = 'events.amazonaws.com';
    const times = Number.MAX_SAFE_INTEGER;
    this.sandbox.faults.plan({ service: 'lambda', operation: 'Invoke', caller, times, skip: 0, side: 'before', error });
    await this.sandbox.advance(ms);
    this.sandbox.faults.clear();
    await this.reconcile();
  }

  /** A run of the reconciler, now. */
  async reconcile(event: object = {}): Promise<unknown> {
    const answer = await this.sandbox.account.call(
      'lambda',
      'Invoke',
      { FunctionName: `claude-keys-${this.environment}-reconcile`, Payload: JSON.stringify(event) },
      this.sandbox.account.administrator,
    );
    await this.sandbox.settle();
    if (answer.FunctionError) throw new Error(`the reconciler failed: ${String(answer.Payload)}`);
    return JSON.parse(String(answer.Payload));
  }

  secretName(service = RAG): string {
    return secretName(this.environment, service);
  }

  secretsManager(operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    return this.sandbox.account.call('secretsmanager', operation, input, this.sandbox.account.administrator);
  }

  /** Somebody's hand in a service's secret, past its policy, which denies writing even to the root user. */
  secretsManagerByHand(operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    return this.sandbox.account.inspect('secretsmanager', operation, input);
  }

  /** Version id to labels, as the secret really is. */
  labels(service = RAG): Readonly<Record<string, readonly string[]>> {
    const labelled = this.#secret(service).versions.filter(({ labels }) => labels.length > 0);
    return Object.fromEntries(labelled.map(({ id, labels }) => [id, [...labels].sort()]));
  }

  /** The labels of the version that holds a key; undefined when none does. */
  labelsOf(keyId: string, service = RAG): readonly string[] | undefined {
    return Object.values(this.labels(service)).find((labels) => labels.includes(keyLabel(keyId)));
  }

  /** Id of the key under AWSCURRENT, or the text where that is no key. */
  current(service = RAG): string | undefined {
    return this.#valueUnder(AWS_CURRENT, service);
  }

  pending(service = RAG): string | undefined {
    return this.#valueUnder(AWS_PENDING, service);
  }

  /** Key ids on the shelf. */
  spares(service = RAG): readonly string[] {
    const prefix = `${sparesPath(this.environment)}/${service}/`;
    const names = this.sandbox.aws.ssm.parameters().map(({ name }) => name);
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }

  statusOf(keyId: string): string {
    return this.sandbox.claude.key(keyId).status;
  }

  /** Messages of the functions' log lines, with what they say. */
  logLines(event: string): readonly Readonly<Record<string, unknown>>[] {
    return this.sandbox.aws.logs
      .groups()
      .flatMap(({ lines }) => lines)
      .flatMap(({ text }) => (text.startsWith('{') ? [JSON.parse(text) as Record<string, unknown>] : []))
      .filter(({ message }) => message === event);
  }

  get #readsMayLag(): boolean {
    return this.sandbox.account.consistency.isSet;
  }

  #isUnfinished(service: string): boolean {
    const pending = this.#secret(service).versions.find(({ labels }) => labels.includes(AWS_PENDING));
    return pending !== undefined && !pending.labels.includes(AWS_CURRENT);
  }

  #valueUnder(label: string, service: string): string | undefined {
    const value = this.#secret(service).versions.find(({ labels }) => labels.includes(label))?.value;
    const text = value?.kind === 'text' ? value.text : undefined;
    const { claude } = this.sandbox;
    return claude.keys().find(({ id }) => claude.rawKeyOf(id) === text)?.id ?? text;
  }

  #secret(service: string) {
    const secret = this.sandbox.secretsManager.secrets().find(({ name }) => name === this.secretName(service));
    if (!secret) throw new Error(`there is no secret of ${service}`);
    return secret;
  }
}
