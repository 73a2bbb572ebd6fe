/**
 * What the CLI asks of the reconciler, which alone may look at or change keys at the issuer.
 * A scheduled event carries no `action` and means a full run.
 */
import type { Condition } from './metrics';
import type { ServiceFigures } from './service-figures';

export type ReconcilerRequest =
  | { readonly action: 'reconcile'; readonly service?: string }
  | { readonly action: 'status'; readonly service?: string }
  | { readonly action: 'review' }
  | { readonly action: 'issuer-keys' }
  | { readonly action: 'undo'; readonly service: string }
  | { readonly action: 'revoke'; readonly service: string; readonly keyId: string };

export type ReconcilerResponse<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

/** Result of `reconcile`. */
export interface ReconcileResult {
  readonly services: readonly ServiceStatus[];
  /** What this run did, in words, in order. */
  readonly actions: readonly string[];
}

/** When the reconciler answered, by its own clock, as ISO 8601: what ages in an answer are counted to. */
interface Answered {
  readonly now: string;
}

/** Result of `status`. */
export interface StatusResult extends Answered {
  readonly services: readonly ServiceStatus[];
}

/** Result of `review`: every service with its keys, and its figures of age, use and cost in the same order. */
export interface ReviewResult extends Answered {
  readonly services: readonly ServiceStatus[];
  readonly figures: readonly ServiceFigures[];
  /** Active keys of the workspace that no service holds; null when the issuer's list cannot be read. */
  readonly unknownKeys: readonly { readonly id: string; readonly name: string }[] | null;
}

/** Result of `issuer-keys`: the keys of this environment's workspace, or why they cannot be read. */
export type IssuerKeysResult = Answered &
  (
    | { readonly known: true; readonly keys: readonly IssuerKeyView[] }
    | { readonly known: false; readonly reason: string }
  );

/** Result of `undo`. */
export interface UndoResult {
  readonly service: string;
  readonly restoredKey: string;
  readonly replacedKey: string;
  /** ISO 8601 instant at which rotation resumes by itself. */
  readonly pausedUntil: string;
}

/** Result of `revoke`. */
export interface RevokeResult {
  readonly service: string;
  readonly keyId: string;
  /** False where people look after the keys, until one of them has disabled it in the Console. */
  readonly disabled: boolean;
}

/** One key as the issuer lists it. Never the key itself. Times are ISO 8601. */
export interface IssuerKeyView {
  readonly id: string;
  readonly name: string;
  readonly hint: string | null;
  readonly status: 'active' | 'inactive' | 'archived' | 'expired';
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly owner: 'user' | 'service_account' | 'none';
}

export type KeyStateName = 'spare' | 'pending' | 'active' | 'retiring' | 'disabled' | 'rejected' | 'archived';

/** One key of a service, for `keys status`. Times are ISO 8601; null means not known. */
export interface KeyStatus {
  readonly keyId: string;
  readonly name: string | null;
  readonly state: KeyStateName;
  readonly createdAt: string | null;
  readonly currentSince: string | null;
  readonly expiresAt: string | null;
  /** End of the last hour in which the issuer's report shows a use. */
  readonly lastUsedAt: string | null;
}

export interface ServiceStatus {
  readonly service: string;
  readonly owner: string;
  readonly registered: boolean;
  /** False while the secret still holds the placeholder. */
  readonly hasKey: boolean;
  readonly keys: readonly KeyStatus[];
  readonly spares: number;
  readonly sparesAtLeast: number;
  readonly nextRotationAt: string | null;
  readonly pausedUntil: string | null;
  readonly conditions: readonly Condition[];
}
