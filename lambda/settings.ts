import { RECONCILE_VARIABLES, ROTATE_VARIABLES } from '../lib/contract/function-environment';
import { CONDITIONS, type Condition } from '../lib/contract/metrics';
import type { IssuerAccess } from '../lib/contract/platform-settings';
import { PUTTING_BACK, RUNBOOK } from '../lib/contract/runbook';
import type { WorkspaceLimits } from '../lib/contract/workspace-limits';
import { KeyRotationError } from '../lib/core/errors';
import type { Wiring } from './wiring';

/** What the rotation function is told by its declared environment. */
export interface RotateSettings {
  readonly environment: string;
  readonly organizationId: string;
  readonly workspaceId: string;
}

export interface ReconcileSettings extends RotateSettings {
  readonly issuerAccess: IssuerAccess;
  readonly adminKeyExpiresOn?: Date;
  readonly adminKeyMaxAgeDays?: number;
  readonly workspaceLimits?: WorkspaceLimits;
  readonly warningTopicArn: string;
  readonly criticalTopicArn: string;
  readonly timeZone: string;
  readonly allowPersonalKeys: boolean;
  readonly runbookUrl: string;
  readonly serviceMetrics: boolean;
  /** Conditions that the environment does not hear of. */
  readonly untold: ReadonlySet<Condition>;
}

/** @throws KeyRotationError BadSettings, naming the variable */
export function rotateSettings(env: Wiring['env']): RotateSettings {
  return {
    environment: required(env, ROTATE_VARIABLES.environment),
    organizationId: required(env, ROTATE_VARIABLES.organizationId),
    workspaceId: required(env, ROTATE_VARIABLES.workspaceId),
  };
}

/** @throws KeyRotationError BadSettings, naming the variable */
export function reconcileSettings(env: Wiring['env']): ReconcileSettings {
  const expiresOn = env[RECONCILE_VARIABLES.adminKeyExpiresOn];
  const maxAgeDays = env[RECONCILE_VARIABLES.adminKeyMaxAgeDays];
  const limits = env[RECONCILE_VARIABLES.workspaceLimits];
  return {
    ...rotateSettings(env),
    issuerAccess: issuerAccess(required(env, RECONCILE_VARIABLES.issuerAccess)),
    warningTopicArn: required(env, RECONCILE_VARIABLES.warningTopicArn),
    criticalTopicArn: required(env, RECONCILE_VARIABLES.criticalTopicArn),
    timeZone: timeZone(env[RECONCILE_VARIABLES.timeZone] ?? 'UTC'),
    allowPersonalKeys: env[RECONCILE_VARIABLES.allowPersonalKeys] === 'yes',
    runbookUrl: env[RECONCILE_VARIABLES.runbookUrl] || RUNBOOK,
    untold: new Set(conditionsIn(env[RECONCILE_VARIABLES.untoldConditions] ?? '')),
    serviceMetrics: env[RECONCILE_VARIABLES.serviceMetrics] === 'yes',
    ...(expiresOn ? { adminKeyExpiresOn: day(expiresOn) } : {}),
    ...(maxAgeDays ? { adminKeyMaxAgeDays: days(maxAgeDays) } : {}),
    ...(limits ? { workspaceLimits: workspaceLimits(limits) } : {}),
  };
}

function required(env: Wiring['env'], name: string): string {
  const value = env[name];
  if (value) return value;
  throw new KeyRotationError(
    'BadSettings',
    `the environment variable ${name} is missing; put it back: ${PUTTING_BACK}`,
  );
}

function day(value: string): Date {
  const time = new Date(value);
  if (/^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(time.getTime())) return time;
  throw new KeyRotationError(
    'BadSettings',
    `the day on which the admin key expires is "${value}"; allowed is 2027-03-01`,
  );
}

function days(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new KeyRotationError('BadSettings', `the greatest age of the admin key is "${value}"; allowed are days, as 90`);
}

/** The construct has checked what it declares; here it is only told from something else. */
function workspaceLimits(text: string): WorkspaceLimits {
  try {
    const { rateLimits, monthlySpendUsd } = JSON.parse(text) as Partial<WorkspaceLimits>;
    if (Array.isArray(rateLimits) && ['number', 'undefined'].includes(typeof monthlySpendUsd))
      return { rateLimits, ...(monthlySpendUsd === undefined ? {} : { monthlySpendUsd }) };
  } catch {}
  throw new KeyRotationError(
    'BadSettings',
    `the limits of the workspace cannot be understood; put them back: ${PUTTING_BACK}`,
  );
}

function issuerAccess(value: string): IssuerAccess {
  if (value === 'adminKey' || value === 'manual') return value;
  throw new KeyRotationError('BadSettings', `issuer access is "${value}"; allowed are adminKey and manual`);
}

function timeZone(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw new KeyRotationError('BadSettings', `the time zone is "${value}"; allowed are names such as Europe/Berlin`);
  }
}

const conditionsIn = (text: string): readonly Condition[] =>
  text.split(',').filter((name): name is Condition => Object.hasOwn(CONDITIONS, name));
