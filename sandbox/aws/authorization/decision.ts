import { AwsError } from '../service';

/** A statement that decided. */
export interface DecidingStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Name of the identity's policy, or `resource policy`. */
  readonly policy: string;
  /** Its Sid, or its place in the policy, counted from 1. */
  readonly statement: string;
}

/** Whether somebody may do one action on one resource, and why. */
export interface Decision {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** In the words of AWS: what in which policy decided. */
  readonly because: string;
  /** What decided; none where nothing allows. */
  readonly statements: readonly DecidingStatement[];
}

/** Services whose refusals have a code or status of their own. */
const REFUSALS: Readonly<Record<string, { readonly code: string; readonly status: number }>> = {
  iam: { code: 'AccessDenied', status: 403 },
  lambda: { code: 'AccessDeniedException', status: 403 },
  monitoring: { code: 'AccessDenied', status: 403 },
  sns: { code: 'AuthorizationError', status: 403 },
  sts: { code: 'AccessDenied', status: 403 },
};
const REFUSAL = { code: 'AccessDeniedException', status: 400 };

/** The error with which a service answers a call that is denied. */
export function refusal(service: string, { principal, action, resource, because }: Decision): AwsError {
  const { code, status } = REFUSALS[service] ?? REFUSAL;
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  return new AwsError(code, `User: ${principal} is not authorized to perform: ${action}${on} ${because}`, status);
}
