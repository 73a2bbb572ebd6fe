import type { IssuerAccess } from '../contract/platform-settings';
import type { UntoldConditions } from '../contract/registration';

/** One environment, as `bin/environments.ts` describes it: an AWS account and region, a Claude organization and a workspace of its own. */
export interface EnvironmentConfig {
  /** Lower-case letters, digits and hyphens. Part of every name in this environment, so it can never change. */
  readonly name: string;
  /**
   * AWS account id, 12 digits.
   * @default - the account of the credentials that deploy
   */
  readonly account?: string;
  /**
   * AWS region.
   * @default - the region of the credentials that deploy
   */
  readonly region?: string;
  /** Claude organization, a UUID. */
  readonly organizationId: string;
  /** Claude workspace (`wrkspc_…`), this environment's alone: a key of any other workspace is refused. */
  readonly workspaceId: string;
  /** `adminKey`: the reconciler disables and archives keys by itself. `manual`: it asks a person to. */
  readonly issuerAccess: IssuerAccess;
  /**
   * Day on which the admin key expires (`2027-03-01`), so that somebody is told before it does. Only with `adminKey`.
   * @default - the admin key does not expire
   */
  readonly adminKeyExpiresOn?: string;
  /**
   * Days after which somebody is told to replace the admin key, 1 to 1000. Only with `adminKey`.
   * @default 90
   */
  readonly adminKeyMaxAgeDays?: number;
  /**
   * Limits that Claude enforces on this environment's workspace: the reconciler sets those that are declared, and no
   * others. A lower one may have Claude refuse requests. Only with `adminKey`.
   * @default - the limits are left as they are
   */
  readonly workspaceLimits?: WorkspaceLimitsConfig;
  /**
   * Whether a key that belongs to a person, and dies when that person leaves, may serve here.
   * @default false
   */
  readonly allowPersonalKeys?: boolean;
  /**
   * IANA time zone of people here: unusual hours and the hours of the week are counted in it.
   * @default 'UTC'
   */
  readonly timeZone?: string;
  /**
   * Conditions that have no alarm here and that nobody is told of, each with the reason.
   * @default - all have an alarm
   */
  readonly untoldConditions?: UntoldConditions;
  /**
   * Whether the age and the use of each service's key are CloudWatch metrics with alarms of their own, named after the
   * service. Each such service costs two metrics and three alarms more.
   * @default - yes for up to 50 services
   */
  readonly serviceMetrics?: boolean;
  /**
   * Where people here read the runbook, without a section (`https://wiki.acme.example/claude-keys`): alarms and messages
   * point to it.
   * @default 'docs/runbook.md'
   */
  readonly runbookUrl?: string;
  /**
   * Addresses that are told about alarms; each has to confirm its subscription once.
   * @default - nobody: subscribe to the topics yourself
   */
  readonly alarmEmails?: AlarmEmails;
  /**
   * Other AWS accounts whose roles may read secrets of this environment.
   * @default - none
   */
  readonly readerAccounts?: readonly string[];
  /**
   * AWS organization (`o-…`) whose roles may read secrets of this environment, whatever their account: instead of
   * naming each account. The secrets still name each role.
   * @default - none
   */
  readonly readerOrganization?: string;
  /**
   * Managed policy, by name or ARN, that bounds every role this app makes here. It has to be there already.
   * @default - no boundary
   */
  readonly permissionsBoundary?: string;
  /**
   * Private network that the functions run in.
   * @default - none: the functions call public endpoints
   */
  readonly functionNetwork?: FunctionNetwork;
  /**
   * Who may act as which operator: ready-made roles for people, none of which can read a key.
   * @default - no roles are made
   */
  readonly operators?: OperatorsConfig;
  /**
   * Policy of every service here, unless the service says otherwise.
   * @default - the defaults of `PolicyConfig`
   */
  readonly policy?: PolicyConfig;
  /** The services that own a key here. */
  readonly services: readonly ServiceConfig[];
}

