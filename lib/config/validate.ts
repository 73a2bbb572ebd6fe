import { RUNBOOK } from '../contract/runbook';
import type { Environment, Service } from './environment';
import type { EnvironmentConfig, PolicyConfig, ReadersConfig, ServiceConfig } from './environment-config';
import { type Mistake, rejectMistakes, wrongValue } from './mistake';
import { mistakesInNames } from './name-mistakes';
import { resolvePolicy } from './policy';
import { mistakesInPolicy } from './policy-mistakes';
import {
  ALARM_EMAILS_RULES,
  ENVIRONMENT_RULES,
  FUNCTION_NETWORK_RULES,
  OPERATORS_RULES,
  POLICY_RULES,
  READER_ROLE_RULES,
  READERS_RULES,
  SERVICE_RULES,
} from './rules';
import { isRecord, mistakesInShape } from './shape';
import { mistakesInWorkspaceLimits } from './workspace-limits-mistakes';

/**
 * Checks a whole configuration and fills in its defaults.
 * @throws KeyRotationError `BadConfiguration`, one for all mistakes, each with its place, the value got and what is allowed
 */
export function resolveEnvironments(configs: readonly EnvironmentConfig[]): Environment[] {
  rejectMistakes('the configuration', mistakesInEnvironments(configs));
  return configs.map(resolveEnvironment);
}

/** What one service says about itself where no whole environment is at hand: in an app of its own. */
export interface ServiceOnItsOwn extends Omit<ServiceConfig, 'name' | 'readers'> {
  readonly environment: string;
  readonly service: string;
}

/**
 * Checks one service on its own.
 * @throws KeyRotationError `BadConfiguration`, one for all mistakes
 */
export function rejectServiceMistakes({ environment, service, ...rest }: ServiceOnItsOwn): void {
  const { name, readers, ...rules } = SERVICE_RULES;
  const fields = mistakesInPart(rest.policy, POLICY_RULES, 'policy');
  rejectMistakes(`service '${service}'`, [
    ...mistakesInShape(
      { environment, service, ...rest },
      { environment: ENVIRONMENT_RULES.name, service: name, ...rules },
      'props',
    ),
    ...fields,
    ...(fields.length === 0 ? mistakesInPolicy(resolvePolicy(service, rest.policy), 'policy') : []),
  ]);
}

/** Every mistake in the given environments, in the order in which they are written. */
export function mistakesInEnvironments(configs: readonly EnvironmentConfig[]): Mistake[] {
  if (!Array.isArray(configs)) return [wrongValue('environments', configs, 'a list of environments')];
  return [
    ...configs.flatMap((config, index) => mistakesInEnvironment(config, `environments[${index}]`)),
    ...repeated(configs, 'name', 'environments', 'a name of its own for each environment'),
    ...repeated(configs, 'workspaceId', 'environments', 'a workspace of its own for each environment'),
    ...mistakesInNames(configs),
  ];
}

function mistakesInEnvironment(config: EnvironmentConfig, path: string): Mistake[] {
  const shape = mistakesInShape(config, ENVIRONMENT_RULES, path);
  if (!isRecord(config)) return shape;
  const services = Array.isArray(config.services) ? config.services : [];
  return [
    ...shape,
    ...mistakesInPart(config.alarmEmails, ALARM_EMAILS_RULES, `${path}.alarmEmails`),
    ...mistakesInPart(config.functionNetwork, FUNCTION_NETWORK_RULES, `${path}.functionNetwork`),
    ...mistakesInPart(config.operators, OPERATORS_RULES, `${path}.operators`),
    ...mistakesInPart(config.policy, POLICY_RULES, `${path}.policy`),
    ...mistakesInAdminAccess(config, path),
    ...mistakesInWorkspaceLimits(config.workspaceLimits, `${path}.workspaceLimits`),
    ...services.flatMap((service, index) => mistakesInService(service, config, `${path}.services[${index}]`)),
    ...repeated(services, 'name', `${path}.services`, 'a name of its own for each service'),
    ...sharedReaders(services, `${path}.services`),
  ];
}

/** What an environment without an admin key cannot have. */
const NEEDS_ADMIN_KEY = ['adminKeyExpiresOn', 'adminKeyMaxAgeDays', 'workspaceLimits'] as const;

function mistakesInAdminAccess(config: EnvironmentConfig, path: string): Mistake[] {
  if (config.issuerAccess === 'adminKey') return [];
  return NEEDS_ADMIN_KEY.filter((field) => config[field] !== undefined).map((field) =>
    wrongValue(`${path}.${field}`, config[field], "nothing, unless issuerAccess is 'adminKey'"),
  );
}

