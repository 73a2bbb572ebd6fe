import type { Registration } from '../../contract/registration';
import type { IssuerKey, IssuerKeyStatus, SecretState, SpareSummary, UsageReport } from '../ports';

/** Everything one run of the reconciler knows about one service. */
export interface ServiceObservation {
  readonly service: string;
  /** Undefined: the service has been removed, and its keys are to be retired. */
  readonly registration?: Registration;
  readonly secret?: SecretState;
  /** Oldest first. */
  readonly spares: readonly SpareSummary[];
  readonly issuer: IssuerView;
  /** When the pending version of an unfinished rotation was made; undefined when there is none, or it was not asked. */
  readonly pendingSince?: Date;
  /** When a current key that an undo brought back was first written; undefined for any other, or when it is not known. */
  readonly restoredKeySince?: Date;
}

/** What is known of keys at the issuer. */
export interface IssuerView {
  /** Whether the reconciler itself changes keys; otherwise a person does, when told. */
  readonly access: 'ours' | 'manual';
  /** By key id. Undefined: the list could not be read, so nothing follows from a key's absence. */
  readonly keys?: ReadonlyMap<string, IssuerKey>;
  /**
   * Why the list says nothing. `not-set-up`: no admin key has been put into its secret yet; `not-ours`: it shows none of
   * the keys that services hold, so whatever it is a list of, and its reports are of, it is not them.
   */
  readonly listFailure?: 'not-set-up' | 'failed' | 'not-ours';
  /** Undefined: unknown. */
  readonly usage?: UsageReport;
  /** Whether the issuer still accepts a key, for keys that we had to try ourselves. */
  readonly tried?: ReadonlyMap<string, IssuerKeyStatus>;
}

/** A key's status at the issuer; undefined when it is not known. */
export function statusOf(issuer: IssuerView, keyId: string): IssuerKeyStatus | undefined {
  return issuer.keys?.get(keyId)?.status ?? issuer.tried?.get(keyId);
}
