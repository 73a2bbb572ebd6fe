import { Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionNetwork } from '../config/environment-config';
import { ROTATE_VARIABLES } from '../contract/function-environment';
import { rotateFunctionName, rotateRoleName } from '../contract/names';
import { acceptFindings, wildcardFinding } from './findings';
import { KeyFunction } from './key-function';
import { PlatformScope } from './platform-scope';

/** What the rotate function needs to know. */
export interface RotateFunctionProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  /** The platform's key: secrets and spares lie under it. */
  readonly encryptionKey: IKey;
  /**
   * Private network that it runs in.
   * @default - none
   */
  readonly functionNetwork?: FunctionNetwork;
}

/** The function that Secrets Manager calls for each step of a rotation. */
export class RotateFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: ILogGroup;
  readonly #platform: PlatformScope;
  readonly #lambda: KeyFunction;

  constructor(scope: Construct, id: string, props: RotateFunctionProps) {
    super(scope, id);
    this.#platform = new PlatformScope(this, props.environment);
    this.#lambda = this.createFunction(props);
    this.function = this.#lambda.function;
    this.logGroup = this.#lambda.logGroup;
    this.allowSecretsManager();
    this.grantSecrets();
    this.grantSpares();
    this.grantKey(props.encryptionKey);
    this.acceptWildcards();
  }

  private createFunction(props: RotateFunctionProps): KeyFunction {
    return new KeyFunction(this, 'Lambda', {
      code: 'rotate',
      functionName: rotateFunctionName(props.environment),
      roleName: rotateRoleName(props.environment),
      description: `Rotates the Claude API keys of ${props.environment}`,
      memorySize: 256,
      timeout: Duration.seconds(60),
      encryptionKey: props.encryptionKey,
      ...(props.functionNetwork ? { network: props.functionNetwork } : {}),
      environment: {
        [ROTATE_VARIABLES.environment]: props.environment,
        [ROTATE_VARIABLES.organizationId]: props.organizationId,
        [ROTATE_VARIABLES.workspaceId]: props.workspaceId,
      },
    });
  }

  /** Once, for every secret of this account: a permission per secret would outgrow the function's policy at about 40. */
  private allowSecretsManager(): void {
    this.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
  }

  private grantSecrets(): void {
    this.#lambda.allow(
      'RotateServiceSecrets',
      [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:TagResource',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      [this.#platform.secrets],
    );
  }

  private grantSpares(): void {
    // One service's at a time: their paths lie below that of all.
    this.#lambda.allow('ListSpares', ['ssm:GetParametersByPath'], [this.#platform.spares]);
    this.#lambda.allow('UseSpares', ['ssm:DeleteParameter', 'ssm:GetParameter'], [this.#platform.spares]);
  }

  private grantKey(key: IKey): void {
    this.#lambda.allow('KeyForServiceSecrets', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], {
      StringEquals: { 'kms:ViaService': this.#platform.viaService('secretsmanager') },
      StringLike: { 'kms:EncryptionContext:SecretARN': this.#platform.secrets },
    });
    this.#lambda.allow('KeyForSpares', ['kms:Decrypt'], [key.keyArn], {
      StringEquals: { 'kms:ViaService': this.#platform.viaService('ssm') },
      StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': this.#platform.spares },
    });
  }

  private acceptWildcards(): void {
    const { secrets, spares } = this.#platform;
    const ids = [secrets, spares].map((arn) => wildcardFinding(this, arn));
    acceptFindings(this, "one function rotates every service's secret of its environment, and no other", ids);
  }
}