function mistakesInService(service: ServiceConfig, environment: EnvironmentConfig, path: string): Mistake[] {
  const shape = mistakesInShape(service, SERVICE_RULES, path);
  if (!isRecord(service)) return shape;
  const fields = mistakesInPart(service.policy, POLICY_RULES, `${path}.policy`);
  const policyIsReadable =
    fields.length === 0 &&
    mistakesInPart(environment.policy, POLICY_RULES, '').length === 0 &&
    typeof service.name === 'string';
  return [
    ...shape,
    ...mistakesInReaders(service.readers, environment, `${path}.readers`),
    ...fields,
    ...(policyIsReadable
      ? mistakesInPolicy(resolvePolicy(service.name, service.policy, environment.policy), `${path}.policy`)
      : []),
  ];
}

function mistakesInReaders(readers: ReadersConfig, environment: EnvironmentConfig, path: string): Mistake[] {
  if (readers === undefined) return [];
  const shape = mistakesInShape(readers, READERS_RULES, path);
  if (!isRecord(readers) || shape.length > 0) return shape;
  if ((readers.role === undefined) === (readers.roleArns === undefined)) {
    return [wrongValue(path, readers, 'exactly one of role and roleArns')];
  }
  if (readers.role !== undefined) return mistakesInShape(readers.role, READER_ROLE_RULES, `${path}.role`);
  return mistakesInRoleAccounts(readers.roleArns ?? [], environment, `${path}.roleArns`);
}

/** Whether a role lies in this account or in another decides how it is granted, so the account has to be known. */
function mistakesInRoleAccounts(roleArns: readonly string[], environment: EnvironmentConfig, path: string): Mistake[] {
  if (environment.account === undefined) {
    return [{ path, message: "needs the environment's account: set it beside the environment's name" }];
  }
  if (environment.readerOrganization !== undefined) return [];
  const allowed = [environment.account, ...(environment.readerAccounts ?? [])];
  return roleArns
    .filter((arn) => !allowed.includes(arn.split(':')[4] ?? ''))
    .map((arn) =>
      wrongValue(
        path,
        arn,
        `roles of account ${allowed.join(', ')}; add others to readerAccounts, or set readerOrganization`,
      ),
    );
}

/** A role that reads two services' secrets could swap their keys: one key, one service. */
function sharedReaders(services: readonly ServiceConfig[], path: string): Mistake[] {
  const owners = new Map<string, number>();
  return services.flatMap((service, index) => {
    const arns: unknown = isRecord(service) && isRecord(service.readers) ? service.readers.roleArns : undefined;
    return (Array.isArray(arns) ? arns : []).flatMap((arn) => {
      const first = owners.get(arn) ?? index;
      owners.set(arn, first);
      if (first === index) return [];
      return [
        wrongValue(
          `${path}[${index}].readers.roleArns`,
          arn,
          `a role that reads no other service; services[${first}] has it`,
        ),
      ];
    });
  });
}

function repeated<T>(items: readonly T[], field: keyof T & string, path: string, allowed: string): Mistake[] {
  const seen = new Map<unknown, number>();
  return items.flatMap((item, index) => {
    const value: unknown = isRecord(item) ? item[field] : undefined;
    if (value === undefined) return [];
    const first = seen.get(value) ?? index;
    seen.set(value, first);
    return first === index
      ? []
      : [wrongValue(`${path}[${index}].${field}`, value, `${allowed}; [${first}] has this one`)];
  });
}

function mistakesInPart<T>(
  part: T | undefined,
  shape: Parameters<typeof mistakesInShape<T>>[1],
  path: string,
): Mistake[] {
  return part === undefined ? [] : mistakesInShape(part, shape, path);
}

/** Beyond this many services, metrics of each are only for those who ask for them. */
const MOST_SERVICES_WITH_METRICS = 50;

function resolveEnvironment(config: EnvironmentConfig): Environment {
  const { policy, services, alarmEmails, workspaceLimits, ...rest } = config;
  return {
    ...rest,
    ...(workspaceLimits ? { workspaceLimits: { rateLimits: [], ...workspaceLimits } } : {}),
    allowPersonalKeys: config.allowPersonalKeys ?? false,
    timeZone: config.timeZone ?? 'UTC',
    untoldConditions: config.untoldConditions ?? {},
    serviceMetrics: config.serviceMetrics ?? services.length <= MOST_SERVICES_WITH_METRICS,
    runbookUrl: config.runbookUrl ?? RUNBOOK,
    alarmEmails: { critical: alarmEmails?.critical ?? [], warning: alarmEmails?.warning ?? [] },
    readerAccounts: config.readerAccounts ?? [],
    operators: config.operators ?? {},
    services: services.map((service) => resolveService(service, policy)),
  };
}

function resolveService(service: ServiceConfig, environmentPolicy: PolicyConfig | undefined): Service {
  return {
    name: service.name,
    owner: service.owner,
    issuer: service.issuer ?? 'claude-console',
    readers: service.readers,
    strictReads: service.strictReads ?? true,
    ...(service.readThroughVpcEndpoints ? { readThroughVpcEndpoints: service.readThroughVpcEndpoints } : {}),
    policy: resolvePolicy(service.name, service.policy, environmentPolicy),
  };
}
