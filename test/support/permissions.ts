import { roleNameOf } from '../../sandbox/aws/role-session';
import type { AwsCall } from '../../sandbox/aws/service';
import type { Sandbox } from '../../sandbox/sandbox';

/** One action of one statement in the policies of a role. */
export interface GrantedAction {
  readonly role: string;
  readonly policy: string;
  /** Its Sid, or its place in the policy, counted from 1. */
  readonly statement: string;
  readonly action: string;
}

interface Statement {
  readonly Sid?: string;
  readonly Action: string | readonly string[];
}

export const nameOf = ({ role, statement, action }: GrantedAction): string => `${role}: ${action} (${statement})`;

/** Everything that a role's policies grant. */
export function grantedActions(sandbox: Sandbox, role: string): readonly GrantedAction[] {
  return policiesOf(sandbox, role).flatMap(({ name: policy, document }) =>
    statementsOf(document).flatMap((each, index) =>
      [each.Action].flat().map((action) => ({ role, policy, statement: each.Sid ?? String(index + 1), action })),
    ),
  );
}

/** Takes one action away from a role, as an edit of its policy would. A statement without actions goes. */
export async function revoke(sandbox: Sandbox, granted: GrantedAction): Promise<void> {
  const { account } = sandbox;
  const found = policiesOf(sandbox, granted.role).find(({ name }) => name === granted.policy);
  const statements = statementsOf(found?.document ?? '{}').flatMap((each, index) => {
    if ((each.Sid ?? String(index + 1)) !== granted.statement) return [each];
    const Action = [each.Action].flat().filter((action) => action !== granted.action);
    return Action.length > 0 ? [{ ...each, Action }] : [];
  });
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const input = { RoleName: granted.role, PolicyName: granted.policy, PolicyDocument };
  await account.call('iam', 'PutRolePolicy', input, account.administrator);
}

/** Notes from now on which granted actions let a call pass. @returns the notes, by name */
export function recordUses(sandbox: Sandbox): ReadonlySet<string> {
  const { authorizer } = sandbox.aws;
  const explain = authorizer.explain.bind(authorizer);
  const used = new Set<string>();
  authorizer.explain = async (call: AwsCall) => {
    const decisions = await explain(call);
    for (const { action, statements } of decisions)
      for (const { statement } of statements) used.add(nameOf({ role: roleIn(call), policy: '', statement, action }));
    return decisions;
  };
  return used;
}

const roleIn = ({ caller }: AwsCall): string => caller.principal.split('/')[1] ?? caller.principal;

const statementsOf = (document: string): readonly Statement[] =>
  [(JSON.parse(document) as { readonly Statement?: readonly Statement[] }).Statement ?? []].flat();

function policiesOf(sandbox: Sandbox, role: string) {
  const { iam } = sandbox.aws;
  const found = iam.role(roleNameOf(role));
  return found ? iam.policiesOf(found) : [];
}
