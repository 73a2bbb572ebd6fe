import { statSync } from 'node:fs';
import { UnmodelledError } from '../../errors';
import type { FunctionFailure, FunctionRunner, FunctionTarget, RunResult } from '../../functions/runner';
import type { AwsAccount } from '../account';
import type { AssetBucket } from '../cloudformation/asset-bucket';
import type { CloudWatch } from '../cloudwatch/cloudwatch';
import type { Credentials } from '../credentials';
import type { Fields } from '../fields';
import type { Iam } from '../iam';
import type { Logs } from '../logs';
import { type Operations, perform } from '../operations';
import { roleNameOf, roleSession } from '../role-session';
import { type AwsCall, AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from '../service';
import {
  afterFailure,
  afterThrottle,
  FIRST_TRY,
  LAMBDAS_OWN_PATIENCE,
  type Patience,
  readPatience,
  type Tries,
} from './asynchronous';
import { Concurrency } from './concurrency';
import { environmentOf, logStreamOf } from './environment';
import {
  CONFIGURATION_FIELDS,
  type FunctionConfiguration,
  type Permission,
  permits,
  readConfiguration,
} from './function';

export interface LambdaOptions {
  readonly runner: FunctionRunner;
  readonly assets: AssetBucket;
  readonly credentials: Credentials;
  readonly iam: Iam;
  readonly metrics: CloudWatch;
  readonly logs: Logs;
  /** Whether a function's role may do what Lambda does with it: write its log, join a network. @default every role */
  readonly may?: (call: AwsCall) => Promise<boolean>;
  /** Variables that point the SDKs in a function at the sandbox: all that is added to what AWS would set. */
  readonly endpoints: Readonly<Record<string, string>>;
}

const NETWORK_OPERATIONS = ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'];

/** A function as it stands. */
interface DeployedFunction {
  configuration: FunctionConfiguration;
  target: FunctionTarget;
  /** With invocations that nobody waits for. */
  patience: Patience;
  readonly permissions: Permission[];
}

/** Lambda: functions that templates declare, run by a runner under their own role. */
export class Lambda implements AwsService {
  readonly name = 'lambda';
  /** How many invocations run at once, and may. */
  readonly concurrency = new Concurrency();
  readonly #functions = new Map<string, DeployedFunction>();
  #revisions = 0;
  readonly #operations: Operations = {
    CreateFunction: {
      fields: ['FunctionName', ...CONFIGURATION_FIELDS.fields, { Code: ['S3Key'] }],
      withoutEffect: [...CONFIGURATION_FIELDS.withoutEffect, 'Architectures', 'Tags', { Code: ['S3Bucket'] }],
      run: (input) => this.#create(input),
    },
    UpdateFunctionCode: {
      fields: ['FunctionName', 'S3Key'],
      withoutEffect: ['Architectures', 'S3Bucket'],
      run: (input) => this.#updateCode(input),
    },
    UpdateFunctionConfiguration: {
      fields: ['FunctionName', ...CONFIGURATION_FIELDS.fields],
      withoutEffect: CONFIGURATION_FIELDS.withoutEffect,
      run: (input) => this.#updateConfiguration(input),
    },
    GetFunctionConfiguration: {
      fields: ['FunctionName'],
      run: (input) => describe(this.#find(input).configuration),
    },
    PutFunctionConcurrency: {
      fields: ['FunctionName', 'ReservedConcurrentExecutions'],
      run: (input) => {
        const count = input.number('ReservedConcurrentExecutions');
        this.concurrency.reserve(this.#find(input).configuration.name, count);
        return { ReservedConcurrentExecutions: count };
      },
    },
    DeleteFunctionConcurrency: {
      fields: ['FunctionName'],
      run: (input) => {
        this.concurrency.release(this.#find(input).configuration.name);
        return {};
      },
    },
    PutFunctionEventInvokeConfig: {
      fields: ['FunctionName', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds'],
      run: (input) => {
        this.#find(input).patience = readPatience(input);
        return {};
      },
    },
    DeleteFunctionEventInvokeConfig: {
      fields: ['FunctionName'],
      run: (input) => {
        this.#find(input).patience = LAMBDAS_OWN_PATIENCE;
        return {};
      },
    },
    DeleteFunction: {
      fields: ['FunctionName'],
      run: (input) => {
        const { name } = this.#find(input).configuration;
        this.#functions.delete(name);
        this.concurrency.release(name);
        return {};
      },
    },
    AddPermission: {
      fields: ['FunctionName', 'StatementId', 'Action', 'Principal', 'SourceArn', 'SourceAccount'],
      run: (input) => this.#addPermission(input),
    },
    RemovePermission: { fields: ['FunctionName', 'StatementId'], run: (input) => this.#removePermission(input) },
    GetPolicy: {
      fields: ['FunctionName'],
      run: (input) => ({ Policy: JSON.stringify(policyOf(this.#find(input))) }),
    },
    Invoke: {
      fields: ['FunctionName', 'InvocationType', 'Payload'],
      withoutEffect: ['LogType'],
      run: (input, caller) => this.#invoke(input, caller),
    },
  };

  constructor(
    private readonly account: AwsAccount,
    private readonly options: LambdaOptions,
  ) {}

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  functions(): readonly FunctionConfiguration[] {
    return [...this.#functions.values()].map(({ configuration }) => configuration);
  }

  /** A function's resource policy; undefined when it has none, or there is no such function. */
  policyOf(functionName: string): string | undefined {
    const deployed = this.#functions.get(nameOf(functionName));
    return deployed && deployed.permissions.length > 0 ? JSON.stringify(policyOf(deployed)) : undefined;
  }

  /** Whether a function exists and its resource policy lets an AWS service invoke it. */
  canInvoke(functionArn: string, servicePrincipal: string, sourceArn?: string): boolean {
    const { permissions = [] } = this.#functions.get(nameOf(functionArn)) ?? {};
    const source = sourceArn === undefined ? {} : { sourceArn };
    const caller = { principal: servicePrincipal, accountId: this.account.id, ...source };
    return permissions.some((permission) => permits(permission, caller));
  }

  async #create(input: Fields): Promise<AwsOutput> {
    const name = input.string('FunctionName');
    const arn = `arn:aws:lambda:${this.account.region}:${this.account.id}:function:${name}`;
    if (this.#functions.has(name))
      throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409);
    const configuration = readConfiguration(input, name, arn);
    await this.#checkRole(configuration);
    const target = this.#target(configuration, this.#codeDirectory(input.structure('Code')));
    this.#functions.set(name, { configuration, target, patience: LAMBDAS_OWN_PATIENCE, permissions: [] });
    return describe(configuration);
  }

  #updateCode(input: Fields): AwsOutput {
    const deployed = this.#find(input);
    deployed.target = this.#target(deployed.configuration, this.#codeDirectory(input));
    return describe(deployed.configuration);
  }

  async #updateConfiguration(input: Fields): Promise<AwsOutput> {
    const deployed = this.#find(input);
    const { name, arn } = deployed.configuration;
    deployed.configuration = readConfiguration(input, name, arn);
    await this.#checkRole(deployed.configuration);
    deployed.target = this.#target(deployed.configuration, deployed.target.codeDirectory);
    return describe(deployed.configuration);
  }

  #codeDirectory(code: Fields): string {
    const path = this.options.assets.path(code.string('S3Key'));
    if (!statSync(path).isDirectory()) throw new UnmodelledError(`function code that is not a directory (${path})`);
    return path;
  }

  #target(configuration: FunctionConfiguration, codeDirectory: string): FunctionTarget {
    const code = { ...this.#sessionOf(configuration), functionArn: configuration.arn };
    const credentials = this.options.credentials.issue(code);
    return {
      name: configuration.name,
      codeDirectory,
      handler: configuration.handler,
      environment: {
        ...environmentOf(configuration, this.account.region, credentials),
        ...this.options.endpoints,
      },
      timeoutSeconds: configuration.timeoutSeconds,
      revision: this.#revisions++,
    };
  }

  /** As whom a function makes its calls. */
  #sessionOf({ name, roleArn }: FunctionConfiguration): Caller {
    return roleSession(this.account.id, roleNameOf(roleArn), name);
  }

  async #checkRole(configuration: FunctionConfiguration): Promise<void> {
    const { roleArn } = configuration;
    const role = this.options.iam.role(roleArn);
    if (role?.arn !== roleArn || !role.trust.includes('"lambda.amazonaws.com"'))
      throw new AwsError(
        'InvalidParameterValueException',
        'The role defined for the function cannot be assumed by Lambda.',
      );
    if (configuration.inNetwork) await this.#checkNetworkRights(this.#sessionOf(configuration));
  }

  /** Lambda makes network interfaces as the function's role, though not as its code. */
  async #checkNetworkRights(caller: Caller): Promise<void> {
    const { may = async () => true } = this.options;
    for (const operation of NETWORK_OPERATIONS)
      if (!(await may({ service: 'ec2', operation, input: {}, caller })))
        throw new AwsError(
          'InvalidParameterValueException',
          `The provided execution role does not have permissions to call ${operation} on EC2`,
        );
  }

  #addPermission(input: Fields): AwsOutput {
    const { permissions, configuration } = this.#find(input);
    const sourceArn = input.optionalString('SourceArn');
    const sourceAccount = input.optionalString('SourceAccount');
    const permission: Permission = {
      statementId: input.string('StatementId'),
      action: input.string('Action'),
      principal: input.string('Principal'),
      ...(sourceArn === undefined ? {} : { sourceArn }),
      ...(sourceAccount === undefined ? {} : { sourceAccount }),
    };
    permissions.push(permission);
    return { Statement: JSON.stringify(statementOf(permission, configuration.arn)) };
  }

  #removePermission(input: Fields): AwsOutput {
    const { permissions } = this.#find(input);
    const id = input.string('StatementId');
    const index = permissions.findIndex(({ statementId }) => statementId === id);
    if (index < 0)
      throw new AwsError('ResourceNotFoundException', `Statement ${id} is not found in resource policy.`, 404);
    permissions.splice(index, 1);
    return {};
  }

  async #invoke(input: Fields, caller: Caller): Promise<AwsOutput> {
    const deployed = this.#find(input);
    this.#checkCaller(deployed, caller);
    const payload = input.optionalString('Payload') || '{}';
    const type = input.optionalString('InvocationType') ?? 'RequestResponse';
    if (type === 'Event') {
      this.account.clock.background(() => this.#runInBackground(deployed, payload));
      return { StatusCode: 202, Payload: '' };
    }
    if (type !== 'RequestResponse') throw new UnmodelledError(`the invocation type ${type}`);
    const ran = await this.#runUnlessThrottled(deployed, payload);
    if (!ran) throw throttled();
    const { outcome } = ran;
    if ('payload' in outcome) return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: outcome.payload };
    return {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      FunctionError: 'Unhandled',
      Payload: JSON.stringify(outcome.failure),
    };
  }

  /** A resource policy is all that lets a service in, also in an account that authorises nothing else. */
  #checkCaller({ permissions, configuration }: DeployedFunction, caller: Caller): void {
    if (!caller.principal.endsWith('.amazonaws.com')) return;
    if (permissions.some((permission) => permits(permission, caller))) return;
    const what = `User: ${caller.principal} is not authorized to perform: lambda:InvokeFunction on resource: ${configuration.arn}`;
    throw new AwsError('AccessDeniedException', `${what} because no resource-based policy allows it`, 403);
  }

  /** Nobody waits for the answer: what fails is run twice more, what is throttled goes back to the queue. */
  async #runInBackground(deployed: DeployedFunction, payload: string, tries: Tries = FIRST_TRY): Promise<void> {
    const ran = await this.#runUnlessThrottled(deployed, payload);
    if (ran && 'payload' in ran.outcome) return;
    const next = ran ? afterFailure(tries, deployed.patience) : afterThrottle(tries, deployed.patience);
    if (!next) return this.#publish(deployed.configuration.name, { AsyncEventsDropped: 1 });
    this.account.clock.after(next.delayMs, `retry of ${deployed.configuration.name}`, () =>
      this.#runInBackground(deployed, payload, next),
    );
  }

  async #runUnlessThrottled(deployed: DeployedFunction, payload: string): Promise<RunResult | undefined> {
    const { name } = deployed.configuration;
    const leave = this.concurrency.enter(name);
    if (!leave) {
      this.#publish(name, { Throttles: 1 });
      return undefined;
    }
    return this.#run(deployed, payload).finally(leave);
  }

  async #run({ configuration, target }: DeployedFunction, payload: string): Promise<RunResult> {
    const requestId = this.account.random.uuid();
    const time = this.account.clock.now();
    const invocation = { requestId, functionArn: configuration.arn, payload, time };
    const result = await this.account.clock.run(configuration.name, () => this.options.runner.run(target, invocation));
    const { outcome, lines } = result;
    const report = 'failure' in outcome ? [failureLine(outcome.failure, requestId, this.account.clock.now())] : [];
    await this.#log(configuration, [...lines, ...report]);
    this.#publishMetrics(configuration.name, 'failure' in outcome, time);
    return result;
  }

  /** Lambda writes a function's log as the function's role, and loses it without a word when that may not. */
  async #log(configuration: FunctionConfiguration, lines: readonly string[]): Promise<void> {
    const { logs, may = async () => true } = this.options;
    const input = { logGroupName: configuration.logGroup, logStreamName: logStreamOf(configuration.name) };
    const caller = this.#sessionOf(configuration);
    const operations = ['CreateLogStream', 'PutLogEvents'];
    if (!logs.group(configuration.logGroup)) operations.unshift('CreateLogGroup');
    for (const operation of operations) if (!(await may({ service: 'logs', operation, input, caller }))) return;
    logs.append(configuration.logGroup, input.logStreamName, lines);
  }

  #publishMetrics(functionName: string, failed: boolean, begun: Date): void {
    const elapsedMs = this.account.clock.now().getTime() - begun.getTime();
    this.#publish(functionName, { Invocations: 1, Errors: failed ? 1 : 0, Throttles: 0, Duration: elapsedMs });
  }

  #publish(functionName: string, figures: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(figures)) {
      const dimensions = [{ Name: 'FunctionName', Value: functionName }];
      this.options.metrics.record({ namespace: 'AWS/Lambda', name, dimensions }, value);
    }
  }

  #find(input: Fields): DeployedFunction {
    const name = nameOf(input.string('FunctionName'));
    const found = this.#functions.get(name);
    if (found) return found;
    const arn = `arn:aws:lambda:${this.account.region}:${this.account.id}:function:${name}`;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
  }
}

