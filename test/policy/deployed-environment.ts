import type { DeployedResource } from '../../sandbox/aws/cloudformation/resource';
import type { SimulatedAws } from '../../sandbox/aws/simulated-aws';
import type { Sandbox } from '../../sandbox/sandbox';

/** One stack of an environment, as it was deployed. */
export interface Stack {
  readonly stackName: string;
  /** Absent for the platform's. */
  readonly service?: string;
  readonly resources: readonly DeployedResource[];
}

/** What CloudFormation made of an environment's templates, with every policy as it was deployed. */
export interface DeployedEnvironment {
  readonly environment: string;
  readonly services: readonly string[];
  readonly aws: SimulatedAws;
  readonly stacks: readonly Stack[];
}

/** An environment as a sandbox deployed it. */
export function deployedEnvironment(sandbox: Sandbox): DeployedEnvironment {
  const { environment, aws } = sandbox;
  const services = sandbox.services();
  const stacks = [
    { stackName: `claude-keys-${environment}-platform` },
    ...services.map((service) => ({ stackName: `claude-keys-${environment}-${service}`, service })),
  ].map((stack) => ({ ...stack, resources: resourcesOf(aws, stack.stackName) }));
  return { environment, services, aws, stacks };
}

function resourcesOf(aws: SimulatedAws, stackName: string): readonly DeployedResource[] {
  const stack = aws.deployment.stack(stackName);
  if (!stack) throw new Error(`the stack ${stackName} is not deployed`);
  return [...stack.resources.values()];
}
