import { UnmodelledError } from '../../errors';
import type { Fields } from '../fields';
import { AwsError } from '../service';

/** A function as configured. */
export interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** As the template declares it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: string;
  readonly logLevel?: string;
  /** Whether it runs in somebody's network. */
  readonly inNetwork: boolean;
}

/** A statement of a function's resource policy. */
export interface Permission {
  readonly statementId: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** Node versions that AWS accepts for new functions, and that bundles for Node 20 run on. */
const RUNTIMES = new Set(['nodejs22.x', 'nodejs24.x']);
/** Names that Lambda keeps for itself: a template that declares one is refused. */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|LAMBDA_.*|ACCESS_KEY.*|SECRET_ACCESS_KEY|SESSION_TOKEN))$/;

/** The configuration part of CreateFunction and UpdateFunctionConfiguration. */
export const CONFIGURATION_FIELDS = {
  fields: [
    ...['Role', 'Handler', 'Runtime', 'Timeout', 'MemorySize'],
    { Environment: ['Variables'], LoggingConfig: ['LogGroup', 'LogFormat', 'ApplicationLogLevel'] },
    { VpcConfig: ['SubnetIds', 'SecurityGroupIds'] },
  ],
  withoutEffect: ['Description', 'TracingConfig', { LoggingConfig: ['SystemLogLevel'] }],
};

/** Reads the configuration part of CreateFunction and UpdateFunctionConfiguration. */
export function readConfiguration(input: Fields, name: string, arn: string): FunctionConfiguration {
  const logging = input.optionalStructure('LoggingConfig');
  const logLevel = logging?.optionalString('ApplicationLogLevel');
  return {
    name,
    arn,
    roleArn: input.string('Role'),
    handler: input.string('Handler'),
    runtime: readRuntime(input),
    timeoutSeconds: inRange('Timeout', input.optionalNumber('Timeout') ?? 3, 1, 900),
    memoryMegabytes: inRange('MemorySize', input.optionalNumber('MemorySize') ?? 128, 128, 10_240),
    environment: readEnvironment(input),
    logGroup: logging?.optionalString('LogGroup') ?? `/aws/lambda/${name}`,
    logFormat: logging?.optionalString('LogFormat') ?? 'Text',
    ...(logLevel === undefined ? {} : { logLevel }),
    inNetwork: (input.optionalStructure('VpcConfig')?.strings('SubnetIds').length ?? 0) > 0,
  };
}

function readRuntime(input: Fields): string {
  const runtime = input.string('Runtime');
  if (!RUNTIMES.has(runtime)) throw new UnmodelledError(`the runtime ${runtime}`);
  return runtime;
}

function readEnvironment(input: Fields): Readonly<Record<string, string>> {
  const variables = input.optionalStructure('Environment')?.stringMap('Variables') ?? {};
  const reserved = Object.keys(variables).find((name) => RESERVED.test(name));
  if (reserved === undefined) return variables;
  throw new AwsError(
    'InvalidParameterValueException',
    `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved}`,
  );
}

function inRange(field: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new AwsError('ValidationException', `${field} must be from ${least} to ${most}, got ${value}`);
}

/** Whether a permission lets a service invoke the function, on behalf of the resource and account that it names. */
export function permits(
  permission: Permission,
  caller: { readonly principal: string; readonly accountId: string; readonly sourceArn?: string },
): boolean {
  return (
    permission.action === 'lambda:InvokeFunction' &&
    permission.principal === caller.principal &&
    (permission.sourceAccount === undefined || permission.sourceAccount === caller.accountId) &&
    (permission.sourceArn === undefined || arnMatches(permission.sourceArn, caller.sourceArn))
  );
}

function arnMatches(pattern: string, arn: string | undefined): boolean {
  if (arn === undefined) return false;
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(arn);
}
