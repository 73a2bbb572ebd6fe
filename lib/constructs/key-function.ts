import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CustomDataIdentifier, DataProtectionPolicy, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionNetwork } from '../config/environment-config';
import { logGroupName } from '../contract/names';
import { acceptFindings, acceptInlinePolicy } from './findings';
import { type FunctionName, functionCode } from './function-code';
import { runInNetwork } from './function-network';

/** What the platform's functions differ in. */
export interface KeyFunctionProps {
  /** Which of the bundled functions. */
  readonly code: FunctionName;
  /** Fixed name of the function. */
  readonly functionName: string;
  /** Fixed name of its role. */
  readonly roleName: string;
  readonly description: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  /** Variables by name; none of them secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Encrypts the function's logs. */
  readonly encryptionKey: IKey;
  /**
   * Private network that the function runs in.
   * @default - none
   */
  readonly network?: FunctionNetwork;
}

type Conditions = Record<string, Record<string, string | string[]>>;

/** A function of the platform with its own role, which may write its own logs and nothing else until it is granted more. */
export class KeyFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: KeyFunctionProps) {
    super(scope, id);
    this.logGroup = this.createLogGroup(props);
    this.role = new Role(this, 'Role', {
      roleName: props.roleName,
      description: props.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(this.role);
    this.function = this.createFunction(props, this.role);
    if (props.network) runInNetwork(this.function, props.functionName, this.role, props.network);
    this.acceptFindings(props);
  }

  private acceptFindings({ network }: KeyFunctionProps): void {
    acceptInlinePolicy(this.role);
    acceptFindings(this.function, 'a limit would throttle rotations, which fails their steps', [
      'NIST.800.53.R5-LambdaConcurrency',
    ]);
    acceptFindings(
      this.function,
      'Secrets Manager repeats a step, and the next run does what one left undone; alarms tell of both',
      ['NIST.800.53.R5-LambdaDLQ'],
    );
    if (network) return;
    acceptFindings(this.function, 'it calls public endpoints of AWS and Claude, and nothing in a private network', [
      'NIST.800.53.R5-LambdaInsideVPC',
    ]);
  }

  /** Grants the function's role something; `sid` says what for. */
  allow(sid: string, actions: readonly string[], resources: readonly string[], conditions?: Conditions): void {
    this.role.addToPolicy(
      new PolicyStatement({
        sid,
        actions: [...actions],
        resources: [...resources],
        ...(conditions ? { conditions } : {}),
      }),
    );
  }

  /** Logs never hold a key; should that ever fail, what looks like one is masked as it comes in. */
  private createLogGroup({ functionName, encryptionKey }: KeyFunctionProps): LogGroup {
    return new LogGroup(this, 'Logs', {
      logGroupName: logGroupName(functionName),
      encryptionKey,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY, // a kept group would stand in the way of the next deploy
      dataProtectionPolicy: new DataProtectionPolicy({
        name: functionName,
        description: 'Masks what looks like a Claude API key',
        identifiers: [new CustomDataIdentifier('ClaudeKey', 'sk-ant-[a-zA-Z0-9_-]{20,200}')],
      }),
    });
  }

  private createFunction(props: KeyFunctionProps, role: IRole): LambdaFunction {
    return new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: functionCode(props.code),
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { ...props.environment },
      role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
  }
}
