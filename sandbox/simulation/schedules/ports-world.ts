import { AWS_CURRENT, readLabels } from '../../../lib/contract/labels';
import { PLACEHOLDER } from '../../../lib/contract/placeholder';
import { DEFAULT_POLICY, type ServicePolicy } from '../../../lib/contract/registration';
import { messageOf } from '../../../lib/core/errors';
import { type RotationPorts, type RotationStep, rotate } from '../../../lib/core/keys/rotation';
import type { IssuerKey, SecretState, UsageReport, Verdict } from '../../../lib/core/ports';
import { Reconciler, type ReconcilerPorts } from '../../../lib/core/reconciler';
import type { CurrentValue, KeyTruth } from '../../truth';
import { MINUTE_MS } from '../../utc-time';
import { Outside, type Run } from './invocation';
import { Judge } from './judge';
import type { Judged, WorldTruth } from './judged';
import { HOME, KEY_MARK, MemoryIssuer, type MemoryKey } from './memory/issuer';
import { MemoryRegistry, MemoryShelf } from './memory/parameters';
import { type Memory, type MemoryPorts, memoryPorts } from './memory/ports';
import { MemoryRotation } from './memory/rotation';
import { MemorySecrets } from './memory/secrets';
import type { FaultKind, Setting } from './schedule';
import { SERVICES } from './services';

export const ENVIRONMENT = 'prod';

const START_MS = Date.UTC(2027, 0, 4, 9);
const HANG_MS = 5 * MINUTE_MS;

/** A bug that is put in on purpose: the ports of a function as it sees them. */
export interface Bug {
  readonly rotate?: (ports: RotationPorts) => RotationPorts;
  readonly reconcile?: (ports: ReconcilerPorts) => ReconcilerPorts;
  readonly stage?: (ports: MemoryPorts) => MemoryPorts;
}

/** A run's answers that the judge wants to know of. */
type Answers = Readonly<Record<string, (run: Run, args: readonly unknown[], result: unknown) => void>>;

/** An environment in memory, on which the core runs as its functions would run it, and which is judged after every call. */
export class PortsWorld implements Judged {
  readonly secrets: MemorySecrets;
  readonly shelf = new MemoryShelf();
  readonly registry = new MemoryRegistry();
  readonly issuer: MemoryIssuer;
  readonly rotation: MemoryRotation;
  readonly outside: Outside;
  readonly judge: Judge;
  readonly keyMark = KEY_MARK;
  readonly services: readonly string[];
  /** What happened, line by line; undefined while nobody wants to know. */
  story: string[] | undefined;
  /** Told of every call to the outside before it is made. */
  onCall: ((party: object) => void) | undefined;
  /** What people were asked to do. */
  readonly asked: string[] = [];
  /** Keys of which somebody has said that they have leaked. */
  readonly leaked = new Set<string>();
  /** Keys that the last full run reported as unknown. */
  unknown = new Set<string>();
  #nowMs = START_MS;
  #failedServices = 0;
  #actions = 0;

  constructor(
    readonly setting: Setting,
    readonly bug: Bug = {},
  ) {
    const now = () => this.now();
    this.secrets = new MemorySecrets(now);
    this.issuer = new MemoryIssuer(now, (setting.issuerAheadMinutes ?? 0) * MINUTE_MS);
    this.services = SERVICES.slice(0, setting.services);
    this.rotation = new MemoryRotation(this.secrets, now, (service) => this.policyOf(service).rotateEveryDays);
    for (const service of this.services) {
      this.register(service);
      this.rotation.schedule(this.secrets.create(service));
    }
    const listener = {
      before: ({ party }: Run) => this.onCall?.(party),
      after: (run: Run, operation: string, args: readonly unknown[], how: FaultKind | 'well', result: unknown) =>
        this.#called(run, operation, args, how, result),
      hung: () => this.advance(HANG_MS),
    };
    this.outside = new Outside(listener);
    if (setting.figuresFail) this.outside.alwaysFailing = 'figures.publish';
    this.judge = new Judge(this);
  }

  get isManual(): boolean {
    return this.setting.access === 'manual';
  }

