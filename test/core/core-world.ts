import { AWS_CURRENT, keyLabel } from '../../lib/contract/labels';
import type { ServicePolicy } from '../../lib/contract/registration';
import { ApiKey } from '../../lib/core/api-key';
import { KeyRotationError } from '../../lib/core/errors';
import { type RotationPorts, type RotationStep, rotate } from '../../lib/core/keys/rotation';
import type { Spare } from '../../lib/core/ports';
import { Reconciler, type ReconcilerPorts, type ReconcilerScope } from '../../lib/core/reconciler';
import type { Call } from '../../sandbox/simulation/schedules/invocation';
import { HOME, MemoryIssuer, type MemoryKey } from '../../sandbox/simulation/schedules/memory/issuer';
import { MemoryRegistry, MemoryShelf } from '../../sandbox/simulation/schedules/memory/parameters';
import { type MemoryPorts, memoryPorts } from '../../sandbox/simulation/schedules/memory/ports';
import { MemoryRotation } from '../../sandbox/simulation/schedules/memory/rotation';
import { type MemorySecret, MemorySecrets } from '../../sandbox/simulation/schedules/memory/secrets';
import { NOON, registrationWith } from '../support/observations';

const RAG = 'rag';

/** One environment in memory, with one registered service, whose ports tell every call and can be made to fail. */
export class CoreWorld {
  now = NOON;
  readonly secrets = new MemorySecrets(() => this.now);
  readonly shelf = new MemoryShelf();
  readonly registry = new MemoryRegistry();
  readonly issuer = new MemoryIssuer(() => this.now);
  readonly rotation = new MemoryRotation(
    this.secrets,
    () => this.now,
    () => 90,
  );
  /** Every call, by its port and method, with the plain ones of its arguments. */
  readonly calls: string[] = [];
  readonly notes: (readonly [event: string, fields: Readonly<Record<string, unknown>>])[] = [];
  readonly asked: string[] = [];
  /** What somebody else does right before a call of this name. Once. */
  readonly meanwhile = new Map<string, () => void>();
  /** Calls of these names fail, as often as they are made. */
  readonly failing = new Map<string, Error>();
  /** The waits between reads that were tried again, in milliseconds. */
  readonly waits: number[] = [];
  access: 'ours' | 'manual' = 'ours';

  constructor(policy: Partial<ServicePolicy> = {}) {
    this.register(policy);
    this.rotation.schedule(this.secrets.create(RAG));
  }

  get secret(): MemorySecret {
    return this.secrets.of(RAG);
  }

  get ports(): MemoryPorts {
    const { secrets, shelf, registry, issuer, rotation } = this;
    const ports = memoryPorts(
      {
        secrets,
        shelf,
        registry,
        issuer,
        rotation,
        written: () => undefined,
        noted: (event, fields) => this.notes.push([event, fields]),
        asked: (text) => this.asked.push(text),
        clock: { now: () => this.now },
      },
      (call) => this.#make(call),
    );
    const isThere = (service: string): boolean => secrets.all.some((each) => each.service === service);
    const describe = async (service: string) => (isThere(service) ? ports.directory.describe(service) : undefined);
    return { ...ports, directory: { ...ports.directory, describe } };
  }

  get reconcilerPorts(): ReconcilerPorts {
    const { ports } = this;
    const { keys, usage, verifier } = ports;
    return { ...ports, issuer: this.access === 'ours' ? { kind: 'ours', keys, usage } : { kind: 'manual', verifier } };
  }

  reconciler(scope: Partial<ReconcilerScope> = {}, changes: Partial<ReconcilerPorts> = {}): Reconciler {
    return new Reconciler({ ...this.reconcilerPorts, ...changes }, { environment: 'prod', ...scope });
  }

  /** One step of a rotation. */
  rotate(step: RotationStep, token = 'v1', changes: Partial<RotationPorts> = {}): Promise<void> {
    const wait = async (ms: number) => void this.waits.push(ms);
    return rotate({ step, secretArn: this.secret.arn, token }, HOME, { ...this.ports, wait, ...changes });
  }

  register(policy: Partial<ServicePolicy> = {}, service = RAG): void {
    this.registry.put({ ...registrationWith(policy), service });
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  /** A new key at the issuer. */
  key(name = 'prod-rag-2026-03-10', expiresAt?: Date): MemoryKey {
    return this.issuer.create(name, expiresAt);
  }

  /** A new key on the shelf. */
  spare(expiresAt?: Date): MemoryKey {
    const key = this.key(undefined, expiresAt);
    this.shelf.add(this.asSpare(key));
    return key;
  }

  /** A key as its record on the shelf describes it. */
  asSpare({ id: keyId, name: keyName, text, createdAt, expiresAt }: MemoryKey): Spare {
    const spare = { service: RAG, keyId, keyName, key: new ApiKey(text), createdAt, stagedAt: this.now };
    return { ...spare, ...(expiresAt ? { expiresAt } : {}) };
  }

  /** A new key in the secret, under a version that is called as the key is. */
  hold(...labels: readonly string[]): MemoryKey {
    const key = this.key();
    this.holdKey(key, ...labels);
    return key;
  }

  holdKey({ id, text }: MemoryKey, ...labels: readonly string[]): void {
    const version = { text, createdAt: this.now };
    this.secret.versions = this.secret.versions.with(id, version, [keyLabel(id), ...labels]);
  }

  /** A new key that is current. */
  current(): MemoryKey {
    return this.hold(AWS_CURRENT);
  }

  /** Secrets Manager announces a version for a rotation. */
  announce(token = 'v1'): void {
    this.secrets.announce(this.secret, token);
  }

  labels(versionId: string): readonly string[] {
    return [...(this.secret.versions.labelled.get(versionId) ?? [])].sort();
  }

  /** Fails as AWS or the issuer may. */
  fail(operation: string, error: Error = new KeyRotationError('AwsFailed', `${operation} failed`)): void {
    this.failing.set(operation, error);
  }

  async #make<Result>({ operation, args, act }: Call<Result>): Promise<Result> {
    const meanwhile = this.meanwhile.get(operation);
    this.meanwhile.delete(operation);
    meanwhile?.();
    const plain = args.filter((each) => typeof each === 'string' && !each.startsWith('arn:'));
    this.calls.push([operation, ...plain].join(' '));
    const error = this.failing.get(operation);
    if (error) throw error;
    return act();
  }
}
