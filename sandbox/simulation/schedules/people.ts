import { AWS_CURRENT, AWS_PENDING } from '../../../lib/contract/labels';
import { PLACEHOLDER } from '../../../lib/contract/placeholder';
import { HOUR_MS, MINUTE_MS } from '../../utc-time';
import type { Consumers } from './consumers';
import type { MemoryKey } from './memory/issuer';
import type { MemorySecret } from './memory/secrets';
import type { PortsWorld } from './ports-world';
import type { HandStep, WorldStep } from './schedule';

/** How long the issuer takes to switch off a key that was found in public. */
const LEAK_MS = 38 * MINUTE_MS;

/** What people do by hand in a world in memory, and what the issuer does by itself. */
export class People {
  readonly #leaks: { readonly keyId: string; readonly atMs: number }[] = [];

  constructor(
    private readonly world: PortsWorld,
    private readonly consumers: Consumers,
  ) {}

  /** When the issuer will switch a key off next; infinity when it will not. */
  get nextMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#leaks.map(({ atMs }) => atMs));
  }

  /** Performs a step, all at one instant. */
  act(step: HandStep | WorldStep): void {
    this.#perform(step);
    this.world.changed();
  }

  /** The issuer switches off what was found in public long enough ago. */
  switchOffLeaked(): void {
    for (const leak of this.#leaks.filter(({ atMs }) => atMs <= this.#nowMs)) {
      this.#leaks.splice(this.#leaks.indexOf(leak), 1);
      const key = this.world.issuer.key(leak.keyId);
      if (key?.status !== 'active') continue;
      key.status = 'inactive';
      this.world.tell(`the issuer switches ${key.id} off, which was found in public`);
      this.world.changed();
    }
  }

  /** They disable the keys that they were told to, once those are not needed and no use of the last hour shows. */
  doAsAsked(): void {
    const { asked, issuer, registry } = this.world;
    const now = issuer.now();
    for (const text of asked) {
      const key = issuer
        .keys()
        .find(({ firstName, name }) => text.includes(`${firstName} `) || text.includes(`${name} `));
      if (!key) continue;
      const isNeeded = registry.list().some(({ service }) => this.world.currentKeyOf(service) === key.id);
      const isUsed = this.world.wasUsed(key.id, new Date(now.getTime() - HOUR_MS), now);
      if (!isNeeded && !isUsed && key.status === 'active') issuer.setStatus(key.id, 'inactive');
    }
  }

  #perform(step: HandStep | WorldStep): void {
    switch (step.kind) {
      case 'move-current':
      case 'put-value':
      case 'drop-pending':
      case 'cancel-rotation':
      case 'resume-rotation':
      case 'delete-secret':
      case 'restore-secret':
        this.#actOnSecret(step, this.world.secrets.of(this.world.serviceOf(step)));
        break;
      case 'delete-spare':
        this.#deleteSpare(step);
        break;
      case 'set-status':
      case 'rename':
      case 'leak':
        this.#actOnKey(step);
        break;
      case 'make-key':
        this.world.issuer.create('made by hand');
        break;
      case 'do-as-asked':
        this.doAsAsked();
        break;
      case 'report':
        this.world.issuer.report = { how: step.how, hours: step.hours };
        break;
      default:
        this.#actOnService(step, this.world.serviceOf(step));
    }
  }

  #actOnSecret(step: Extract<HandStep, { service: number }>, secret: MemorySecret): void {
    const { rotation, secrets } = this.world;
    const { unfinished } = secret.versions;
    if (step.kind === 'delete-secret' || step.kind === 'restore-secret') {
      secret.set({ deleted: step.kind === 'delete-secret' });
      return;
    }
    if (secret.deleted) return;
    if (step.kind === 'move-current') this.#moveCurrent(secret, step.version);
    if (step.kind === 'put-value') this.#putValue(secret, step.value);
    if (step.kind === 'drop-pending' && unfinished) secrets.move(secret.arn, AWS_PENDING, { from: unfinished });
    if (step.kind === 'cancel-rotation') rotation.pause(secret);
    if (step.kind === 'resume-rotation' && !unfinished) rotation.resume(secret);
  }

  #deleteSpare({ service, spare: index }: Extract<HandStep, { kind: 'delete-spare' }>): void {
    const { shelf } = this.world;
    const spares = shelf.list(this.world.serviceOf({ service }));
    const spare = spares[index % Math.max(spares.length, 1)];
    if (spare) shelf.remove(spare.service, spare.keyId);
  }

  #actOnKey(step: Extract<HandStep, { key: number }>): void {
    const key: MemoryKey | undefined = this.world.keyAt(step.key);
    if (!key) return;
    if (step.kind === 'set-status') this.world.issuer.setStatus(key.id, step.status);
    if (step.kind === 'rename') key.name = `renamed-${key.id}`;
    if (step.kind === 'leak') this.#leaks.push({ keyId: key.id, atMs: this.#nowMs + LEAK_MS });
  }

  #actOnService(step: Extract<WorldStep, { service: number }>, service: string): void {
    const { registry } = this.world;
    switch (step.kind) {
      case 'unregister':
        registry.remove(service);
        break;
      case 'register':
        this.world.register(service);
        break;
      case 'policy':
        if (registry.find(service)) this.world.register(service, step.change);
        break;
      case 'overstay':
        this.consumers.overstay(service);
        break;
      case 'let-go':
        this.consumers.letGo(service);
        break;
      case 'traffic':
        this.consumers.setActive(service, step.on);
    }
  }

  #moveCurrent({ arn, versions }: MemorySecret, version: number): void {
    const current = versions.holderOf(AWS_CURRENT);
    const labelled = [...versions.labelled.keys()];
    const others = labelled.filter((id) => {
      const text = versions.textOf(id);
      // A copy that Secrets Manager makes for a test is gone before anybody sees it.
      const isCopy = labelled.some((other) => other !== id && versions.textOf(other) === text);
      return id !== current && text !== undefined && !isCopy;
    });
    const to = others[version % Math.max(others.length, 1)];
    if (to && current) this.world.secrets.move(arn, AWS_CURRENT, { from: current, to });
  }

  #putValue(secret: MemorySecret, value: 'foreign' | 'placeholder'): void {
    const text = value === 'placeholder' ? PLACEHOLDER : 'a text that is no key';
    this.world.secrets.put(secret.arn, `by-hand-${this.#nowMs}-${secret.versions.count}`, text, [AWS_CURRENT]);
    this.world.rotation.abandon(secret);
  }

  get #nowMs(): number {
    return this.world.now().getTime();
  }
}
