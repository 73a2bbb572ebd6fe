import type { IssuerAccess } from '../contract/platform-settings';

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
   * Whether a key that belongs to a person, and dies when that person leaves, may serve here.
   * @default false
   */
  readonly allowPersonalKeys?: boolean;
  /**
   * IANA time zone in which times are shown to people.
   * @default 'UTC'
   */
  readonly timeZone?: string;
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
   * Policy of every service here, unless the service says otherwise.
   * @default - the defaults of `PolicyConfig`
   */
  readonly policy?: PolicyConfig;
  /** The services that own a key here. */
  readonly services: readonly ServiceConfig[];
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
   * @default - `maxAgeDays` less 0 to 6 days, by the service's name, so that a fleet does not rotate in one night
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
   * @default 60
   */
  readonly spareMaxAgeDays?: number;
  /**
   * A current key that expires within this many days is replaced early.
   * @default 7
   */
  readonly rotateBeforeExpiryDays?: number;
}
