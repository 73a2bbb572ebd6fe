/**
 * What the platform does not document, or lets every organization have its own way, and what is therefore a setting.
 * All may be changed while the sandbox runs. `sandbox/README.md` has a line for each.
 */
export interface OrganizationSettings {
  /** How long a key goes on being accepted after it was switched off. */
  deactivationDelayMs: number;
  /** How long after its workspace a key is archived. */
  workspaceArchivalDelayMs: number;
  /** How long after a report of a leak the platform switches the key off. */
  leakDeactivationDelayMs: number;
  /** What a leaked key becomes. */
  leakedKeyStatus: 'inactive' | 'archived';
  /** Whom the activity feed names for that. */
  leakActorType: string;
  /** Whether the keys of an archived service account are archived with it, or only stop being accepted. */
  archivesKeysOfServiceAccounts: boolean;

  /** Most active keys in the organization, and in one workspace. */
  activeKeysPerOrganization: number;
  activeKeysPerWorkspace: number;
  /** Most workspaces that are not archived. */
  activeWorkspaces: number;

  /** How far all reports of use and cost are behind. */
  analyticsDelayMs: number;
  /** The reports stand still at this instant, as after a failure of their pipeline. */
  analyticsStalledAt: Date | undefined;
  /** Whether the usage report says up to when it is complete. */
  analyticsStatesRefresh: boolean;
  /** Whether the usage report counts requests, or tokens only. */
  analyticsCountsRequests: boolean;
  /** Whether the organization has the Usage and Cost Analytics API, a beta, at all. */
  analyticsServed: boolean;
  /** Whether the older reports include a bucket that ends exactly at `ending_at`. */
  olderReportsIncludeEnd: boolean;

  /** Requests per minute to `/v1/messages`, for the organization. Undefined: no limit, and no headers about one. */
  requestsPerMinute: number | undefined;
  /** The same for `/v1/messages/count_tokens`. */
  tokenCountsPerMinute: number | undefined;
  /** The same for the whole Admin API. */
  adminRequestsPerMinute: number | undefined;
  /** How long a workspace's new rate limit takes to be enforced. */
  rateLimitChangeDelayMs: number;
  /** The wait that a refusal for growing too fast asks for. */
  rampRetryAfterSeconds: number;

  /** What the Admin API may do with spend limits: nothing, list them, or everything, as in the early access preview. */
  spendLimitAccess: 'none' | 'list' | 'all';
  /** The monthly cap of the organization's usage tier, in cents. */
  usageTierLimit: string;
  /** The answer while the prepaid credit is used up: 400 was seen, 402 is documented. */
  creditEmptyAnswer: 400 | 402;
  /** Whether spend, credit and ramp refusals reach the list of models too, which costs nothing. */
  billingReachesModels: boolean;
  /** Whether an organization on hold is kept out of the Admin API too. */
  holdReachesAdminApi: boolean;

  /** Since when the Compliance API is enabled. Nothing before is in the feed. */
  complianceEnabledAt: Date | undefined;
  /** How long an activity takes to show. */
  activityDelayMs: number;
  /** The answer to a key that may not read the feed. */
  feedRefusal: 401 | 403;

  /** The answer to giving an archived or expired key another status. */
  finalStatusRefusal: 400 | 409;
  /** The answer to a workspace key on the Admin API, and to an admin key elsewhere. */
  wrongCredentialRefusal: 401 | 403;
  /** The answer to another method on a known path. */
  otherMethodRefusal: 404 | 405;
}

const MINUTE_MS = 60_000;

/** The settings of an organization that nobody has told otherwise. */
export const DEFAULT_SETTINGS: OrganizationSettings = {
  deactivationDelayMs: 3_000,
  workspaceArchivalDelayMs: 3_000,
  leakDeactivationDelayMs: 38 * MINUTE_MS,
  leakedKeyStatus: 'inactive',
  leakActorType: 'anthropic_actor',
  archivesKeysOfServiceAccounts: false,
  activeKeysPerOrganization: 10_000,
  activeKeysPerWorkspace: 1_000,
  activeWorkspaces: 100,
  analyticsDelayMs: 5 * MINUTE_MS,
  analyticsStalledAt: undefined,
  analyticsStatesRefresh: true,
  analyticsCountsRequests: true,
  analyticsServed: true,
  olderReportsIncludeEnd: true,
  requestsPerMinute: undefined,
  tokenCountsPerMinute: undefined,
  adminRequestsPerMinute: undefined,
  rateLimitChangeDelayMs: 60 * MINUTE_MS,
  rampRetryAfterSeconds: 30,
  spendLimitAccess: 'list',
  usageTierLimit: '20000000',
  creditEmptyAnswer: 400,
  billingReachesModels: false,
  holdReachesAdminApi: false,
  complianceEnabledAt: undefined,
  activityDelayMs: MINUTE_MS,
  feedRefusal: 403,
  finalStatusRefusal: 400,
  wrongCredentialRefusal: 401,
  otherMethodRefusal: 405,
};
