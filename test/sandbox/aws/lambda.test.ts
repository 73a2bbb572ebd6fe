import { AssetBucket } from '../../../sandbox/aws/cloudformation/asset-bucket';
import { CloudWatch } from '../../../sandbox/aws/cloudwatch/cloudwatch';
import { Credentials } from '../../../sandbox/aws/credentials';
import { Iam } from '../../../sandbox/aws/iam';
import { Lambda } from '../../../sandbox/aws/lambda/lambda';
import { Logs } from '../../../sandbox/aws/logs';
import type { AwsInput, Caller } from '../../../sandbox/aws/service';
import type { FunctionRunner, FunctionTarget, Invocation, RunResult } from '../../../sandbox/functions/runner';
import { functionFolder } from '../scratch-folder';
import { bareAccount, HOUR_MS } from './bare-account';

/** A runner that does as it is told, and remembers what it was asked. */
class ScriptedRunner implements FunctionRunner {
  readonly runs: { readonly target: FunctionTarget; readonly invocation: Invocation }[] = [];
  result: RunResult = { outcome: { payload: '{"ok":true}' }, lines: ['a line'] };

  async run(target: FunctionTarget, invocation: Invocation): Promise<RunResult> {
    this.runs.push({ target, invocation });
    return this.result;
  }

  async dispose(): Promise<void> {}
}

const FAILURE: RunResult = {
  outcome: { failure: { errorType: 'Error', errorMessage: 'no', trace: ['Error: no'] } },
  lines: [],
};
const ROLE = 'arn:aws:iam::111122223333:role/runs';
const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:fn';
const FUNCTION = {
  FunctionName: 'fn',
  Role: ROLE,
  Handler: 'index.handler',
  Runtime: 'nodejs24.x',
  Timeout: 60,
  Architectures: ['arm64'],
  Environment: { Variables: { DECLARED: 'yes' } },
  LoggingConfig: { LogFormat: 'JSON', LogGroup: 'group' },
  Code: { S3Bucket: 'assets', S3Key: 'code.zip' },
};
const service = (principal: string, sourceArn?: string): Caller => ({
  principal,
  accountId: '111122223333',
  ...(sourceArn === undefined ? {} : { sourceArn }),
});

async function setUp() {
  const account = bareAccount();
  const runner = new ScriptedRunner();
  const assets = new AssetBucket();
  const credentials = new Credentials(account.random);
  const [iam, logs, metrics] = [new Iam(account), new Logs(account), new CloudWatch(account)];
  const endpoints = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const lambda = new Lambda(account, { runner, assets, credentials, iam, metrics, logs, endpoints });
  for (const each of [iam, logs, metrics, lambda]) account.add(each);
  assets.publish(new Map([['code.zip', functionFolder('export const handler = async () => ({});')]]));
  const call = (operation: string, input: AwsInput, caller = account.administrator) =>
    account.call('lambda', operation, input, caller);
  const trust = (who: string) =>
    account.call(
      'iam',
      'CreateRole',
      { RoleName: who, AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'lambda.amazonaws.com' } }] } },
      account.administrator,
    );
  await trust('runs');
  const sums = async (MetricName: string) => {
    const { Datapoints } = await account.call(
      'monitoring',
      'GetMetricStatistics',
      {
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: [{ Name: 'FunctionName', Value: 'fn' }],
        StartTime: new Date('2026-01-05T08:00:00Z'),
        EndTime: new Date('2026-01-05T09:00:00Z'),
        Period: 3600,
        Statistics: ['Sum', 'SampleCount'],
      },
      account.administrator,
    );
    return Datapoints;
  };
  const errors = () => sums('Errors');
  return { account, runner, lambda, logs, credentials, call, errors, sums };
}

