/** What a platform team builds on. Consumers that only read a key use `claude-key-rotation/client`. */

export type { Environment, Service } from './config/environment';
export type {
  AlarmEmails,
  EnvironmentConfig,
  FunctionNetwork,
  Operator,
  OperatorsConfig,
  PolicyConfig,
  RateLimitConfig,
  ReaderRoleConfig,
  ReadersConfig,
  ServiceConfig,
  WorkspaceLimitsConfig,
} from './config/environment-config';
export { resolveEnvironments } from './config/validate';
export { ALARM_NAMES } from './constructs/alarms';
export { OperatorRoles, type OperatorRolesProps } from './constructs/operator-roles';
export type { IRotationPlatform } from './constructs/platform-reference';
export { RotationPlatform, type RotationPlatformProps } from './constructs/rotation-platform';
export { ServiceApiKey, type ServiceApiKeyProps } from './constructs/service-api-key';
export type { IssuerAccess } from './contract/platform-settings';
export type { ServicePolicy } from './contract/registration';
export { createApp } from './stacks/app';
export { EnvironmentStage, type EnvironmentStageProps } from './stacks/environment-stage';
export { PlatformStack, type PlatformStackProps } from './stacks/platform-stack';
export { ServiceStack, type ServiceStackProps } from './stacks/service-stack';
