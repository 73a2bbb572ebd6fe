import { cloudFormationCaller } from '../cloudformation/bootstrap';
import type { AwsCall, Caller } from '../service';
import type { ConditionContext, DeployedPolicies } from './permission';

/** A policy of an identity, with the name that an explanation calls it by. */
export interface IdentityPolicy {
  readonly name: string;
  readonly document: string;
}

/** Who asks, as policies see it. */
export interface Principal {
  /** As the Principal element of a policy names it, or would. */
  readonly name: string;
  /** Whether an AWS service asks for itself, not for somebody. */
  readonly isService: boolean;
  readonly policies: readonly IdentityPolicy[];
  /** Beyond what it allows, the policies above allow nothing. */
  readonly boundary?: IdentityPolicy;
  readonly context: ConditionContext;
}

/** What the root user can do, the deploying role is given at bootstrap, and a caller of another account is taken to have there. */
const FULL_ACCESS: readonly IdentityPolicy[] = [
  {
    name: 'AdministratorAccess',
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    }),
  },
];

const ROLE_SESSION = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/;

/** Who makes a call, with the policies of that identity and the condition keys that every request of theirs carries. */
export function principalOf({ service, caller }: AwsCall, deployed: DeployedPolicies): Principal {
  const { principal, accountId, via, vpcEndpoint, organizationId, functionArn } = caller;
  const everybody = { 'aws:SecureTransport': 'true', 'aws:ViaAWSService': String(via !== undefined) };
  if (principal.endsWith('.amazonaws.com')) {
    const context = { ...everybody, 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal };
    return { name: principal, isService: true, policies: [], context: { ...context, ...sourceOf(service, caller) } };
  }
  const [, , roleName] = ROLE_SESSION.exec(principal) ?? [];
  const context = {
    ...everybody,
    ...(vpcEndpoint === undefined ? {} : { 'aws:SourceVpce': vpcEndpoint }),
    ...(organizationId === undefined ? {} : { 'aws:PrincipalOrgID': organizationId }),
    ...(functionArn === undefined ? {} : { 'lambda:SourceFunctionArn': functionArn }),
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalArn': roleName === undefined ? principal : roleArn(roleName, caller, deployed),
  };
  const boundary = boundaryOf(caller, roleName, deployed);
  const policies = policiesOf(caller, roleName, deployed);
  return { name: principal, isService: false, policies, ...(boundary ? { boundary } : {}), context };
}

/** EventBridge says for whom it comes to functions; to topics, and to their keys, it says nothing. */
function sourceOf(service: string, { principal, accountId, sourceArn }: Caller): ConditionContext {
  if (principal === 'events.amazonaws.com' && service !== 'lambda') return {};
  return { 'aws:SourceAccount': accountId, ...(sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn }) };
}

/** A session's principal ARN is that of its role, which has the role's path. */
function roleArn(roleName: string, { accountId }: Caller, { account, iam }: DeployedPolicies): string {
  const role = accountId === account.id ? iam.role(roleName) : undefined;
  return role?.arn ?? `arn:aws:iam::${accountId}:role/${roleName}`;
}

function policiesOf(
  caller: Caller,
  roleName: string | undefined,
  { account, iam }: DeployedPolicies,
): readonly IdentityPolicy[] {
  const fullAccess = [account.administrator.principal, cloudFormationCaller(account).principal];
  if (caller.accountId !== account.id || fullAccess.includes(caller.principal)) return FULL_ACCESS;
  const role = roleName === undefined ? undefined : iam.role(roleName);
  return role ? iam.policiesOf(role) : [];
}

function boundaryOf(
  { accountId }: Caller,
  roleName: string | undefined,
  { account, iam }: DeployedPolicies,
): IdentityPolicy | undefined {
  const role = accountId === account.id && roleName !== undefined ? iam.role(roleName) : undefined;
  return role && iam.boundaryOf(role);
}
