import { isDeepStrictEqual } from 'node:util';
import type { ConditionContext, Permission } from '../../sandbox/aws/authorization/permission';
import type { Principal } from '../../sandbox/aws/authorization/principal';

/*
 * Nothing is allowed that no statement allows. Looking whether any could is a hundred times as fast as a decision, and
 * most questions end here. It only ever errs towards asking; `least-privilege.test.ts` holds it to the simulator.
 */

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface Allowing {
  /** The only services of AWS that it is about; absent where it is about others too. */
  readonly services?: readonly string[];
  readonly actions: RegExp;
  readonly resources: RegExp;
  /** Keys that have to have one of some values, by their name in lower case. */
  readonly needs: readonly (readonly [key: string, values: readonly string[]])[];
}

/** Whether any statement that was deployed could allow this; false is certain, true has to be decided. */
export class Possibilities {
  readonly #read = new Map<string, readonly Allowing[]>();

  constructor(private readonly accountId: string) {}

  allows(principal: Principal, permission: Permission): boolean {
    const { resourcePolicy } = permission;
    return (
      principal.policies.some(({ document }) => this.#couldBe(document, principal, permission)) ||
      (resourcePolicy !== undefined && this.#couldBe(resourcePolicy, principal, permission))
    );
  }

  #couldBe(document: string, principal: Principal, { action, resource, context = {} }: Permission): boolean {
    return this.#allowing(document).some(
      ({ services, actions, resources, needs }) =>
        (services?.includes(principal.name) ?? true) &&
        actions.test(action) &&
        resources.test(resource) &&
        meets(needs, { ...principal.context, ...context }),
    );
  }

  #allowing(document: string): readonly Allowing[] {
    const known = this.#read.get(document) ?? this.#parse(document);
    this.#read.set(document, known);
    return known;
  }

  #parse(document: string): readonly Allowing[] {
    const { Statement = [] } = JSON.parse(document) as { Statement?: Statement | readonly Statement[] };
    return [Statement]
      .flat()
      .filter((each) => each.Effect === 'Allow' && !this.#delegates(each))
      .map((each) => ({
        ...servicesOf(each),
        actions: each.NotAction === undefined ? pattern(each.Action) : /^/,
        resources: each.NotResource === undefined ? pattern(each.Resource) : /^/,
        needs: needsOf(each),
      }));
  }

  /** A key's policy that names the account leaves the decision to the policies of the account's identities. */
  #delegates({ Principal }: Statement): boolean {
    if (typeof Principal !== 'object' || Principal === null) return false;
    return isDeepStrictEqual(Principal, { AWS: `arn:aws:iam::${this.accountId}:root` });
  }
}

/** Statements about services alone. */
function servicesOf({ Principal }: Statement): Pick<Allowing, 'services'> {
  if (typeof Principal !== 'object' || Principal === null || Object.keys(Principal).join() !== 'Service') return {};
  return { services: Object.values(Principal).flat().map(String) };
}

const needsOf = ({ Condition = {} }: Statement): Allowing['needs'] =>
  Object.entries(Condition.StringEquals ?? {}).map(([key, values]) => [key.toLowerCase(), [values].flat()] as const);

function meets(needs: Allowing['needs'], context: ConditionContext): boolean {
  if (needs.length === 0) return true;
  const given = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return needs.every(([key, values]) => {
    const value = given.get(key);
    return typeof value === 'string' ? values.includes(value) : value !== undefined;
  });
}

/** Texts with `*` and `?`; a statement without any, such as a role's trust, is about whatever it is attached to. */
function pattern(texts: string | readonly string[] | undefined): RegExp {
  if (texts === undefined) return /^/;
  const parts = [texts].flat().map((text) =>
    text
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  );
  return new RegExp(`^(?:${parts.join('|')})$`, 'i');
}
