import { CONDITIONS } from '../contract/metrics';
import { LIMITED_SURFACES } from '../contract/workspace-limits';
import type {
  AlarmEmails,
  EnvironmentConfig,
  FunctionNetwork,
  OperatorsConfig,
  PolicyConfig,
  RateLimitConfig,
  ReaderRoleConfig,
  ServiceConfig,
  WorkspaceLimitsConfig,
} from './environment-config';
import {
  checkedElsewhere,
  type FieldRule,
  isRecord,
  listOf,
  oneOf,
  optional,
  type Shape,
  textLike,
  wholeNumber,
  yesOrNo,
} from './shape';

/** Lets the role names of the platform stay within IAM's 64 characters. */
const environmentName = textLike(
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$(?<=^.{1,20})/,
  '1 to 20 lower-case letters, digits and single hyphens, a letter first',
);
const serviceName = textLike(
  /^(?!platform$)[a-z][a-z0-9]*(-[a-z0-9]+)*$(?<=^.{1,40})/,
  "1 to 40 lower-case letters, digits and single hyphens, a letter first; not 'platform'",
);
const accountId = textLike(/^\d{12}$/, 'an AWS account id, 12 digits');
const roleArn = textLike(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  "ARNs of roles, 'arn:aws:iam::<12 digits>:role/<name>'",
);
const organizationId = textLike(/^o-[a-z0-9]{10,32}$/, "an AWS organization's id, 'o-…'");
const boundary = textLike(
  /^(arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/)?[\w+=,.@/-]+$/,
  "a managed policy's name, or its ARN, 'arn:aws:iam::<12 digits>:policy/<name>'",
);
const subnetId = textLike(/^subnet-[\da-f]{8,17}$/, "ids of subnets, 'subnet-…'");
const securityGroupId = textLike(/^sg-[\da-f]{8,17}$/, "ids of security groups, 'sg-…'");
const vpcEndpointId = textLike(/^vpce-[\da-f]{8,17}$/, "ids of VPC endpoints, 'vpce-…'");
const emailAddress = textLike(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'e-mail addresses');
const webAddress = textLike(/^https:\/\/[^\s#]{1,200}$/, "a web address without a section, 'https://…'");

const day: FieldRule = {
  allowed: "a day, '2027-03-01'",
  accepts: (value) => typeof value === 'string' && isDay(value),
};

const timeZone: FieldRule = {
  allowed: "an IANA time zone, 'Europe/Berlin'",
  accepts: (value) => typeof value === 'string' && isTimeZone(value),
};

const conditionsWithReasons: FieldRule = {
  allowed: `a reason per condition, { 'no-spare': 'staged on demand' }; conditions are ${Object.keys(CONDITIONS).join(', ')}`,
  accepts: (value) =>
    isRecord(value) &&
    Object.entries(value).every(
      ([condition, reason]) => Object.hasOwn(CONDITIONS, condition) && typeof reason === 'string' && /\S/.test(reason),
    ),
};

/** What each field of an environment may hold. */
export const ENVIRONMENT_RULES: Shape<EnvironmentConfig> = {
  name: environmentName,
  account: optional(accountId),
  region: optional(textLike(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region, 'eu-central-1'")),
  organizationId: textLike(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'a UUID, as the Claude Console shows it'),
  workspaceId: textLike(/^wrkspc_[A-Za-z0-9]+$/, "a workspace id, 'wrkspc_…'"),
  issuerAccess: oneOf('adminKey', 'manual'),
  adminKeyExpiresOn: optional(day),
  adminKeyMaxAgeDays: optional(wholeNumber(1, 1000)),
  workspaceLimits: optional(checkedElsewhere),
  allowPersonalKeys: optional(yesOrNo),
  timeZone: optional(timeZone),
  untoldConditions: optional(conditionsWithReasons),
  serviceMetrics: optional(yesOrNo),
  runbookUrl: optional(webAddress),
  alarmEmails: optional(checkedElsewhere),
  readerAccounts: optional(listOf(accountId)),
  readerOrganization: optional(organizationId),
  permissionsBoundary: optional(boundary),
  functionNetwork: optional(checkedElsewhere),
  operators: optional(checkedElsewhere),
  policy: optional(checkedElsewhere),
  services: { allowed: 'a list of services', accepts: Array.isArray },
};

/** Beyond this many, they would not fit into a function's variables. */
const MOST_RATE_LIMITS = 15;

/** What each field of `workspaceLimits` may hold. */
export const WORKSPACE_LIMITS_RULES: Shape<WorkspaceLimitsConfig> = {
  monthlySpendUsd: optional(wholeNumber(1, 1_000_000_000)),
  rateLimits: optional({
    allowed: `a list of at most ${MOST_RATE_LIMITS} rate limits`,
    accepts: (value) => Array.isArray(value) && value.length <= MOST_RATE_LIMITS,
  }),
};

/** 0 would keep everybody out. */
const perMinute = optional(wholeNumber(1, 1_000_000_000_000));

/** What each field of a rate limit may hold. */
export const RATE_LIMIT_RULES: Shape<RateLimitConfig> = {
  of: textLike(
    new RegExp(`^(claude-[a-z0-9.-]{1,60}|${LIMITED_SURFACES.join('|')})$`),
    `a model, 'claude-haiku-5-5', or one of ${LIMITED_SURFACES.join(', ')}`,
  ),
  requestsPerMinute: perMinute,
  inputTokensPerMinute: perMinute,
  uncachedInputTokensPerMinute: perMinute,
  outputTokensPerMinute: perMinute,
};

/** What each field of `operators` may hold. */
export const OPERATORS_RULES: Shape<OperatorsConfig> = {
  stager: optional(listOf(roleArn)),
  responder: optional(listOf(roleArn)),
  auditor: optional(listOf(roleArn)),
  breakGlass: optional(listOf(roleArn)),
};

/** What each field of `functionNetwork` may hold. */
export const FUNCTION_NETWORK_RULES: Shape<FunctionNetwork> = {
  subnetIds: listOf(subnetId, 1),
  securityGroupIds: listOf(securityGroupId, 1),
};

/** What each field of `alarmEmails` may hold. */
export const ALARM_EMAILS_RULES: Shape<AlarmEmails> = {
  critical: optional(listOf(emailAddress)),
  warning: optional(listOf(emailAddress)),
};

/** What each field of a service may hold. */
export const SERVICE_RULES: Shape<ServiceConfig> = {
  name: serviceName,
  owner: textLike(/\S/, 'the team or address that answers for the service'),
  issuer: optional(oneOf('claude-console')),
  readers: {
    allowed: "{ role: { assumedBy: 'lambda' } } or { roleArns: ['arn:aws:iam::…'] }",
    accepts: checkedElsewhere.accepts,
  },
  strictReads: optional(yesOrNo),
  readThroughVpcEndpoints: optional(listOf(vpcEndpointId, 1)),
  policy: optional(checkedElsewhere),
};

/** What each field of `readers` may hold; exactly one of them. */
export const READERS_RULES: Shape<{ readonly role?: unknown; readonly roleArns?: unknown }> = {
  role: optional(checkedElsewhere),
  roleArns: optional(listOf(roleArn, 1)),
};

/** What each field of `readers.role` may hold. */
export const READER_ROLE_RULES: Shape<ReaderRoleConfig> = {
  assumedBy: textLike(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, "an AWS service, 'lambda' or 'lambda.amazonaws.com'"),
};

/** What each field of a policy may hold, taken alone. */
export const POLICY_RULES: Shape<PolicyConfig> = {
  maxAgeDays: optional(wholeNumber(1, 1000)),
  rotateEveryDays: optional(wholeNumber(1, 1000)),
  overlapHours: optional(wholeNumber(1, 24 * 90)),
  consumerCacheMinutes: optional(wholeNumber(0, 60 * 24 * 30)),
  quietHours: optional(wholeNumber(1, 24 * 30)),
  silentHours: optional(wholeNumber(1, 24 * 30)),
  maxReportLagHours: optional(wholeNumber(1, 24 * 7)),
  retirementDeadlineDays: optional(wholeNumber(1, 365)),
  atRetirementDeadline: optional(oneOf('keep', 'disable')),
  undoWindowDays: optional(wholeNumber(1, 365)),
  sparesAtLeast: optional(wholeNumber(1, 20)),
  spareMaxAgeDays: optional(wholeNumber(1, 365)),
  rotateBeforeExpiryDays: optional(wholeNumber(1, 365)),
  requestsWarningRatio: optional(wholeNumber(1, 1000)),
  requestsPageRatio: optional(wholeNumber(1, 1000)),
  requestsFloorPerHour: optional(wholeNumber(1, 1_000_000_000)),
  outputTokensRatio: optional(wholeNumber(1, 1000)),
  outputTokensFloorPerHour: optional(wholeNumber(1, 1_000_000_000_000)),
  unusualFromHour: optional(wholeNumber(0, 23)),
  unusualToHour: optional(wholeNumber(0, 23)),
  clientErrorsPerQuarterHour: optional(wholeNumber(1, 1_000_000_000)),
  dailyBudgetUsd: optional(wholeNumber(0, 1_000_000_000)),
  monthlyBudgetUsd: optional(wholeNumber(0, 1_000_000_000)),
  untoldConditions: optional(conditionsWithReasons),
};

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return /^[A-Za-z]/.test(text); // newer runtimes also take offsets such as +01:00
  } catch {
    return false;
  }
}
