import type { EnvironmentConfig, ServiceConfig } from '../../lib/config/environment-config';

/** A service that is right in every respect, changed as wished. */
export function aService(changes: Partial<ServiceConfig> = {}): ServiceConfig {
  return { name: 'rag-service', owner: 'team-search', readers: { role: { assumedBy: 'lambda' } }, ...changes };
}

/** An environment that is right in every respect, changed as wished. */
export function anEnvironment(changes: Partial<EnvironmentConfig> = {}): EnvironmentConfig {
  return {
    name: 'prod',
    organizationId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    workspaceId: 'wrkspc_01test',
    issuerAccess: 'adminKey',
    services: [aService()],
    ...changes,
  };
}
