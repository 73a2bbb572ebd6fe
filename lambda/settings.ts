import { RECONCILE_VARIABLES, ROTATE_VARIABLES } from '../lib/contract/function-environment';
import type { IssuerAccess } from '../lib/contract/platform-settings';
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
  readonly actionTopicArn: string;
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
  return {
    ...rotateSettings(env),
    issuerAccess: issuerAccess(required(env, RECONCILE_VARIABLES.issuerAccess)),
    actionTopicArn: required(env, RECONCILE_VARIABLES.actionTopicArn),
    ...(expiresOn ? { adminKeyExpiresOn: new Date(expiresOn) } : {}),
  };
}

function required(env: Wiring['env'], name: string): string {
  const value = env[name];
  if (value) return value;
  throw new KeyRotationError(
    'BadSettings',
    `the environment variable ${name} is missing; deploy the platform stack again`,
  );
}

function issuerAccess(value: string): IssuerAccess {
  if (value === 'adminKey' || value === 'manual') return value;
  throw new KeyRotationError('BadSettings', `issuer access is "${value}"; allowed are adminKey and manual`);
}
