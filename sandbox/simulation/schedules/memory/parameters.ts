import type { Registration } from '../../../../lib/contract/registration';
import type { Spare, SpareSummary } from '../../../../lib/core/ports';

/** The shelf of spares in memory. */
export class MemoryShelf {
  #spares: readonly Spare[] = [];
  #before: readonly Spare[] = [];
  /** True while reads show what was before the last change. */
  behind = false;

  all(): readonly Spare[] {
    return this.#spares;
  }

  /** By when they were staged, then by key id, as parameters are sorted. */
  list(service?: string): readonly SpareSummary[] {
    const wanted = this.#shown.filter((spare) => service === undefined || spare.service === service);
    return wanted
      .map(({ service, keyId, stagedAt }) => ({ service, keyId, stagedAt }))
      .sort((one, other) => one.stagedAt.getTime() - other.stagedAt.getTime() || one.keyId.localeCompare(other.keyId));
  }

  read(service: string, keyId: string): Spare | undefined {
    return this.#shown.find((spare) => spare.service === service && spare.keyId === keyId);
  }

  add(spare: Spare): boolean {
    if (this.#spares.some(({ service, keyId }) => service === spare.service && keyId === spare.keyId)) return false;
    this.#change([...this.#spares, spare]);
    return true;
  }

  remove(service: string, keyId: string): void {
    this.#change(this.#spares.filter((spare) => spare.service !== service || spare.keyId !== keyId));
  }

  get #shown(): readonly Spare[] {
    return this.behind ? this.#before : this.#spares;
  }

  #change(spares: readonly Spare[]): void {
    this.#before = this.#spares;
    this.#spares = spares;
  }
}

/** The registrations of services in memory. */
export class MemoryRegistry {
  readonly #registrations = new Map<string, Registration>();

  list(): readonly Registration[] {
    return [...this.#registrations.values()];
  }

  find(service: string): Registration | undefined {
    return this.#registrations.get(service);
  }

  put(registration: Registration): void {
    this.#registrations.set(registration.service, registration);
  }

  remove(service: string): void {
    this.#registrations.delete(service);
  }
}
