import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AWS_CURRENT } from '../contract/labels';
import { denyToAllBut } from './key-secret';

/** Whom a service's secret knows. */
export interface ServiceKeyPrincipals {
  /** The rotate and the reconcile function's role. */
  readonly platformRoleArns: readonly string[];
  /** Roles that read the key; a list that may still grow, so read it late. */
  readonly readerRoleArns: readonly string[];
}

/**
 * Reading and writing the value, to all but the named. No other action is denied: CloudFormation has to be able to
 * describe, tag, update, schedule and police the secret.
 */
export function valueStatements({ platformRoleArns, readerRoleArns }: ServiceKeyPrincipals): PolicyStatement[] {
  return [
    denyToAllBut('DenyReadsToAllButReaders', readerRoleArns, ['secretsmanager:GetSecretValue']),
    denyToAllBut('DenyWritesToAllButThePlatform', platformRoleArns, [
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ]),
  ];
}

/**
 * Readers get the key through these VPC endpoints alone. A request from elsewhere carries no endpoint, and is denied as
 * well. The platform's functions are outside.
 */
export const endpointStatement = (
  platformRoleArns: readonly string[],
  endpointIds: readonly string[],
): PolicyStatement =>
  new PolicyStatement({
    sid: 'DenyReadsFromElsewhere',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['secretsmanager:GetSecretValue'],
    resources: ['*'],
    conditions: {
      ArnNotLike: { 'aws:PrincipalArn': platformRoleArns },
      StringNotEquals: { 'aws:SourceVpce': endpointIds },
    },
  });

/**
 * Readers get the current key, not the next, not the previous and none by version id. The stage is a parameter of the
 * request, absent from a plain read: without `Null: false` beside it, the deny would hit every plain read.
 */
export function strictReadStatements(platformRoleArns: readonly string[]): PolicyStatement[] {
  const denyReads = (sid: string, conditions: Record<string, Record<string, unknown>>): PolicyStatement =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['secretsmanager:GetSecretValue'],
      resources: ['*'],
      conditions: { ArnNotLike: { 'aws:PrincipalArn': platformRoleArns }, ...conditions },
    });
  return [
    denyReads('DenyReadsOfOtherStages', {
      StringNotEquals: { 'secretsmanager:VersionStage': AWS_CURRENT },
      Null: { 'secretsmanager:VersionStage': 'false' },
    }),
    denyReads('DenyReadsByVersionId', { Null: { 'secretsmanager:VersionId': 'false' } }),
  ];
}
