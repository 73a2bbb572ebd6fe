import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts findings of cdk-nag on everything in a construct, with the reason. An app without cdk-nag never notices. */
export function acceptFindings(construct: IConstruct, reason: string, ids: readonly string[]): void {
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** Accepts that what a role may do is written into it. */
export const acceptInlinePolicy = (role: IConstruct): void =>
  acceptFindings(role, 'the policy belongs to this one role, and goes when the role goes', [
    'NIST.800.53.R5-IAMNoInlinePolicy',
  ]);

/** The id under which cdk-nag reports a wildcard in a policy's resource: it writes references as `<AWS::Region>`. */
export function wildcardFinding(scope: IConstruct, arn: string): string {
  return `AwsSolutions-IAM5[Resource::${flattened(Stack.of(scope).resolve(arn))}]`;
}

function flattened(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(flattened).join('');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return `<${String(value.Ref)}>`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) return flattened(value['Fn::Join'][1]);
  return JSON.stringify(value);
}
