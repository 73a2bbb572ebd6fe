import { MINUTE_MS } from '../../utc-time';
import type { PortsWorld } from './ports-world';

interface Consumer {
  active: boolean;
  /** The key it read last. */
  held: string | undefined;
  /** A key that it does not let go of. */
  kept: string | undefined;
}

/** Those who use the keys of a world's services while time passes. */
export class Consumers {
  readonly #consumers = new Map<string, Consumer>();

  constructor(private readonly world: PortsWorld) {
    for (const service of world.services)
      this.#consumers.set(service, { active: true, held: undefined, kept: undefined });
  }

  /** Whether consumers of a service are at work at all. */
  setActive(service: string, active: boolean): void {
    this.#change(service, { active });
  }

  /** One of them goes on with the key that is current now, whatever the cache time. */
  overstay(service: string): void {
    this.#change(service, { kept: this.world.currentKeyOf(service) });
  }

  letGo(service: string): void {
    this.#change(service, { kept: undefined });
  }

  /** Keys are used from one instant to another, between which nothing else happens. */
  use(fromMs: number, toMs: number): void {
    for (const [service, consumer] of this.#consumers) this.#use(service, consumer, fromMs, toMs);
  }

  /** A consumer goes on with the key it has for as long as it declared, at the most, and with the current one after that. */
  #use(service: string, consumer: Consumer, fromMs: number, toMs: number): void {
    const { issuer } = this.world;
    if (consumer.kept) issuer.use(consumer.kept, fromMs, toMs);
    if (!consumer.active) return;
    const current = this.world.currentKeyOf(service);
    const cacheMs = this.world.policyOf(service).consumerCacheMinutes * MINUTE_MS;
    if (consumer.held && consumer.held !== current) issuer.use(consumer.held, fromMs, Math.min(toMs, fromMs + cacheMs));
    if (current) issuer.use(current, fromMs, toMs);
    consumer.held = current;
  }

  #change(service: string, change: Partial<Consumer>): void {
    const consumer = this.#consumers.get(service);
    if (consumer) Object.assign(consumer, change);
  }
}