  get skewMs(): number {
    return 2 * Math.abs(this.setting.skewSeconds) * 1000;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  policyOf(service: string): ServicePolicy {
    return this.registry.find(service)?.policy ?? DEFAULT_POLICY;
  }

  register(service: string, change: Partial<ServicePolicy> = {}): void {
    const policy = { ...DEFAULT_POLICY, ...this.setting.policy, ...change };
    this.registry.put({ service, owner: `team-${service}`, issuer: 'claude-console', policy });
  }

  /** The service that a step means. */
  serviceOf({ service }: { readonly service: number }): string {
    return this.services[service % this.services.length] ?? '';
  }

  /** The key that a step means. */
  keyAt(index: number): MemoryKey | undefined {
    const keys = this.issuer.keys();
    return keys[index % Math.max(keys.length, 1)];
  }

  /** Id of the key under AWSCURRENT; undefined when the text there is no key. */
  currentKeyOf(service: string): string | undefined {
    const { versions } = this.secrets.of(service);
    return this.issuer.idOf(versions.textOf(versions.holderOf(AWS_CURRENT)) ?? '');
  }

  /** Something was done by hand, or by the issuer. */
  changed(): void {
    this.judge.changed();
  }

  tell(line: string): void {
    this.story?.push(`${this.now().toISOString().slice(0, 16)}  ${line}`);
  }

  hasLeaked(keyId: string): boolean {
    return this.leaked.has(keyId);
  }

  /** Ids of the keys that a service's secret holds, under any label. */
  keysOf(service: string): readonly string[] {
    const { versions } = this.secrets.of(service);
    return [...versions.labelled.keys()].flatMap((id) => this.issuer.idOf(versions.textOf(id) ?? '') ?? []);
  }

  /** Both instants are by the issuer's clock. */
  wasUsed(keyId: string, after: Date, upTo: Date): boolean {
    const uses = this.issuer.key(keyId)?.uses ?? [];
    return uses.some(({ from, to }) => to > after.getTime() && from <= upTo.getTime());
  }

  /** One step of a rotation, as Secrets Manager calls for it. @returns whether it ended well */
  async rotate(step: RotationStep, service: string, token: string, party: object): Promise<boolean> {
    const request = { step, secretArn: this.secrets.of(service).arn, token };
    const name = `rotate ${step} of ${service}`;
    return this.run(name, party, (ports) => rotate(request, HOME, this.#rotationPorts(ports)));
  }

  /** A run of the reconciler, for whatever it is asked to do. */
  async reconcile<Result>(
    name: string,
    party: object,
    work: (reconciler: Reconciler) => Promise<Result>,
  ): Promise<boolean> {
    return this.run(name, party, (ports) => work(this.reconcilerOn(ports)));
  }

  reconcilerOn(ports: MemoryPorts): Reconciler {
    return new Reconciler(this.#reconcilerPorts(ports), { environment: ENVIRONMENT });
  }

  /** A run of a function or a command on ports of its own. */
  async run(name: string, party: object, work: (ports: MemoryPorts) => Promise<unknown>): Promise<boolean> {
    this.tell(`${name}:`);
    const doing = (run: Run) => work(memoryPorts(this.#memory(run), (call) => this.outside.call(run, call)));
    const failed = (error: unknown): void => {
      this.judge.wrote('an error', messageOf(error));
      this.tell(`${name} fails: ${messageOf(error)}`);
    };
    const { run, well } = await this.outside.run(name, party, doing, failed);
    if (run.dead) this.tell(`${name}: its process is gone`);
    this.judge.ended(run, well && !run.struck);
    return well;
  }

  truth(): WorldTruth {
    const places = new Map<string, KeyTruth['places'][number][]>();
    const current = new Map<string, CurrentValue>();
    const put = (keyId: string, place: KeyTruth['places'][number]): void => {
      const known = places.get(keyId);
      if (known) known.push(place);
      else places.set(keyId, [place]);
    };
    for (const { service, versions } of this.secrets.all) {
      for (const [versionId, labels] of versions.labelled) {
        const text = versions.textOf(versionId);
        const keyId = text === undefined ? undefined : this.issuer.idOf(text);
        const marks = readLabels(labels);
        if (marks.current) current.set(service, text === PLACEHOLDER ? 'placeholder' : keyId ? { keyId } : 'foreign');
        if (keyId) put(keyId, { service, place: marks.current ? 'current' : marks.pending ? 'pending' : 'former' });
      }
    }
    for (const { service, key } of this.shelf.all()) {
      const keyId = this.issuer.idOf(key.reveal());
      if (keyId) put(keyId, { service, place: 'spare' });
    }
    const keys = this.issuer.keys().map((key) => {
      const status = this.issuer.statusOf(key);
      const { id, name, createdAt } = key;
      return { id, name, createdAt, status, accepted: status === 'active', places: places.get(id) ?? [] };
    });
    const services = new Map(
      this.services.map((service) => {
        const registration = this.registry.find(service);
        const isHidden = this.secrets.of(service).deleted;
        const policy = registration?.policy ?? DEFAULT_POLICY;
        return [service, { registered: registration !== undefined, policy, isHidden }];
      }),
    );
    return { now: this.now(), keys, current, services };
  }

  /** How many services the last run of the reconciler failed on. */
  takeFailedServices(): number {
    const failed = this.#failedServices;
    this.#failedServices = 0;
    return failed;
  }

  /** How many actions runs of the reconciler have carried out. */
  takeActions(): number {
    const actions = this.#actions;
    this.#actions = 0;
    return actions;
  }

  #rotationPorts(ports: MemoryPorts): RotationPorts {
    const { directory, versions, tags, spares, verifier, clock, journal } = ports;
    const wait = () => Promise.resolve();
    const sound = { directory, versions, tags, spares, verifier, clock, journal, wait };
    return this.bug.rotate?.(sound) ?? sound;
  }

  #reconcilerPorts(ports: MemoryPorts): ReconcilerPorts {
    const { keys, usage, verifier } = ports;
    const issuer = this.isManual ? ({ kind: 'manual', verifier } as const) : ({ kind: 'ours', keys, usage } as const);
    const sound = { ...ports, issuer };
    return this.bug.reconcile?.(sound) ?? sound;
  }

  #memory(run: Run): Memory {
    const { secrets, shelf, registry, issuer, rotation } = this;
    return {
      secrets,
      shelf,
      registry,
      issuer,
      rotation,
      clock: { now: () => new Date(this.#nowMs + this.setting.skewSeconds * 1000) },
      written: (where, text) => this.judge.wrote(where, text),
      noted: (event, fields) => {
        if (!run.dead) this.#noted(event, fields);
      },
      asked: (text) => this.asked.push(text),
    };
  }

  #noted(event: string, fields: Readonly<Record<string, unknown>>): void {
    for (const value of Object.values(fields)) if (typeof value === 'string') this.judge.wrote('the journal', value);
    if (event === 'service-failed') this.#failedServices += 1;
    if (event === 'action') this.#actions += 1;
    if (event === 'unknown-key') this.unknown.add(String(fields.keyId));
    if (this.story && event !== 'service') this.tell(`  noted ${event} ${JSON.stringify(fields)}`);
  }

  readonly #answers: Answers = {
    'directory.describe': (run, _, result) => result && this.judge.described(run, result as SecretState),
    'directory.describeByArn': (run, _, result) => this.judge.described(run, result as SecretState),
    'issuer.verify': (run, [key], result) => {
      const id = this.issuer.idOf((key as { reveal(): string }).reveal());
      if (id) this.judge.verified(run, id, result as Verdict);
    },
    'issuer.list': (run, _, result) => this.judge.listed(run, result as readonly IssuerKey[]),
    'issuer.find': (run, _, result) => this.judge.listed(run, [result as IssuerKey]),
    'issuer.usage': (run, _, result) => this.judge.reported(run, result as UsageReport),
  };

  #called(run: Run, operation: string, args: readonly unknown[], how: FaultKind | 'well', result: unknown): void {
    if (this.story) this.tell(`    ${operation}(${args.map(shown).join(', ')})${how === 'well' ? '' : `  ← ${how}`}`);
    if (result !== undefined) this.#answers[operation]?.(run, args, result);
    if (WRITES.has(operation)) this.judge.changed(run);
  }
}

/** The operations after which something may be different. */
const WRITES = new Set([
  'versions.putPending',
  'versions.moveLabel',
  'control.start',
  'control.pause',
  'control.resume',
  'spares.add',
  'spares.remove',
  'issuer.setStatus',
]);

function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return [...value.keys()].join(' ');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
}
