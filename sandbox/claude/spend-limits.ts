import { notFound } from './api-error';

/** What a spend limit caps. The cap of the usage tier is the platform's, and read-only. */
export type SpendScope =
  | { readonly type: 'organization' }
  | { readonly type: 'workspace'; readonly workspace_id: string }
  | { readonly type: 'usage_tier' };

export interface SpendLimit {
  readonly id: string;
  /** In cents. */
  readonly amount: string;
  readonly scope: SpendScope;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The monthly spend limits of an organization, as they are stored. Reaching one is a matter of its `Standing`. */
export class SpendLimits {
  readonly #limits: SpendLimit[] = [];

  /** Newest first. */
  list(): readonly SpendLimit[] {
    return [...this.#limits].reverse();
  }

  find(id: string): SpendLimit {
    const limit = this.#limits.find((each) => each.id === id);
    if (!limit) throw notFound('there is no such spend limit');
    return limit;
  }

  /** Sets the one limit of a scope, or changes it. */
  set(scope: SpendScope, amount: string, now: Date, newId: () => string): SpendLimit {
    const index = this.#limits.findIndex((each) => sameScope(each.scope, scope));
    const before = this.#limits[index];
    if (before) {
      const changed = { ...before, amount, updatedAt: now };
      this.#limits[index] = changed;
      return changed;
    }
    const limit = { id: newId(), amount, scope, createdAt: now, updatedAt: now };
    this.#limits.push(limit);
    return limit;
  }

  remove(id: string): void {
    this.#limits.splice(this.#limits.indexOf(this.find(id)), 1);
  }
}

const sameScope = (a: SpendScope, b: SpendScope): boolean => JSON.stringify(a) === JSON.stringify(b);
