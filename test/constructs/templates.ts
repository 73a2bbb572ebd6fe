import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RotationPlatform, type RotationPlatformProps } from '../../lib/constructs/rotation-platform';
import { ServiceApiKey, type ServiceApiKeyProps } from '../../lib/constructs/service-api-key';

export const ACCOUNT = '111111111111';
export const OTHER_ACCOUNT = '222222222222';
export const REGION = 'eu-central-1';

/** A stack in a known account and region, so that ARNs are whole texts. */
export function aStack(context: Readonly<Record<string, unknown>> = {}): Stack {
  const app = new App({ analyticsReporting: false, context: { ...context } });
  return new Stack(app, 'Stack', { env: { account: ACCOUNT, region: REGION } });
}

/** The template of a platform, changed as wished. */
export function platformTemplate(props: Partial<RotationPlatformProps> = {}): Template {
  const stack = aStack();
  new RotationPlatform(stack, 'Platform', {
    environment: 'prod',
    organizationId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    workspaceId: 'wrkspc_01test',
    issuerAccess: 'adminKey',
    ...props,
  });
  return Template.fromStack(stack);
}

/** A service's key in a stack, changed as wished. */
export function aServiceApiKey(stack: Stack, props: Partial<ServiceApiKeyProps> = {}): ServiceApiKey {
  return new ServiceApiKey(stack, 'Key', {
    environment: 'prod',
    service: 'billing-bot',
    owner: 'team-billing',
    ...props,
  });
}

/** One statement of a policy, lists where a policy may also hold a single text. */
export interface Statement {
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: unknown;
}

/** The statements of a policy document, in plain words: see `plain`. */
export function statementsOf(document: { readonly Statement: readonly Record<string, unknown>[] }): Statement[] {
  return document.Statement.map((statement) => ({
    sid: String(statement.Sid ?? ''),
    effect: String(statement.Effect),
    actions: [statement.Action].flat().map(String),
    resources: [plain(statement.Resource)].flat().map(String),
    conditions: plain(statement.Condition ?? {}),
  }));
}

/** The statements of the policy attached to a role of a fixed name. */
export function roleStatements(template: Template, roleName: string): Statement[] {
  const roles = template.findResources('AWS::IAM::Role', { Properties: { RoleName: roleName } });
  const [roleId] = Object.keys(roles);
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter((policy) =>
    JSON.stringify(policy.Properties.Roles).includes(`"${roleId}"`),
  );
  return policies.flatMap((policy) => statementsOf(policy.Properties.PolicyDocument));
}

/** What a template's value comes to: joins become text, a reference `<LogicalId>` without the hash CDK adds. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return value.Ref === 'AWS::Partition' ? 'aws' : `<${name(value.Ref)}>`;
  if ('Fn::GetAtt' in value) return `<${[value['Fn::GetAtt']].flat().map(name).join('.')}>`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) return [plain(value['Fn::Join'][1])].flat().join('');
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

const name = (id: unknown): string => String(id).replace(/[0-9A-F]{8}(Parameter)?$/, '');
