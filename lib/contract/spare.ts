/** What a spare's SecureString parameter holds, as JSON. The only place outside a service's secret where a key may be written. */
export interface SpareRecord {
  readonly apiKey: string;
  /** The issuer's id of the key; in `manual` environments, where the issuer's list cannot be read, the key's name. */
  readonly keyId: string;
  readonly keyName: string;
  /** ISO 8601 instants. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly stagedAt: string;
}
