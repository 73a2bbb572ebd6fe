import { OPERATORS } from '../../lib/config/environment-config';
import { operatorRoleName, reconcileRoleName, rotateRoleName } from '../../lib/contract/names';
import { type IdentityPolicy, type Principal, principalOf } from '../../sandbox/aws/authorization/principal';
import { ANONYMOUS } from '../../sandbox/aws/authorization/simulation';
import { cloudFormationCaller } from '../../sandbox/aws/cloudformation/bootstrap';
import { roleSession } from '../../sandbox/aws/role-session';
import type { Caller } from '../../sandbox/aws/service';
import type { DeployedEnvironment } from './deployed-environment';

/** Somebody who asks, with the policies of that identity. */
export interface Asker {
  /** Who that is, as the table of what is meant calls it. */
  readonly kind: string;
  readonly name: string;
  /** Absent for whoever belongs to no environment. */
  readonly environment?: string;
  /** The service or function whose role this is. */
  readonly owner?: string;
  /** As a called service sees the asker. */
  readonly as: (service: string) => Principal;
}

const EVENTS = 'events.amazonaws.com';
const STRANGERS_ACCOUNT = '999988887777';

/** Every role of an environment that may be assumed, by what it is for. */
export function rolesOf(of: DeployedEnvironment, vpcEndpoint?: string): readonly Asker[] {
  const { environment, stacks, aws } = of;
  const byName = new Map<string, string>([
    [rotateRoleName(environment), 'rotate'],
    [reconcileRoleName(environment), 'reconcile'],
    ...OPERATORS.map((operator) => [operatorRoleName(environment, operator), operator] as const),
  ]);
  const through = vpcEndpoint === undefined ? {} : { vpcEndpoint };
  return stacks.flatMap(({ service, resources }) =>
    resources
      .filter(({ type }) => type === 'AWS::IAM::Role')
      .map(({ physicalId }) => {
        const owner = service ?? byName.get(physicalId);
        const kind = service === undefined ? (owner ?? physicalId) : 'reader';
        return {
          ...asker(of, kind, {
            ...roleSession(aws.account.id, physicalId, 'session'),
            ...through,
            ...codeOf(of, owner),
          }),
          environment,
          ...(owner === undefined ? {} : { owner }),
        };
      }),
  );
}

/** Lambda itself, with the roles of the functions: what it does for them, their code need not be able to do. */
export const lambdaFor = (of: DeployedEnvironment): readonly Asker[] =>
  [rotateRoleName, reconcileRoleName].map((nameIn) => ({
    ...asker(of, 'Lambda for a function', roleSession(of.aws.account.id, nameIn(of.environment), 'lambda')),
    environment: of.environment,
  }));

/** A function's code is told apart from Lambda, which uses the same role. */
function codeOf({ aws, environment }: DeployedEnvironment, owner: string | undefined): Pick<Caller, 'functionArn'> {
  const name = `claude-keys-${environment}-${owner}`;
  const functionArn = aws.lambda.functions().find((each) => each.name === name)?.arn;
  return functionArn === undefined ? {} : { functionArn };
}

/** A role of another account, which may do there whatever that account lets it. */
export const roleElsewhere = (
  of: DeployedEnvironment,
  kind: string,
  accountId: string,
  name: string,
  organizationId?: string,
): Asker =>
  asker(of, kind, {
    ...roleSession(accountId, name, 'session'),
    ...(organizationId === undefined ? {} : { organizationId }),
  });

/** The rules of an environment, as what they invoke sees them. */
export const rulesOf = (of: DeployedEnvironment): readonly Asker[] =>
  of.stacks.flatMap(({ resources }) =>
    resources
      .filter(({ type }) => type === 'AWS::Events::Rule')
      .map(({ attributes, logicalId }) => {
        const caller = { principal: EVENTS, accountId: of.aws.account.id, sourceArn: String(attributes.Arn) };
        return { ...asker(of, 'rule', caller), name: logicalId, environment: of.environment };
      }),
  );

/** Everybody else: of this account, of another, of nobody's; and the services of AWS, for this account and for another. */
export function othersIn(of: DeployedEnvironment): readonly Asker[] {
  const { account } = of.aws;
  const { id, region } = account;
  const ours = { accountId: id, sourceArn: `arn:aws:events:${region}:${id}:rule/some-rule` };
  const theirs = {
    accountId: STRANGERS_ACCOUNT,
    sourceArn: `arn:aws:events:${region}:${STRANGERS_ACCOUNT}:rule/some-rule`,
  };
  return [
    asker(of, 'administrator', roleSession(id, 'admin', 'session'), [all(['*'])]),
    asker(of, 'deployment', cloudFormationCaller(account)),
    asker(of, 'wide reader', roleSession(id, 'developers', 'session'), [all(READING)]),
    asker(of, 'unrelated role', roleSession(id, 'unrelated', 'session'), [all(['s3:*', 'dynamodb:*'])]),
    asker(of, 'stranger', roleSession(STRANGERS_ACCOUNT, 'admin', 'session')),
    asker(of, 'stranger', roleSession(STRANGERS_ACCOUNT, rotateRoleName(of.environment), 'namesake')),
    anybody(of),
    ...SERVICES(region).flatMap((principal) => [
      { ...asker(of, principal, { principal, ...ours }), name: `${principal} for this account` },
      {
        ...asker(of, `${principal} for a stranger`, { principal, ...theirs }),
        name: `${principal} for another account`,
      },
    ]),
  ];
}

/** What a role might be given by a team that thinks of its own service alone. */
const READING = [
  'secretsmanager:BatchGetSecretValue',
  'secretsmanager:GetSecretValue',
  'ssm:GetParameter*',
  'kms:Decrypt',
];

const SERVICES = (region: string): readonly string[] => [
  'apigateway.amazonaws.com',
  'cloudformation.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'events.amazonaws.com',
  'lambda.amazonaws.com',
  `logs.${region}.amazonaws.com`,
  'secretsmanager.amazonaws.com',
  'sns.amazonaws.com',
  'ssm.amazonaws.com',
];

const all = (actions: readonly string[]): IdentityPolicy => ({
  name: 'of its own',
  document: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  }),
});

function asker(of: DeployedEnvironment, kind: string, caller: Caller, policies?: readonly IdentityPolicy[]): Asker {
  const known = new Map<string, Principal>();
  const see = (service: string): Principal => {
    const principal = principalOf({ service, operation: '', input: {}, caller }, of.aws);
    const context = { ...principal.context, 'kms:CallerAccount': caller.accountId };
    return { ...principal, context, ...(policies === undefined ? {} : { policies }) };
  };
  const as = (service: string): Principal => {
    const principal = known.get(service) ?? see(service);
    known.set(service, principal);
    return principal;
  };
  return { kind, name: caller.principal, as };
}

function anybody(of: DeployedEnvironment): Asker {
  const caller: Caller = { principal: ANONYMOUS, accountId: '' };
  return {
    ...asker(of, 'anybody', caller),
    name: 'somebody who signs nothing',
    as: () => ({
      name: ANONYMOUS,
      isService: false,
      policies: [],
      context: { 'aws:SecureTransport': 'true', 'aws:PrincipalIsAWSService': 'false', 'aws:ViaAWSService': 'false' },
    }),
  };
}
