/** What the Console shows of a key, and what the platform does with it. */
export type KeyStatus = 'active' | 'inactive' | 'archived' | 'expired';

/** Whom a key acts as. A key without an owner is one of the older workspace keys. */
export type KeyOwner = 'user' | 'service_account' | 'none';

/** Who acts, as the API names them: `user_01…` or `svac_01…`. */
export interface Actor {
  readonly type: 'user' | 'service_account';
  readonly id: string;
}

/** What a person chooses in the Console's side door. */
export interface CreateKeyRequest {
  /** Undefined: the default workspace. Null: no workspace, which only a key with an owner may have. */
  readonly workspaceId?: string | null;
  readonly name: string;
  /** A kind, for a new actor of that kind, or one that `addUser` or `addServiceAccount` made. @default 'service_account' */
  readonly owner?: KeyOwner | Actor;
  /** Null: the platform does not say, as for the oldest keys. @default - the owner, else a new user */
  readonly createdBy?: null;
  readonly expiresAt?: Date;
  /** `none`: the issuer lists the key without a hint. `like`: its hint is also that of the key with this id. @default 'own' */
  readonly hint?: 'own' | 'none' | { readonly like: string };
}

/** The raw key is shown once, here, and by no API. */
export interface CreatedKey {
  readonly id: string;
  readonly rawKey: string;
}

/** One key as the organization knows it, without its text. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  /** Null: not bound to a workspace. */
  readonly workspaceId: string | null;
  readonly status: KeyStatus;
  readonly hint: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** Whom the key acts as; null for a workspace key. */
  readonly principal: Actor | null;
  readonly createdBy: Actor | null;
}

/** What never changes about a key, and its first name. */
type KeyFacts = Omit<KeyView, 'status'>;

/** Statuses that a person or the API can give a key; expiry comes with time alone. */
export type WritableStatus = Exclude<KeyStatus, 'expired'>;

/**
 * The status machine of one key: active and inactive change into each other, any state can be archived for good,
 * time expires. A key that was switched off is accepted for a little longer, as in any distributed system.
 */
export class ConsoleKey {
  #name: string;
  #status: WritableStatus = 'active';
  #refusedFromMs = Number.POSITIVE_INFINITY;

  constructor(readonly facts: KeyFacts) {
    this.#name = facts.name;
  }

  rename(name: string): void {
    this.#name = name;
  }

  statusAt(now: Date): KeyStatus {
    return this.#status !== 'archived' && this.#hasExpired(now) ? 'expired' : this.#status;
  }

  /** Whether `status` can follow the present one. */
  canBecome(status: WritableStatus, now: Date): boolean {
    const present = this.statusAt(now);
    return status === present || status === 'archived' || present === 'active' || present === 'inactive';
  }

  become(status: WritableStatus, now: Date, deactivationDelayMs: number): void {
    const refusedFromMs = now.getTime() + deactivationDelayMs;
    this.#refusedFromMs = status === 'active' ? Number.POSITIVE_INFINITY : Math.min(this.#refusedFromMs, refusedFromMs);
    this.#status = status;
  }

  isAcceptedAt(now: Date): boolean {
    return now.getTime() < this.#refusedFromMs && !this.#hasExpired(now);
  }

  viewAt(now: Date): KeyView {
    return { ...this.facts, name: this.#name, status: this.statusAt(now) };
  }

  #hasExpired(now: Date): boolean {
    return this.facts.expiresAt !== null && now >= this.facts.expiresAt;
  }
}
