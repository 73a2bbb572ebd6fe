import { Events } from '../../../sandbox/aws/events/events';
import { compilePattern } from '../../../sandbox/aws/events/pattern';
import { parseSchedule } from '../../../sandbox/aws/events/schedule';
import { AwsError, type AwsInput } from '../../../sandbox/aws/service';
import { bareAccount, HOUR_MS, MINUTE_MS, RecordingService } from './bare-account';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:reconcile';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:critical';
const RULE = 'arn:aws:events:eu-central-1:111122223333:rule/rule';

async function setUp(rule: AwsInput, ...targets: readonly AwsInput[]) {
  const account = bareAccount();
  const lambda = new RecordingService('lambda');
  const sns = new RecordingService('sns');
  const events = new Events(account);
  for (const service of [lambda, sns, events]) account.add(service);
  const call = (operation: string, input: AwsInput) => account.call('events', operation, input, account.administrator);
  await call('PutRule', { Name: 'rule', ...rule });
  await call('PutTargets', { Rule: 'rule', Targets: targets });
  return { clock: account.clock, account, lambda, sns, events, call };
}

describe('Events', () => {
  it('invokes a function at every interval, asynchronously and on behalf of the rule', async () => {
    const { clock, lambda } = await setUp({ ScheduleExpression: 'rate(15 minutes)' }, { Id: 'a', Arn: FUNCTION });

    await clock.advanceBy(15 * MINUTE_MS - 1);
    const before = lambda.calls.length;
    await clock.advanceBy(HOUR_MS);

    expect(before).toBe(0);
    expect(lambda.calls).toHaveLength(4);
    const [first] = lambda.calls;
    expect(first?.caller).toEqual({ principal: 'events.amazonaws.com', accountId: '111122223333', sourceArn: RULE });
    expect(first?.input).toMatchObject({ FunctionName: FUNCTION, InvocationType: 'Event' });
    expect(JSON.parse(String(first?.input.Payload))).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-01-05T08:15:00Z',
      resources: [RULE],
      detail: {},
    });
  });

  it('sends a target its own input in place of the event', async () => {
    const { clock, lambda } = await setUp(
      { ScheduleExpression: 'rate(1 hour)' },
      { Id: 'a', Arn: FUNCTION, Input: '{"action":"reconcile"}' },
    );

    await clock.advanceBy(HOUR_MS);

    expect(lambda.calls.map(({ input }) => input.Payload)).toEqual(['{"action":"reconcile"}']);
  });

  it('takes an event to the targets of every rule that it matches', async () => {
    const pattern = JSON.stringify({ source: ['aws.secretsmanager'], detail: { eventName: ['RotationFailed'] } });
    const { clock, sns, events } = await setUp({ EventPattern: pattern }, { Id: 'a', Arn: TOPIC });
    const event = { source: 'aws.secretsmanager', detailType: 'AWS Service Event via CloudTrail', resources: [] };

    events.emit({ ...event, detail: { eventName: 'RotationStarted' } });
    events.emit({ ...event, detail: { eventName: 'RotationFailed' } });
    await clock.settle();

    expect(sns.calls.map(({ input }) => JSON.parse(String(input.Message)).detail.eventName)).toEqual([
      'RotationFailed',
    ]);
  });

  it('stops with its rule, and while its rule is disabled', async () => {
    const { clock, lambda, call } = await setUp({ ScheduleExpression: 'rate(1 hour)' }, { Id: 'a', Arn: FUNCTION });

    await call('PutRule', { Name: 'rule', ScheduleExpression: 'rate(1 hour)', State: 'DISABLED' });
    await clock.advanceBy(3 * HOUR_MS);
    await call('PutRule', { Name: 'rule', ScheduleExpression: 'rate(1 hour)' });
    await clock.advanceBy(HOUR_MS);
    await call('RemoveTargets', { Rule: 'rule', Ids: ['a'] });
    await call('DeleteRule', { Name: 'rule' });
    await clock.advanceBy(HOUR_MS);

    expect(lambda.calls).toHaveLength(1);
  });

  it('keeps a refused delivery for those who look', async () => {
    const { clock, account, events } = await setUp({ ScheduleExpression: 'rate(1 hour)' }, { Id: 'a', Arn: FUNCTION });
    account.add(
      new RecordingService('lambda', () => {
        throw new AwsError('AccessDeniedException', 'not you', 403);
      }),
    );

    await clock.advanceBy(HOUR_MS);

    expect(events.failedDeliveries()).toMatchObject([{ rule: 'rule', targetArn: FUNCTION, error: 'not you' }]);
  });

  it.each([
    [
      'a queue as a target',
      'PutTargets',
      { Rule: 'rule', Targets: [{ Id: 'q', Arn: 'arn:aws:sqs:x' }] },
      /rule target/,
    ],
    [
      'an input transformer',
      'PutTargets',
      { Rule: 'rule', Targets: [{ Id: 'a', Arn: TOPIC, InputTransformer: {} }] },
      /InputTransformer/,
    ],
    ['a rule without a trigger', 'PutRule', { Name: 'other' }, /EventPattern or ScheduleExpression/],
    ['deleting a rule that has targets', 'DeleteRule', { Name: 'rule' }, /since it has targets/],
    ['an operation that is not modelled', 'ListRules', {}, /operation ListRules of events/],
  ])('rejects %s', async (_, operation, input, message) => {
    const { call } = await setUp({ ScheduleExpression: 'rate(1 hour)' }, { Id: 'a', Arn: FUNCTION });

    await expect(call(operation, input)).rejects.toThrow(message);
  });
});

