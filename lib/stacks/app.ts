import { App, type AppProps } from 'aws-cdk-lib';
import type { Environment } from '../config/environment';
import type { EnvironmentConfig } from '../config/environment-config';
import { resolveEnvironments } from '../config/validate';
import { EnvironmentStage } from './environment-stage';

/**
 * The CDK app of the given environments, one stage each.
 * @throws KeyRotationError `BadConfiguration`, one for all mistakes in them
 */
export function createApp(configs: readonly EnvironmentConfig[], props?: AppProps): App {
  const environments = resolveEnvironments(configs);
  // A template holds what it deploys and nothing else: no usage report of the CDK's.
  const app = new App({ analyticsReporting: false, ...props });
  for (const environment of environments) {
    new EnvironmentStage(app, { environment, sharesOrganizationWith: sharesOrganization(environment, environments) });
  }
  return app;
}

function sharesOrganization(environment: Environment, all: readonly Environment[]): string[] {
  return all
    .filter((other) => other !== environment && other.issuerAccess === 'adminKey')
    .filter((other) => other.organizationId.toLowerCase() === environment.organizationId.toLowerCase())
    .map((other) => other.name);
}