/** Limits of a whole workspace; there are none per key. What is left out, or taken out again, stays as it is at Claude. */
export interface WorkspaceLimitsConfig {
  /**
   * What the workspace may cost in a calendar month of UTC, in whole USD. Setting it by API is an early access preview
   * of Claude's: elsewhere the alarm `limits-not-offered` says that it was not set.
   * @default - left as it is
   */
  readonly monthlySpendUsd?: number;
  /**
   * Rate limits, for one model or surface each. Claude enforces a new one within about an hour.
   * @default - left as they are
   */
  readonly rateLimits?: readonly RateLimitConfig[];
}

/** Rate limits of a model, or of another part of Claude's API. At least one of them is declared. */
export interface RateLimitConfig {
  /** A model as it is requested (`claude-haiku-5-5`), or `batch`, `files`, `skills`, `token_count`, `web_search`. */
  readonly of: string;
  /** @default - left as it is */
  readonly requestsPerMinute?: number;
  /**
   * Input tokens, with those that are read from the cache.
   * @default - left as it is
   */
  readonly inputTokensPerMinute?: number;
  /**
   * Input tokens, without those that are read from the cache.
   * @default - left as it is
   */
  readonly uncachedInputTokensPerMinute?: number;
  /** @default - left as it is */
  readonly outputTokensPerMinute?: number;
}

/** Where functions run, by ids, so that synthesis looks nothing up. They need a way to Claude and to AWS: docs/security.md. */
export interface FunctionNetwork {
  /** Private subnets of one VPC. */
  readonly subnetIds: readonly string[];
  /** Security groups of the same VPC, which let HTTPS out. */
  readonly securityGroupIds: readonly string[];
}

/** What people around an environment do. */
export const OPERATORS = ['stager', 'responder', 'auditor', 'breakGlass'] as const;
export type Operator = (typeof OPERATORS)[number];

/** ARNs of those who may assume each operator's role; a role that nobody may assume is not made. */
export interface OperatorsConfig {
  /**
   * Stage spare keys.
   * @default - nobody
   */
  readonly stager?: readonly string[];
  /**
   * Stage, rotate and undo.
   * @default - nobody
   */
  readonly responder?: readonly string[];
  /**
   * Look at labels, policies and logs.
   * @default - nobody
   */
  readonly auditor?: readonly string[];
  /**
   * Lift a secret's policy and write its value by hand.
   * @default - nobody
   */
  readonly breakGlass?: readonly string[];
}

/** Who is told about alarms, by severity. */
export interface AlarmEmails {
  /**
   * For what cannot wait: use an address that pages.
   * @default - nobody
   */
  readonly critical?: readonly string[];
  /**
   * For what can wait until office hours.
   * @default - nobody
   */
  readonly warning?: readonly string[];
}

/** One service: a workload that owns exactly one key per environment. */
export interface ServiceConfig {
  /** Lower-case letters, digits and hyphens. Part of the secret's name, so it can never change. */
  readonly name: string;
  /** Team or address that answers for the service. */
  readonly owner: string;
  /**
   * Who issues the service's keys.
   * @default 'claude-console'
   */
  readonly issuer?: 'claude-console';
  /** Who reads the key: a new role, or roles that exist. */
  readonly readers: ReadersConfig;
  /**
   * Whether readers may read the current key only, and not by version id. Turn it off for a consumer that reads
   * by version id, such as AWS's caching library for Python.
   * @default true
   */
  readonly strictReads?: boolean;
  /**
   * VPC endpoints of Secrets Manager through which alone readers may read. Whoever reads from elsewhere, such as a
   * person with the reader's credentials, is refused.
   * @default - from everywhere
   */
  readonly readThroughVpcEndpoints?: readonly string[];
  /**
   * What this service does differently from its environment.
   * @default - the environment's policy
   */
  readonly policy?: PolicyConfig;
}

/** Either a role that the service's stack makes, or roles that exist already. */
export type ReadersConfig =
  | { readonly role: ReaderRoleConfig; readonly roleArns?: never }
  | { readonly roleArns: readonly string[]; readonly role?: never };

