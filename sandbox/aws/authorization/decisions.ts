import type { Decision } from './decision';
import type { ConditionContext, Permission } from './permission';
import { type PolicyDocument, PolicyReader } from './policy-document';
import type { Principal } from './principal';
import { type Question, simulate } from './simulation';

/** So many decisions are kept: more than any environment asks for. */
const MOST_KNOWN = 20_000;

/** Decisions by evaluated policies, each kept by everything that it depends on: a policy that changed is evaluated anew. */
export class Decisions {
  readonly #policies = new PolicyReader();
  readonly #known = new Map<string, Promise<Decision>>();

  /** How many different questions were evaluated. */
  get evaluated(): number {
    return this.#known.size;
  }

  /** Whether somebody may do one thing to a resource of an account. */
  of(principal: Principal, permission: Permission, accountId: string): Promise<Decision> {
    const question = this.#question(principal, permission, accountId);
    const key = keyOf(question);
    const decision = this.#known.get(key) ?? simulate(question);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, decision);
    return decision;
  }

  #question(principal: Principal, permission: Permission, accountId: string): Question {
    const { resourcePolicy } = permission;
    const { boundary } = principal;
    return {
      principal,
      permission,
      accountId,
      identityPolicies: new Map(principal.policies.map(({ name, document }) => [name, this.#policies.read(document)])),
      ...(boundary === undefined ? {} : { boundary: this.#policies.read(boundary.document) }),
      ...(resourcePolicy === undefined ? {} : { resourcePolicy: this.#policies.read(resourcePolicy) }),
    };
  }
}

/** Everything that a decision depends on: who, what, the policies, and those condition keys that the policies name. */
function keyOf({ principal, permission, identityPolicies, boundary, resourcePolicy, accountId }: Question): string {
  const policies = [
    ...identityPolicies.values(),
    ...(boundary ? [boundary] : []),
    ...(resourcePolicy ? [resourcePolicy] : []),
  ];
  const context = { ...principal.context, ...permission.context };
  return [
    accountId,
    principal.name,
    permission.action,
    permission.resource,
    policies.map(({ id }) => id).join('+'),
    identityPolicies.size,
    boundary?.id ?? 'unbounded',
    ...namedKeys(context, policies),
  ].join('\n');
}

function namedKeys(context: ConditionContext, policies: readonly PolicyDocument[]): readonly string[] {
  return Object.entries(context)
    .filter(([key]) => policies.some(({ keys }) => keys.has(key.toLowerCase())))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
}
