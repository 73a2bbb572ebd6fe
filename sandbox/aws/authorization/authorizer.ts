import type { Authorizer, AwsCall } from '../service';
import { type Decision, refusal } from './decision';
import { Decisions } from './decisions';
import type { DeployedPolicies } from './permission';
import { principalOf } from './principal';
import { permissionsFor } from './tables';

/** A call that was refused, and the decision that refused it. */
export interface Denial {
  readonly at: Date;
  readonly service: string;
  readonly operation: string;
  readonly decision: Decision;
}

/** Shared by all accounts of this process, since the same stacks are deployed over and over. */
const DECISIONS = new Decisions();

/** How many refusals are kept for those who look. */
const KEPT_DENIALS = 200;

/** Lets a call pass when the deployed policies allow everything that it needs: the caller's, the resource's and the key's. */
export class PolicyAuthorizer implements Authorizer {
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
    const { id } = this.deployed.account;
    return Promise.all(permissionsFor(call, this.deployed).map((each) => DECISIONS.of(principal, each, id)));
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
}
