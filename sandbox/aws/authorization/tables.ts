import { UnmodelledError } from '../../errors';
import type { AwsCall } from '../service';
import { CLOUDWATCH } from './cloudwatch';
import { EC2 } from './ec2';
import { EVENTS } from './events';
import { IAM } from './iam';
import { KMS } from './kms';
import { LAMBDA } from './lambda';
import { LOGS } from './logs';
import type { DeployedPolicies, Permission, PermissionTable } from './permission';
import { SECRETS_MANAGER } from './secrets-manager';
import { SNS } from './sns';
import { SSM } from './ssm';
import { STS } from './sts';

const TABLES: Readonly<Record<string, PermissionTable>> = {
  ec2: EC2,
  events: EVENTS,
  iam: IAM,
  kms: KMS,
  lambda: LAMBDA,
  logs: LOGS,
  monitoring: CLOUDWATCH,
  secretsmanager: SECRETS_MANAGER,
  sns: SNS,
  ssm: SSM,
  sts: STS,
};

/** Every permission that a call needs. An operation that no table lists is not modelled. */
export function permissionsFor(call: AwsCall, deployed: DeployedPolicies): readonly Permission[] {
  const { service, operation } = call;
  const table = TABLES[service] ?? {};
  const needed = Object.hasOwn(table, operation) ? table[operation] : undefined;
  if (!needed) throw new UnmodelledError(`the operation ${operation} of ${service}`);
  return needed(call, deployed);
}
