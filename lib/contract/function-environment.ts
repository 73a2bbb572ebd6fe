/** Environment variables that the constructs declare and the functions read. Values are never secret. */

export const ROTATE_VARIABLES = {
  environment: 'CLAUDE_KEYS_ENVIRONMENT',
  organizationId: 'CLAUDE_KEYS_ORGANIZATION_ID',
  workspaceId: 'CLAUDE_KEYS_WORKSPACE_ID',
} as const;

export const RECONCILE_VARIABLES = {
  ...ROTATE_VARIABLES,
  /** An `IssuerAccess`. */
  issuerAccess: 'CLAUDE_KEYS_ISSUER_ACCESS',
  /** ISO 8601 day on which the admin key expires, as an operator declared it; empty when it never does. */
  adminKeyExpiresOn: 'CLAUDE_KEYS_ADMIN_KEY_EXPIRES_ON',
  /** Topic for what a person must do soon. */
  actionTopicArn: 'CLAUDE_KEYS_ACTION_TOPIC_ARN',
} as const;
