import type { WorldStep } from '../schedules/schedule';
import type { DeployedWorld } from './deployed-world';

interface Consumer {
  active: boolean;
  /** The key it read last. */
  held: string | undefined;
  /** A key that it does not let go of. */
  kept: string | undefined;
}

/** Those who use the keys of a deployed environment's services. */
export class Consumers {
  readonly #consumers = new Map<string, Consumer>();

  constructor(private readonly world: DeployedWorld) {
    for (const service of world.services)
      this.#consumers.set(service, { active: true, held: undefined, kept: undefined });
  }

  /** Consumers stop or go on, or one of them goes on with the key that is current now, whatever the cache time. */
  change(service: string, step: Extract<WorldStep, { kind: 'overstay' | 'let-go' | 'traffic' }>): void {
    const consumer = this.#consumers.get(service);
    if (!consumer) return;
    if (step.kind === 'traffic') consumer.active = step.on;
    else consumer.kept = step.kind === 'overstay' ? this.#currentKey(service) : undefined;
  }

  /** Everybody behaves as declared, and nobody uses the key of a service that is gone. */
  heal(): void {
    for (const [service, consumer] of this.#consumers) {
      consumer.kept = undefined;
      if (!this.world.truth().services.get(service)?.registered) consumer.active = false;
    }
  }

  /** Everybody sends a request. The key from before may be sent once more by those who have not read the new one yet. */
  use(): void {
    for (const [service, consumer] of this.#consumers) {
      this.#send(consumer.kept);
      if (!consumer.active) continue;
      this.#send(consumer.held);
      consumer.held = this.#currentKey(service);
      this.#send(consumer.held);
    }
  }

  #send(keyId: string | undefined): void {
    const { claude } = this.world.sandbox;
    if (keyId && claude.isAccepted(claude.rawKeyOf(keyId))) claude.recordUse(keyId);
  }

  #currentKey(service: string): string | undefined {
    const value = this.world.truth().current.get(service);
    return typeof value === 'object' ? value.keyId : undefined;
  }
}