describe('the limits of a bus', () => {
  const put = async (name: string, pattern: unknown, call: (operation: string, input: AwsInput) => Promise<unknown>) =>
    call('PutRule', { Name: name, EventPattern: JSON.stringify(pattern) });
  const wild = { detail: { name: [{ wildcard: 'prod/*' }] } };

  it('are 4,096 characters of a pattern', async () => {
    const { call } = await setUp({ ScheduleExpression: 'rate(1 hour)' });
    const fill = (length: number) => ({ source: [''.padEnd(length - '{"source":[""]}'.length, 'x')] });

    await expect(put('longest', fill(4096), call)).resolves.toBeDefined();
    await expect(put('too-long', fill(4097), call)).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('are thirty rules with wildcards, however often they are put', async () => {
    const { call } = await setUp({ ScheduleExpression: 'rate(1 hour)' });
    for (let index = 0; index < 30; index += 1) await put(`wild-${index}`, wild, call);

    await expect(put('wild-0', wild, call)).resolves.toBeDefined();
    await expect(put('wild-30', wild, call)).rejects.toMatchObject({ code: 'LimitExceededException' });
    await expect(put('tame', { source: ['aws.ssm'] }, call)).resolves.toBeDefined();
  });
});

describe('parseSchedule', () => {
  it.each(['rate(0 minutes)', 'rate(1 minutes)', 'rate(2 minute)', 'rate(1 week)', 'every day', 'rate(15 minutes'])(
    'rejects %s',
    (expression) => {
      expect(() => parseSchedule(expression)).toThrow(/ScheduleExpression is not valid/);
    },
  );

  it('rejects a cron expression with what is wrong with it', () => {
    expect(() => parseSchedule('cron(0 12 * * ?)')).toThrow(
      expect.objectContaining({ code: 'ValidationException', message: expect.stringContaining('six fields') }),
    );
  });

  it('runs at every time of a cron expression', async () => {
    const { clock } = bareAccount('2026-01-09T07:00:00Z'); // a Friday
    const times: string[] = [];

    parseSchedule('cron(30 8 ? * MON-FRI *)')(clock, 'test', () => times.push(clock.now().toISOString()));
    await clock.advanceBy(4 * 24 * HOUR_MS);

    expect(times).toEqual(['2026-01-09T08:30:00.000Z', '2026-01-12T08:30:00.000Z']);
  });
});

describe('compilePattern', () => {
  const event = {
    source: 'aws.secretsmanager',
    resources: ['arn:a', 'arn:b'],
    detail: { name: 'prod/claude/rag-service/key', count: 2, nothing: null },
  };

  it.each([
    [{ source: ['aws.ssm', 'aws.secretsmanager'] }, true],
    [{ source: ['aws.ssm'] }, false],
    [{ resources: ['arn:b'] }, true],
    [{ detail: { count: [2], nothing: [null] } }, true],
    [{ detail: { name: [{ prefix: 'prod/' }] } }, true],
    [{ detail: { name: [{ suffix: '/token' }] } }, false],
    [{ detail: { name: [{ wildcard: 'prod/claude/*/key' }] } }, true],
    [{ detail: { name: [{ wildcard: 'prod/claude/?/key' }] } }, false],
    [{ detail: { name: [{ 'equals-ignore-case': 'PROD/claude/rag-service/KEY' }] } }, true],
    [{ detail: { count: [{ 'anything-but': [1, 3] }] } }, true],
    [{ detail: { count: [{ 'anything-but': 2 }] } }, false],
    [{ detail: { name: [{ 'anything-but': { prefix: ['dev/', 'prod/'] } }] } }, false],
    [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { missing: [{ exists: false }], name: [{ exists: true }] } }, true],
    [{ other: { deeper: ['x'] } }, false],
  ])('decides %j', (pattern, expected) => {
    expect(compilePattern(JSON.stringify(pattern))(event)).toBe(expected);
  });

  it.each([
    [{ detail: { count: [{ numeric: ['>', 1] }] } }, /numeric/],
    [{ $or: [] }, /operator \$or/],
    [{ source: 'aws.ssm' }, /must be an object or an array/],
    [{ source: [{ cidr: '10.0.0.0/8' }] }, /operator cidr/],
  ])('rejects %j', (pattern, message) => {
    expect(() => compilePattern(JSON.stringify(pattern))).toThrow(message);
  });
});
