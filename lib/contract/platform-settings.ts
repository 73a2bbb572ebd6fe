/** What the platform stack writes into its `settings` parameter, as JSON, for the CLI and for other stacks. */

/** How an environment may act on keys at the issuer. `adminKey`: the reconciler reads the admin key from its own secret. `manual`: retirements become instructions to a person. */
export type IssuerAccess = 'adminKey' | 'manual';

export interface PlatformSettings {
  readonly environment: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly issuerAccess: IssuerAccess;
  /** Whether a key owned by a person may serve here. */
  readonly allowPersonalKeys: boolean;
  readonly reconcileFunctionName: string;
  /** Id or ARN of the KMS key under which spares are written. */
  readonly keyArn: string;
  /** IANA time zone in which times are shown to people; UTC when absent. */
  readonly timeZone?: string;
}
