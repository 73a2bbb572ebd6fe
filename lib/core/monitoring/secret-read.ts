import { breakGlassRoleName, secretNamePrefix, serviceOfSecretName } from '../../contract/names';

/** A read of a service's secret, or a use of the role for emergencies on it, that people should hear of. */
export interface SecretRead {
  readonly service: string;
  /** ARN of whoever read, as CloudTrail names it. */
  readonly principal: string;
  /** True for a use of the role for emergencies; false for a read that was refused. */
  readonly breakGlass: boolean;
}

/** Secrets Manager ends every ARN with a hyphen and six characters. */
const ARN_SUFFIX = /-[A-Za-z0-9]{6}$/;

/** What IAM says of a refused call: `… is not authorized to perform: … on resource: <name or ARN> because …`. */
const REFUSED_RESOURCE = / on resource: (\S+)/;

/**
 * The read in an event of CloudTrail; undefined for any other event, and for a read of another secret. The secret is
 * named as the caller typed it: by name, by ARN, or by an ARN without its end; where the event of a refused call has no
 * parameters, its error names the secret.
 */
export function secretReadIn(event: unknown, environment: string): SecretRead | undefined {
  const detail = fieldsOf(fieldsOf(event).detail);
  const [, refused] = REFUSED_RESOURCE.exec(String(detail.errorMessage ?? '')) ?? [];
  const secretId = fieldsOf(detail.requestParameters).secretId ?? refused ?? '';
  const service = serviceNamedBy(environment, String(secretId));
  if (service === undefined) return undefined;
  const identity = fieldsOf(detail.userIdentity);
  const issuer = fieldsOf(fieldsOf(identity.sessionContext).sessionIssuer);
  const breakGlass = detail.errorCode === undefined && issuer.userName === breakGlassRoleName(environment);
  if (!breakGlass && detail.eventName !== 'GetSecretValue') return undefined;
  return {
    service,
    principal: String(identity.arn ?? identity.invokedBy ?? 'unknown'),
    breakGlass,
  };
}

function serviceNamedBy(environment: string, secretId: string): string | undefined {
  const name = secretId.slice(Math.max(0, secretId.indexOf(secretNamePrefix(environment))));
  return serviceOfSecretName(environment, name) ?? serviceOfSecretName(environment, name.replace(ARN_SUFFIX, ''));
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
