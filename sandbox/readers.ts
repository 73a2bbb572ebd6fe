import { reconcileRoleName, rotateRoleName } from '../lib/contract/names';
import { roleNameOf } from './aws/role-session';

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const READ = 'secretsmanager:GetSecretValue';

/**
 * The roles that read a service's key. The secret's policy denies reading
 * to all but the roles that it names: those are the readers and the platform's own functions.
 * @param policy the secret's resource policy, as deployed
 */
export function readerRoleArns(policy: string, environment: string): readonly string[] {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: readonly Statement[] };
  const platformRoles = [rotateRoleName(environment), reconcileRoleName(environment)];
  const named = Statement.filter(deniesReading).flatMap(exceptions);
  return [...new Set(named)].filter((arn) => !platformRoles.includes(roleNameOf(arn)));
}

const deniesReading = ({ Effect, Action = [] }: Statement): boolean =>
  Effect === 'Deny' && [Action].flat().includes(READ);

const exceptions = ({ Condition }: Statement): readonly string[] =>
  [Condition?.ArnNotLike?.['aws:PrincipalArn'] ?? []].flat();
