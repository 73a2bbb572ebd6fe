import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { platformParameterName } from '../contract/names';

/** What a service's stack needs of its environment's platform, wherever that was deployed from. */
export interface IRotationPlatform {
  /** Name of the environment. */
  readonly environment: string;
  /** The function that rotates. */
  readonly rotateFunctionArn: string;
  /** The KMS key of secrets and spares. */
  readonly encryptionKeyArn: string;
}

/**
 * Finds the platform of an environment by the parameters it left in this account and region. They are read when the
 * stack is deployed, so that neither synthesis nor the platform's own stack depends on who uses it.
 */
export function findPlatform(scope: Construct, environment: string): IRotationPlatform {
  return {
    environment,
    rotateFunctionArn: StringParameter.valueForStringParameter(
      scope,
      platformParameterName(environment, 'rotate-function-arn'),
    ),
    encryptionKeyArn: StringParameter.valueForStringParameter(scope, platformParameterName(environment, 'key-arn')),
  };
}
