/**
 * Where everything lives: the one place that spells a secret name or a parameter path.
 * Constructs write these names into templates and policies, functions and the CLI look them up.
 */

/** Prefix of every service secret of an environment: `prod/claude/`. */
export const secretNamePrefix = (environment: string): string => `${environment}/claude/`;

/** Name of a service's secret: `prod/claude/rag-service/key`. Ends in a word, since a name that ends in `-xxxxxx` confuses Secrets Manager. */
export const secretName = (environment: string, service: string): string =>
  `${secretNamePrefix(environment)}${service}/key`;

/** The service that a secret name belongs to, or undefined when the name is not one of ours. */
export function serviceOfSecretName(environment: string, name: string): string | undefined {
  const prefix = secretNamePrefix(environment);
  const suffix = '/key';
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined;
  const service = name.slice(prefix.length, -suffix.length);
  return service.length > 0 && !service.includes('/') ? service : undefined;
}

/** Name of the secret that holds an environment's Claude admin key. Outside `secretNamePrefix`, so no service policy can reach it. */
export const adminSecretName = (environment: string): string => `${environment}/claude-platform/admin-key`;

const parameterRoot = (environment: string): string => `/claude-keys/${environment}`;

/** Path under which all spares of an environment lie: `/claude-keys/prod/spares`. */
export const sparesPath = (environment: string): string => `${parameterRoot(environment)}/spares`;

/** Path of one service's spares: `/claude-keys/prod/spares/rag-service`. */
export const serviceSparesPath = (environment: string, service: string): string =>
  `${sparesPath(environment)}/${service}`;

/** Name of one spare's parameter: `/claude-keys/prod/spares/rag-service/apikey_01…`. */
export const spareParameterName = (environment: string, service: string, keyId: string): string =>
  `${serviceSparesPath(environment, service)}/${keyId}`;

/** The service and key id of a spare's parameter name, or undefined when the name is not a spare's. */
export function spareOfParameterName(
  environment: string,
  name: string,
): { readonly service: string; readonly keyId: string } | undefined {
  const prefix = `${sparesPath(environment)}/`;
  if (!name.startsWith(prefix)) return undefined;
  const [service, keyId, ...rest] = name.slice(prefix.length).split('/');
  return service && keyId && rest.length === 0 ? { service, keyId } : undefined;
}

/** Path under which all service registrations of an environment lie. */
export const registrationsPath = (environment: string): string => `${parameterRoot(environment)}/services`;

/** Name of a service's registration parameter: `/claude-keys/prod/services/rag-service`. */
export const registrationParameterName = (environment: string, service: string): string =>
  `${registrationsPath(environment)}/${service}`;

/** The attributes of a platform stack that other stacks and the CLI look up, one parameter each. */
export const PLATFORM_PARAMETERS = ['settings', 'rotate-function-arn', 'key-arn'] as const;
export type PlatformParameter = (typeof PLATFORM_PARAMETERS)[number];

/** Name of a platform parameter: `/claude-keys/prod/platform/settings`. */
export const platformParameterName = (environment: string, parameter: PlatformParameter): string =>
  `${parameterRoot(environment)}/platform/${parameter}`;

/** Function names are fixed, so that the CLI and policies of other stacks can name them. */
export const rotateFunctionName = (environment: string): string => `claude-keys-${environment}-rotate`;
export const reconcileFunctionName = (environment: string): string => `claude-keys-${environment}-reconcile`;

/** The name a person gives a new key in the Claude Console: `prod-rag-service-2026-11-20`. */
export const conventionalKeyName = (environment: string, service: string, day: Date): string =>
  `${environment}-${service}-${day.toISOString().slice(0, 10)}`;

/** Role names are fixed too, so that the resource policies of service secrets, also in other stacks, can name them. */
export const rotateRoleName = (environment: string): string => rotateFunctionName(environment);
export const reconcileRoleName = (environment: string): string => reconcileFunctionName(environment);

/** Name of an operator's role: `claude-keys-prod-stager`. */
export const operatorRoleName = (environment: string, operator: string): string =>
  `claude-keys-${environment}-${operator}`;

/** Name of the role for emergencies; each use of it on a secret is told. */
export const breakGlassRoleName = (environment: string): string => operatorRoleName(environment, 'breakGlass');

/** Log group of a function: where Lambda itself would put it. */
export const logGroupName = (functionName: string): string => `/aws/lambda/${functionName}`;

/** Alias of the platform's KMS key. */
export const keyAlias = (environment: string): string => `alias/claude-keys-${environment}`;

/** Name of the topic for alarms of one severity: `claude-keys-prod-critical`. */
export const topicName = (environment: string, severity: 'critical' | 'warning'): string =>
  `claude-keys-${environment}-${severity}`;

/** Name of an alarm: `claude-keys-prod-no-spare`. */
export const alarmName = (environment: string, alarm: string): string => `claude-keys-${environment}-${alarm}`;

/** Name of an environment's dashboard. */
export const dashboardName = (environment: string): string => `claude-keys-${environment}`;

/** Path under which the reconciler notes the conditions that people have been told of. */
export const conditionsPath = (environment: string): string => `${parameterRoot(environment)}/conditions`;

/** Name of one noted condition: `/claude-keys/prod/conditions/rag-service/no-spare`. The environment's own are under `platform`. */
export const conditionParameterName = (environment: string, subject: string, condition: string): string =>
  `${conditionsPath(environment)}/${subject}/${condition}`;

/** The subject and condition of a noted condition's parameter name, or undefined when the name is not one. */
export function conditionOfParameterName(
  environment: string,
  name: string,
): { readonly subject: string; readonly condition: string } | undefined {
  const prefix = `${conditionsPath(environment)}/`;
  if (!name.startsWith(prefix)) return undefined;
  const [subject, condition, ...rest] = name.slice(prefix.length).split('/');
  return subject && condition && rest.length === 0 ? { subject, condition } : undefined;
}
