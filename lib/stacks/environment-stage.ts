import { PermissionsBoundary, Stage, type StageProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { PlatformStack } from './platform-stack';
import { ServiceStack } from './service-stack';

/** What an environment's stage is made of. */
export interface EnvironmentStageProps {
  /** The environment, validated. */
  readonly environment: Environment;
  /** Other environments that hold an admin key of the same Claude organization. */
  readonly sharesOrganizationWith: readonly string[];
}

/** One environment: `cdk deploy 'prod/*'` deploys it, `cdk deploy prod/rag-service` one service of it. */
export class EnvironmentStage extends Stage {
  readonly platform: PlatformStack;
  readonly services: readonly ServiceStack[];

  constructor(scope: Construct, { environment, sharesOrganizationWith }: EnvironmentStageProps) {
    const { name, account, region } = environment;
    const env = { ...(account ? { account } : {}), ...(region ? { region } : {}) };
    super(scope, name, { env, ...boundaryOf(environment) });
    this.platform = new PlatformStack(this, 'platform', {
      stackName: `claude-keys-${name}-platform`,
      description: `Claude API keys of ${name}: what all services share`,
      // Without it nothing rotates, and everything that it makes but its key and the admin key would go with it.
      terminationProtection: true,
      environment,
      sharesOrganizationWith,
    });
    this.services = environment.services.map((service) => this.createService(environment, service));
  }

  private createService(
    { name, serviceMetrics, runbookUrl }: Environment,
    service: Environment['services'][number],
  ): ServiceStack {
    const stack = new ServiceStack(this, service.name, {
      stackName: `claude-keys-${name}-${service.name}`,
      description: `Claude API key of ${service.name} in ${name}`,
      environment: name,
      service,
      serviceMetrics,
      runbookUrl,
    });
    stack.addStackDependency(this.platform);
    return stack;
  }
}

/** Bounds every role below the stage, those that the CDK makes by itself as well. */
function boundaryOf({ permissionsBoundary }: Environment): Pick<StageProps, 'permissionsBoundary'> {
  if (permissionsBoundary === undefined) return {};
  const isArn = permissionsBoundary.startsWith('arn:');
  return {
    permissionsBoundary: isArn
      ? PermissionsBoundary.fromArn(permissionsBoundary)
      : PermissionsBoundary.fromName(permissionsBoundary),
  };
}
