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
  /** Days after which the admin key counts as old; empty for the default. */
  adminKeyMaxAgeDays: 'CLAUDE_KEYS_ADMIN_KEY_MAX_AGE_DAYS',
  /** `WorkspaceLimits` as JSON; empty where none are declared. */
  workspaceLimits: 'CLAUDE_KEYS_WORKSPACE_LIMITS',
  /** Topic for what a person must do soon: the one of warnings. */
  warningTopicArn: 'CLAUDE_KEYS_WARNING_TOPIC_ARN',
  /** Topic for what pages. */
  criticalTopicArn: 'CLAUDE_KEYS_CRITICAL_TOPIC_ARN',
  /** IANA time zone of people's working hours. */
  timeZone: 'CLAUDE_KEYS_TIME_ZONE',
  /** `yes` where a key that belongs to a person may serve. */
  allowPersonalKeys: 'CLAUDE_KEYS_ALLOW_PERSONAL_KEYS',
  /** Where people read the runbook. */
  runbookUrl: 'CLAUDE_KEYS_RUNBOOK_URL',
  /** Conditions that the environment does not hear of, separated by commas. */
  untoldConditions: 'CLAUDE_KEYS_UNTOLD_CONDITIONS',
  /** `yes` to publish figures per service as CloudWatch metrics. */
  serviceMetrics: 'CLAUDE_KEYS_SERVICE_METRICS',
} as const;