const throttled = (): AwsError => new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);

/** The name in a function's name or ARN. */
const nameOf = (nameOrArn: string): string => nameOrArn.split(':function:').at(-1) ?? nameOrArn;

/** The line that the Node runtime writes for an error that a handler let out. */
function failureLine(failure: FunctionFailure, requestId: string, time: Date): string {
  const { errorType, errorMessage, trace } = failure;
  const message = { errorType, errorMessage, stackTrace: trace ?? [] };
  return JSON.stringify({ timestamp: time.toISOString(), level: 'ERROR', requestId, message });
}

const policyOf = ({ permissions, configuration }: DeployedFunction) => ({
  Version: '2012-10-17',
  Statement: permissions.map((permission) => statementOf(permission, configuration.arn)),
});

function statementOf(permission: Permission, functionArn: string): AwsOutput {
  const { statementId, action, principal, sourceArn, sourceAccount } = permission;
  const condition = {
    ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
    ...(sourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
  };
  return {
    Sid: statementId,
    Effect: 'Allow',
    Principal: { Service: principal },
    Action: action,
    Resource: functionArn,
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}

const describe = (configuration: FunctionConfiguration): AwsOutput => ({
  FunctionName: configuration.name,
  FunctionArn: configuration.arn,
  Role: configuration.roleArn,
  Handler: configuration.handler,
  Runtime: configuration.runtime,
  Timeout: configuration.timeoutSeconds,
  MemorySize: configuration.memoryMegabytes,
  Environment: { Variables: configuration.environment },
  LoggingConfig: { LogGroup: configuration.logGroup, LogFormat: configuration.logFormat },
  State: 'Active',
});
