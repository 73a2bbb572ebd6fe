import {
  anonymousPrincipal,
  getDenialReasons,
  getGrantReasons,
  type RequestAnalysis,
  runSimulation,
} from '@cloud-copilot/iam-simulate';
import type { DecidingStatement, Decision } from './decision';
import type { Permission } from './permission';
import { contextForSimulator, type PolicyDocument } from './policy-document';
import type { Principal } from './principal';

/** One question, with the policies that answer it. */
export interface Question {
  readonly principal: Principal;
  readonly permission: Permission;
  /** Policies of the principal, by name. */
  readonly identityPolicies: ReadonlyMap<string, PolicyDocument>;
  /** What bounds the principal, where anything does. */
  readonly boundary?: PolicyDocument;
  readonly resourcePolicy?: PolicyDocument;
  /** The account that the resource belongs to. */
  readonly accountId: string;
}

/** Name of a principal that signs nothing. */
export const ANONYMOUS = '*';

const RESOURCE_POLICY = 'resource policy';
const BOUNDARY = 'permissions boundary';

/** Decides as AWS does, by evaluating the policies themselves. */
export async function simulate(question: Question): Promise<Decision> {
  const { principal, permission } = question;
  const { overallResult, analysis } = await run(question);
  const allowed = overallResult === 'Allowed';
  // A service has no policies of its own: whatever it may do, a resource allows.
  const identityAllows = principal.isService || analysis?.identityAnalysis?.result === 'Allowed';
  const boundaryAllows = (analysis?.permissionBoundaryAnalysis?.result ?? 'Allowed') === 'Allowed';
  const statements = analysis === undefined ? [] : decidingStatements(analysis, allowed);
  return {
    principal: principal.name,
    action: permission.action,
    resource: permission.resource,
    allowed,
    because: allowed ? 'with an allow' : reason(permission.action, statements, { identityAllows, boundaryAllows }),
    statements,
  };
}

async function run({ principal, permission, identityPolicies, boundary, resourcePolicy, accountId }: Question) {
  const simulation = {
    request: {
      principal: principal.name === ANONYMOUS ? anonymousPrincipal : principal.name,
      action: permission.action,
      resource: { resource: permission.resource, accountId },
      contextVariables: contextForSimulator({ ...principal.context, ...permission.context }),
    },
    identityPolicies: [...identityPolicies].map(([name, { document }]) => ({ name, policy: document })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(boundary ? { permissionBoundaryPolicies: [{ name: BOUNDARY, policy: boundary.document }] } : {}),
    ...(resourcePolicy ? { resourcePolicy: resourcePolicy.document } : {}),
  };
  const results = await runSimulation(simulation, {});
  if (results.resultType === 'error') {
    const what = `${permission.action} on ${permission.resource} by ${principal.name}`;
    throw new Error(`the policies on ${what} cannot be evaluated: ${JSON.stringify(results.errors)}`);
  }
  const [first] = results.resultType === 'single' ? [results.result] : results.results;
  return { overallResult: results.overallResult, analysis: first?.analysis };
}

function decidingStatements(analysis: RequestAnalysis, allowed: boolean): readonly DecidingStatement[] {
  const effect = allowed ? 'Allow' : 'Deny';
  const reasons = allowed
    ? getGrantReasons(analysis).flatMap((each) => (each.policyType === 'rcp' ? [] : [each]))
    : getDenialReasons(analysis).flatMap((each) => (each.denialType === 'Explicit' ? [each] : []));
  return reasons.map((each) => ({
    effect,
    policy: each.policyType === 'resource' ? RESOURCE_POLICY : (each.policyIdentifier ?? 'identity policy'),
    statement: each.statementId ?? String(each.statementIndex),
  }));
}

/** What AWS says: whichever policy had to say something and did not, or the one that says no. */
function reason(
  action: string,
  [denying]: readonly DecidingStatement[],
  { identityAllows, boundaryAllows }: { readonly identityAllows: boolean; readonly boundaryAllows: boolean },
): string {
  if (denying?.policy === RESOURCE_POLICY) return 'with an explicit deny in a resource-based policy';
  if (denying?.policy === BOUNDARY) return 'with an explicit deny in a permissions boundary';
  if (denying) return 'with an explicit deny in an identity-based policy';
  if (identityAllows && !boundaryAllows) return `because no permissions boundary allows the ${action} action`;
  const kind = identityAllows ? 'resource-based' : 'identity-based';
  return `because no ${kind} policy allows the ${action} action`;
}