describe('Lambda', () => {
  it('runs a function in its declared environment, with what Lambda adds, and as its role', async () => {
    const { runner, call, credentials } = await setUp();
    await call('CreateFunction', FUNCTION);

    const answer = await call('Invoke', { FunctionName: ARN, Payload: '{"a":1}' });

    expect(answer).toMatchObject({ StatusCode: 200, Payload: '{"ok":true}' });
    const [{ target, invocation } = { target: undefined, invocation: undefined }] = runner.runs;
    expect(target).toMatchObject({ name: 'fn', handler: 'index.handler', timeoutSeconds: 60 });
    expect(target?.environment).toMatchObject({
      DECLARED: 'yes',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    });
    expect(invocation).toMatchObject({ payload: '{"a":1}', time: new Date('2026-01-05T08:00:00Z') });
    const keyId = target?.environment.AWS_ACCESS_KEY_ID ?? '';
    expect(credentials.callerOf(keyId)?.principal).toBe('arn:aws:sts::111122223333:assumed-role/runs/fn');
  });

  it('answers an unhandled error in the payload, logs it, and counts it', async () => {
    const { runner, logs, call, errors } = await setUp();
    await call('CreateFunction', FUNCTION);
    await call('Invoke', { FunctionName: 'fn' });
    runner.result = FAILURE;

    const answer = await call('Invoke', { FunctionName: 'fn' });

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(String(answer.Payload))).toEqual({
      errorType: 'Error',
      errorMessage: 'no',
      trace: ['Error: no'],
    });
    const lines = logs.group('group')?.lines.map(({ text }) => text) ?? [];
    expect(lines[0]).toBe('a line');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'ERROR', message: { errorMessage: 'no' } });
    expect(await errors()).toMatchObject([{ Sum: 1, SampleCount: 2 }]);
  });

  it('tries a failed asynchronous invocation twice more, after one and after two minutes', async () => {
    const { account, runner, call } = await setUp();
    await call('CreateFunction', FUNCTION);
    runner.result = FAILURE;

    const answer = await call('Invoke', { FunctionName: 'fn', InvocationType: 'Event' });
    await account.clock.advanceBy(HOUR_MS);

    expect(answer).toMatchObject({ StatusCode: 202 });
    expect(runner.runs.map(({ invocation }) => invocation.time.toISOString().slice(11, 19))).toEqual([
      '08:00:00',
      '08:01:00',
      '08:03:00',
    ]);
  });

  it('tries as often and as long as a function says, and counts the events that it gives up', async () => {
    const { account, runner, call, sums } = await setUp();
    await call('CreateFunction', FUNCTION);
    await call('PutFunctionEventInvokeConfig', {
      FunctionName: 'fn',
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 60,
    });
    const invoke = () => call('Invoke', { FunctionName: 'fn', InvocationType: 'Event' });

    runner.result = FAILURE;
    await invoke();
    await account.clock.advanceBy(5 * 60_000);
    expect(runner.runs).toHaveLength(2);

    await call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 0 });
    await invoke();
    await account.clock.advanceBy(5 * 60_000);
    await call('DeleteFunctionConcurrency', { FunctionName: 'fn' });
    await account.clock.advanceBy(HOUR_MS);
    expect(runner.runs).toHaveLength(2);
    expect(await sums('AsyncEventsDropped')).toMatchObject([{ Sum: 2 }]);
  });

  it('runs new code and new configuration after an update', async () => {
    const { runner, call } = await setUp();
    await call('CreateFunction', FUNCTION);
    await call('Invoke', { FunctionName: 'fn' });

    const { FunctionName, Role, Handler, Runtime } = FUNCTION;
    await call('UpdateFunctionConfiguration', { FunctionName, Role, Handler, Runtime, Timeout: 10 });
    await call('Invoke', { FunctionName: 'fn' });

    const [before, after] = runner.runs.map(({ target }) => target);
    expect([before?.timeoutSeconds, after?.timeoutSeconds]).toEqual([60, 10]);
    expect(after?.environment.DECLARED).toBeUndefined();
    expect(after?.revision).not.toBe(before?.revision);
  });

  it('lets a service in only by a permission for it, its account and its source', async () => {
    const { lambda, call } = await setUp();
    await call('CreateFunction', FUNCTION);
    const rule = 'arn:aws:events:eu-central-1:111122223333:rule/mine';
    const permit = (StatementId: string, Principal: string, more: AwsInput) =>
      call('AddPermission', { FunctionName: 'fn', StatementId, Action: 'lambda:InvokeFunction', Principal, ...more });
    const invokeAs = (caller: Caller) => call('Invoke', { FunctionName: 'fn' }, caller);
    const before = lambda.canInvoke(ARN, 'secretsmanager.amazonaws.com');

    await permit('a', 'secretsmanager.amazonaws.com', { SourceAccount: '111122223333' });
    await permit('b', 'events.amazonaws.com', { SourceArn: rule });

    expect([before, lambda.canInvoke(ARN, 'secretsmanager.amazonaws.com')]).toEqual([false, true]);
    await expect(invokeAs(service('secretsmanager.amazonaws.com'))).resolves.toMatchObject({ StatusCode: 200 });
    await expect(invokeAs(service('events.amazonaws.com', rule))).resolves.toMatchObject({ StatusCode: 200 });
    await expect(invokeAs(service('events.amazonaws.com', `${rule}-not`))).rejects.toThrow(/not authorized/);
    await expect(invokeAs({ ...service('secretsmanager.amazonaws.com'), accountId: '999999999999' })).rejects.toThrow(
      /not authorized/,
    );

    await call('RemovePermission', { FunctionName: 'fn', StatementId: 'b' });
    await expect(invokeAs(service('events.amazonaws.com', rule))).rejects.toThrow(/not authorized/);
  });

  it('rejects the removal of a permission that there is not, and keeps the others', async () => {
    const { lambda, call } = await setUp();
    await call('CreateFunction', FUNCTION);
    const Principal = 'secretsmanager.amazonaws.com';
    await call('AddPermission', { FunctionName: 'fn', StatementId: 'a', Action: 'lambda:InvokeFunction', Principal });

    await expect(call('RemovePermission', { FunctionName: 'fn', StatementId: 'b' })).rejects.toThrow(/b is not found/);
    expect(lambda.canInvoke(ARN, Principal)).toBe(true);
  });

  it.each([
    ['a role that there is not', { Role: `${ROLE}-not` }, /cannot be assumed by Lambda/],
    ['a runtime that is not modelled', { Runtime: 'python3.14' }, /the runtime python3.14/],
    ['a variable that Lambda keeps for itself', { Environment: { Variables: { AWS_REGION: 'x' } } }, /reserved keys/],
    ['a time limit beyond fifteen minutes', { Timeout: 901 }, /Timeout must be from 1 to 900/],
    ['code that was not published', { Code: { S3Bucket: 'assets', S3Key: 'other.zip' } }, /NoSuchKey/],
    ['a property that is not modelled', { FileSystemConfigs: [] }, /"FileSystemConfigs" of lambda:CreateFunction/],
  ])('rejects a function with %s', async (_, change, message) => {
    const { call } = await setUp();

    await expect(call('CreateFunction', { ...FUNCTION, ...change })).rejects.toThrow(message);
  });

  it('throttles whoever waits for an answer when the function may not run, or no more of it', async () => {
    const { runner, call, sums } = await setUp();
    await call('CreateFunction', FUNCTION);
    const invoke = () => call('Invoke', { FunctionName: 'fn' });
    const reserve = (count: number) =>
      call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: count });

    await reserve(0);
    await expect(invoke()).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    expect(runner.runs).toEqual([]);
    expect(await sums('Throttles')).toMatchObject([{ Sum: 1 }]);
    expect(await sums('Invocations')).toEqual([]);

    await reserve(1);
    const both = await Promise.allSettled([invoke(), invoke()]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(invoke()).resolves.toMatchObject({ StatusCode: 200 });

    await call('DeleteFunctionConcurrency', { FunctionName: 'fn' });
    await expect(Promise.all([invoke(), invoke()])).resolves.toHaveLength(2);
  });

  it('shares what the account has left among functions that reserve nothing', async () => {
    const { lambda, call } = await setUp();
    await call('CreateFunction', FUNCTION);
    await call('CreateFunction', { ...FUNCTION, FunctionName: 'reserves' });
    const invoke = (FunctionName: string) => call('Invoke', { FunctionName });
    await call('PutFunctionConcurrency', { FunctionName: 'reserves', ReservedConcurrentExecutions: 2 });
    lambda.concurrency.accountLimit = 3;

    const answers = await Promise.allSettled([invoke('fn'), invoke('fn'), invoke('reserves'), invoke('reserves')]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });

  it('rejects a reservation that leaves other functions too little', async () => {
    const { call } = await setUp();
    await call('CreateFunction', FUNCTION);
    const reserve = (count: number) =>
      call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: count });
    await expect(reserve(901)).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
    await expect(reserve(900)).resolves.toMatchObject({ ReservedConcurrentExecutions: 900 });
  });

  it('keeps a throttled asynchronous invocation waiting, longer each time, and gives it up after six hours', async () => {
    const { account, runner, call } = await setUp();
    await call('CreateFunction', FUNCTION);
    const invoke = () => call('Invoke', { FunctionName: 'fn', InvocationType: 'Event' });
    await call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 0 });

    expect(await invoke()).toMatchObject({ StatusCode: 202 });
    await account.clock.advanceBy(2_000);
    await call('DeleteFunctionConcurrency', { FunctionName: 'fn' });
    await account.clock.advanceBy(HOUR_MS);
    expect(runner.runs.map(({ invocation }) => invocation.time.toISOString().slice(11, 19))).toEqual(['08:00:03']);

    await call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 0 });
    await invoke();
    await account.clock.advanceBy(7 * HOUR_MS);
    await call('DeleteFunctionConcurrency', { FunctionName: 'fn' });
    await account.clock.advanceBy(HOUR_MS);
    expect(runner.runs).toHaveLength(1);
  });

  it('rejects an invocation of a function that there is not', async () => {
    const { call } = await setUp();

    await expect(call('Invoke', { FunctionName: 'nobody' })).rejects.toThrow(/Function not found: .*:function:nobody/);
  });
});
