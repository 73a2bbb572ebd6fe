import type { AwsAccount } from '../account';
import type { Iam } from '../iam';
import type { Kms } from '../kms';
import type { Lambda } from '../lambda/lambda';
import type { SecretsManager } from '../secrets-manager/secrets-manager';
import type { AwsCall, AwsInput } from '../service';
import type { Sns } from '../sns';
import type { Ssm } from '../ssm';

/** Condition keys that a request carries, with their values; a list for a key that has several. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

/** One thing that IAM is asked for a call: may the caller do this action on this resource? */
export interface Permission {
  /** `secretsmanager:GetSecretValue`. */
  readonly action: string;
  /** An ARN, or `*` for an action that takes no resource. */
  readonly resource: string;
  /** The resource's own policy, where it has one. */
  readonly resourcePolicy?: string;
  /** Condition keys beyond those that every request of this caller carries. @default none */
  readonly context?: ConditionContext;
}

/** Where the policies and tags of what is deployed are looked up. */
export interface DeployedPolicies {
  readonly account: AwsAccount;
  readonly iam: Iam;
  readonly kms: Kms;
  readonly lambda: Lambda;
  readonly secretsManager: SecretsManager;
  readonly sns: Sns;
  readonly ssm: Ssm;
}

/** Every permission that a call of one operation needs, all of them. */
export type NeededPermissions = (call: AwsCall, deployed: DeployedPolicies) => readonly Permission[];

/** What each modelled operation of a service needs. */
export type PermissionTable = Readonly<Record<string, NeededPermissions>>;

/** A text in an input; undefined for anything else, which the service itself refuses. */
export function textIn(input: AwsInput, field: string): string | undefined {
  const value = input[field];
  return typeof value === 'string' ? value : undefined;
}

/** The texts in a list of an input. */
export function textsIn(input: AwsInput, field: string): readonly string[] {
  const value = input[field];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

/** Condition keys for those fields of an input that were given, by the key's name. */
export function whenGiven(input: AwsInput, fields: Readonly<Record<string, string>>): ConditionContext {
  const given = Object.entries(fields).flatMap(([key, field]) => {
    const value = input[field];
    return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
      ? [[key, String(value)] as const]
      : [];
  });
  return Object.fromEntries(given);
}

/** The tags that a request brings along: `aws:RequestTag/…` and `aws:TagKeys`. */
export function requestTags(input: AwsInput): ConditionContext {
  const tags = Array.isArray(input.Tags) ? (input.Tags as readonly Readonly<Record<string, unknown>>[]) : [];
  const pairs = tags.map((tag) => [String(tag.Key ?? tag.TagKey), String(tag.Value ?? tag.TagValue)] as const);
  const keys = [...pairs.map(([key]) => key), ...textsIn(input, 'TagKeys')];
  if (keys.length === 0) return {};
  return {
    ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': keys,
  };
}

/** The tags of the resource that a request is about: `aws:ResourceTag/…`. */
export const resourceTags = (tags: ReadonlyMap<string, string>): ConditionContext =>
  Object.fromEntries([...tags].map(([key, value]) => [`aws:ResourceTag/${key}`, value]));

/** ARN of something in this account and region. */
export const arnIn = ({ account }: DeployedPolicies, service: string, resource: string): string =>
  `arn:aws:${service}:${account.region}:${account.id}:${resource}`;
