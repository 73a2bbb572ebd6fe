import { UnmodelledError } from '../../errors';
import type { AwsAccount } from '../account';
import type { Caller } from '../service';
import { NO_VALUE, resolveCondition, resolveValue, type Scope } from './intrinsics';
import type { DeployedResource } from './resource';
import type { Template } from './template';

/** A stack as it stands in an account. */
export interface DeployedStack {
  readonly stackName: string;
  readonly template: Template;
  readonly resources: Map<string, DeployedResource>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Values of a template's parameters. One of type SSM parameter holds the value found under the name it defaults to. */
export async function readParameters(
  account: AwsAccount,
  template: Template,
  caller: Caller,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const [name, { Type, Default }] of Object.entries(template.Parameters ?? {})) {
    if (Default === undefined) throw new UnmodelledError(`parameter ${name} without a default`);
    if (Type === 'String') values.set(name, Default);
    else if (Type === 'AWS::SSM::Parameter::Value<String>') values.set(name, await fromSsm(account, Default, caller));
    else throw new UnmodelledError(`parameter type ${Type} of ${name}`);
  }
  return values;
}

async function fromSsm(account: AwsAccount, name: string, caller: Caller): Promise<string> {
  const { Parameter } = await account.call('ssm', 'GetParameter', { Name: name }, caller);
  return (Parameter as { readonly Value: string }).Value;
}

/** The names that a template of one stack can refer to, while its resources come into being. */
export function scopeOf(
  account: AwsAccount,
  stack: { readonly stackName: string; readonly template: Template },
  parameters: ReadonlyMap<string, string>,
  resources: ReadonlyMap<string, DeployedResource>,
): Scope {
  const pseudo = pseudoParameters(account, stack.stackName);
  const scope: Scope = {
    ref: (name) => {
      const value = pseudo.get(name) ?? parameters.get(name) ?? resources.get(name)?.physicalId;
      return value ?? missing(`Ref to ${name}`);
    },
    attribute: (id, name) => {
      const resource = resources.get(id) ?? missing(`Fn::GetAtt of ${id}`);
      if (!(name in resource.attributes)) throw new UnmodelledError(`attribute "${name}" of ${resource.type}`);
      return resource.attributes[name];
    },
    condition: (name) => {
      const condition = stack.template.Conditions?.[name] ?? missing(`condition ${name}`);
      return resolveCondition(condition, scope);
    },
  };
  return scope;
}

/** Rejects when one of a template's rules does not hold. */
export function checkRules(template: Template, scope: Scope): void {
  for (const [name, rule] of Object.entries(template.Rules ?? {})) {
    if (rule.RuleCondition !== undefined && !resolveCondition(rule.RuleCondition, scope)) continue;
    for (const { Assert, AssertDescription = '' } of rule.Assertions)
      if (!resolveCondition(Assert, scope)) throw new Error(`rule ${name} does not hold: ${AssertDescription}`);
  }
}

/** A stack's outputs, without those whose condition is false. */
export function outputsOf(template: Template, scope: Scope): Readonly<Record<string, unknown>> {
  const present = Object.entries(template.Outputs ?? {}).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  return Object.fromEntries(present.map(([name, { Value }]) => [name, resolveValue(Value, scope)]));
}

function pseudoParameters(account: AwsAccount, stackName: string): ReadonlyMap<string, unknown> {
  const stackId = `arn:aws:cloudformation:${account.region}:${account.id}:stack/${stackName}/sandbox`;
  return new Map<string, unknown>([
    ['AWS::Partition', 'aws'],
    ['AWS::Region', account.region],
    ['AWS::AccountId', account.id],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', stackId],
    ['AWS::NoValue', NO_VALUE],
  ]);
}

function missing(what: string): never {
  throw new Error(`${what}: there is no such thing in this stack`);
}