/** A role that the service's stack makes. */
export interface ReaderRoleConfig {
  /** The AWS service that runs the workload: `lambda` is short for `lambda.amazonaws.com`. */
  readonly assumedBy: 'lambda' | 'ecs-tasks' | 'ec2' | (string & {});
}

/** How keys live and die. Every field is a whole number of its unit. */
export interface PolicyConfig {
  /**
   * A key is replaced at the latest this many days after it became current.
   * @default 90
   */
  readonly maxAgeDays?: number;
  /**
   * Days between scheduled rotations.
   * @default - `maxAgeDays` less 1 to 7 days, by the service's name, so that a fleet does not rotate in one night
   */
  readonly rotateEveryDays?: number;
  /**
   * After a rotation, how long the old key stays accepted, whatever its use.
   * @default 48
   */
  readonly overlapHours?: number;
  /**
   * How long a consumer may go on using a key it has read.
   * @default 5
   */
  readonly consumerCacheMinutes?: number;
  /**
   * An old key is idle when the issuer's report shows no use for this long.
   * @default 24
   */
  readonly quietHours?: number;
  /**
   * The same where the report shows no use of the service's other keys either: a silent weekend proves nothing.
   * @default 120, or `quietHours` where that is more
   */
  readonly silentHours?: number;
  /**
   * A usage report that lags further behind than this says nothing.
   * @default 6
   */
  readonly maxReportLagHours?: number;
  /**
   * Days after which an old key that is still in use, or whose use is unknown, pages somebody.
   * @default 7
   */
  readonly retirementDeadlineDays?: number;
  /**
   * What happens to such a key at the deadline.
   * @default 'keep'
   */
  readonly atRetirementDeadline?: 'keep' | 'disable';
  /**
   * A disabled key can be brought back for this long; then it is archived, which is final.
   * @default 14
   */
  readonly undoWindowDays?: number;
  /**
   * Spares that should be waiting at any time.
   * @default 1
   */
  readonly sparesAtLeast?: number;
  /**
   * A spare older than this is not used any more.
   * @default 100
   */
  readonly spareMaxAgeDays?: number;
  /**
   * A current key that expires within this many days is replaced early.
   * @default 7
   */
  readonly rotateBeforeExpiryDays?: number;
  /**
   * Requests in an hour beyond this multiple of what is usual at that hour of the week warn somebody.
   * @default 2
   */
  readonly requestsWarningRatio?: number;
  /**
   * Beyond this multiple, they page.
   * @default 10
   */
  readonly requestsPageRatio?: number;
  /**
   * An hour that is usually quieter counts as if it had this many requests.
   * @default 100
   */
  readonly requestsFloorPerHour?: number;
  /**
   * Output tokens in an hour beyond this multiple of what is usual warn.
   * @default 5
   */
  readonly outputTokensRatio?: number;
  /**
   * An hour that usually has fewer output tokens counts as if it had this many.
   * @default 100_000
   */
  readonly outputTokensFloorPerHour?: number;
  /**
   * From this hour of the day, in the environment's time zone, use is unusual, unless most earlier weeks had it.
   * @default 3
   */
  readonly unusualFromHour?: number;
  /**
   * From this hour of the day use is usual again; the same as `unusualFromHour`: always.
   * @default 5
   */
  readonly unusualToHour?: number;
  /**
   * Errors of a service's requests (4xx besides 401 and 429) in a quarter of an hour from which on its own alarm fires.
   * Only with `serviceMetrics`, and for services that report them with `reportErrors` and `perService`.
   * @default 20
   */
  readonly clientErrorsPerQuarterHour?: number;
  /**
   * What a service may cost in a day of UTC, in USD; 0 is no budget.
   * @default 0
   */
  readonly dailyBudgetUsd?: number;
  /**
   * What a service may cost in a calendar month of UTC, in USD; 0 is no budget.
   * @default 0
   */
  readonly monthlyBudgetUsd?: number;
  /**
   * Conditions that nobody is told of, each with the reason: `{ 'use-at-unusual-hours': 'a nightly job' }`.
   * @default - all are told
   */
  readonly untoldConditions?: UntoldConditions;
}
