import type { Authorizer, AwsCall } from '../service';
import { type Decision, refusal } from './decision';
import type { ConditionContext, DeployedPolicies, Permission } from './permission';
import { type PolicyDocument, PolicyReader } from './policy-document';
import { type Principal, principalOf } from './principal';
import { type Question, simulate } from './simulation';
import { permissionsFor } from './tables';

/** A call that was refused, and the decision that refused it. */
export interface Denial {
  readonly at: Date;
  readonly service: string;
  readonly operation: string;
  readonly decision: Decision;
}

/** How many refusals are kept for those who look. */
const KEPT_DENIALS = 200;

/** Lets a call pass when the deployed policies allow everything that it needs: the caller's, the resource's and the key's. */
export class PolicyAuthorizer implements Authorizer {
  readonly #policies = new PolicyReader();
  readonly #decisions = new Map<string, Promise<Decision>>();
  readonly #denials: Denial[] = [];

  constructor(private readonly deployed: DeployedPolicies) {}

  /** Rejects as the called service would. */
  async authorize(call: AwsCall): Promise<void> {
    const denied = await this.#denied(call);
    if (denied) throw refusal(call.service, denied);
  }

  /** Whether a call would be let through. One that would not counts as refused. */
  async allows(call: AwsCall): Promise<boolean> {
    return (await this.#denied(call)) === undefined;
  }

  /** Every decision that a call depends on, with the statements that decided. */
  async explain(call: AwsCall): Promise<readonly Decision[]> {
    const principal = principalOf(call, this.deployed);
    return Promise.all(permissionsFor(call, this.deployed).map((each) => this.#decide(principal, each)));
  }

  /** The last refusals, the oldest first. */
  denials(): readonly Denial[] {
    return this.#denials;
  }

  async #denied(call: AwsCall): Promise<Decision | undefined> {
    const decision = (await this.explain(call)).find(({ allowed }) => !allowed);
    if (!decision) return undefined;
    const { service, operation } = call;
    this.#denials.push({ at: this.deployed.account.clock.now(), service, operation, decision });
    if (this.#denials.length > KEPT_DENIALS) this.#denials.shift();
    return decision;
  }

  #decide(principal: Principal, permission: Permission): Promise<Decision> {
    const question: Question = {
      principal,
      permission,
      identityPolicies: new Map(principal.policies.map(({ name, document }) => [name, this.#policies.read(document)])),
      accountId: this.deployed.account.id,
      ...(permission.resourcePolicy === undefined
        ? {}
        : { resourcePolicy: this.#policies.read(permission.resourcePolicy) }),
    };
    const key = keyOf(question);
    const known = this.#decisions.get(key) ?? simulate(question);
    this.#decisions.set(key, known);
    return known;
  }
}

/** Everything that a decision depends on: who, what, the policies, and those condition keys that the policies name. */
function keyOf({ principal, permission, identityPolicies, resourcePolicy }: Question): string {
  const policies = [...identityPolicies.values(), ...(resourcePolicy ? [resourcePolicy] : [])];
  const context = { ...principal.context, ...permission.context };
  return [
    principal.name,
    permission.action,
    permission.resource,
    policies.map(({ id }) => id).join('+'),
    identityPolicies.size,
    ...namedKeys(context, policies),
  ].join('\n');
}

function namedKeys(context: ConditionContext, policies: readonly PolicyDocument[]): readonly string[] {
  return Object.entries(context)
    .filter(([key]) => policies.some(({ keys }) => keys.has(key.toLowerCase())))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
}
