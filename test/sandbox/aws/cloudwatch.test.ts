import { CloudWatch } from '../../../sandbox/aws/cloudwatch/cloudwatch';
import type { AwsInput } from '../../../sandbox/aws/service';
import { bareAccount, HOUR_MS, MINUTE_MS, RecordingService } from './bare-account';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:critical';
const ALARM = {
  AlarmName: 'too-many',
  Namespace: 'Test',
  MetricName: 'Problems',
  Dimensions: [
    { Name: 'Environment', Value: 'prod' },
    { Name: 'Condition', Value: 'dead' },
  ],
  Statistic: 'Maximum',
  Period: 900,
  EvaluationPeriods: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Threshold: 1,
  TreatMissingData: 'notBreaching',
  AlarmActions: [TOPIC],
};

function setUp() {
  const account = bareAccount();
  const sns = new RecordingService('sns');
  const cloudWatch = new CloudWatch(account);
  for (const service of [sns, cloudWatch]) account.add(service);
  const call = (operation: string, input: AwsInput) =>
    account.call('monitoring', operation, input, account.administrator);
  const publish = (value: number) =>
    call('PutMetricData', {
      Namespace: 'Test',
      // Not in the alarm's order: the order of dimensions means nothing.
      MetricData: [
        { MetricName: 'Problems', Dimensions: [...ALARM.Dimensions].reverse(), Value: value, Unit: 'Count' },
      ],
    });
  const told = () => sns.calls.map(({ input }) => JSON.parse(String(input.Message)).NewStateValue);
  return { account, clock: account.clock, cloudWatch, sns, call, publish, told };
}

describe('CloudWatch', () => {
  it('starts an alarm without data and, when missing data is fine, has it OK after a minute', async () => {
    const { clock, cloudWatch, call, told } = setUp();

    await call('PutMetricAlarm', ALARM);
    const atFirst = cloudWatch.alarm('too-many')?.state;
    await clock.advanceBy(MINUTE_MS);

    expect([atFirst, cloudWatch.alarm('too-many')?.state]).toEqual(['INSUFFICIENT_DATA', 'OK']);
    expect(told()).toEqual([]);
  });

  it('raises an alarm at the end of the minute, tells once, and lowers it when the data has passed', async () => {
    const { clock, cloudWatch, call, publish, told } = setUp();
    await call('PutMetricAlarm', { ...ALARM, OKActions: [TOPIC] });
    await clock.advanceBy(10 * MINUTE_MS);

    await publish(1);
    const atOnce = cloudWatch.alarm('too-many')?.state;
    await clock.advanceBy(MINUTE_MS);
    const aMinuteLater = cloudWatch.alarm('too-many')?.state;
    for (let run = 0; run < 8; run++) {
      await clock.advanceBy(15 * MINUTE_MS);
      await publish(run < 2 ? 1 : 0);
    }

    expect([atOnce, aMinuteLater]).toEqual(['OK', 'ALARM']);
    expect(told()).toEqual(['OK', 'ALARM', 'OK']);
    expect(cloudWatch.alarm('too-many')?.history.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'INSUFFICIENT_DATA OK',
      'OK ALARM',
      'ALARM OK',
    ]);
  });

  it('pages when a heartbeat stops, though not before there ever was one', async () => {
    const { clock, cloudWatch, call, publish, told } = setUp();
    const heartbeat = {
      ...ALARM,
      Statistic: 'Sum',
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 4,
      TreatMissingData: 'missing',
      InsufficientDataActions: [TOPIC],
    };
    await call('PutMetricAlarm', heartbeat);

    await clock.advanceBy(6 * HOUR_MS);
    const beforeTheFirst = told();
    for (let run = 0; run < 4; run++) {
      await publish(1);
      await clock.advanceBy(15 * MINUTE_MS);
    }
    const whileItBeats = cloudWatch.alarm('too-many')?.state;
    await clock.advanceBy(2 * HOUR_MS);

    expect(beforeTheFirst).toEqual([]);
    expect(whileItBeats).toBe('OK');
    expect(told()).toEqual(['INSUFFICIENT_DATA']);
  });

  it('waits for as many datapoints as it is told to', async () => {
    const { clock, cloudWatch, call, publish } = setUp();
    await call('PutMetricAlarm', { ...ALARM, EvaluationPeriods: 24 });

    for (let run = 0; run < 23; run++) {
      await publish(1);
      await clock.advanceBy(15 * MINUTE_MS);
    }
    const after23 = cloudWatch.alarm('too-many')?.state;
    await publish(1);
    await clock.advanceBy(MINUTE_MS);

    expect([after23, cloudWatch.alarm('too-many')?.state]).toEqual(['OK', 'ALARM']);
  });

  it('does nothing on a state change when actions are disabled', async () => {
    const { clock, cloudWatch, call, publish, told } = setUp();
    await call('PutMetricAlarm', { ...ALARM, ActionsEnabled: false });

    await publish(5);
    await clock.advanceBy(MINUTE_MS);

    expect(cloudWatch.alarm('too-many')?.state).toBe('ALARM');
    expect(told()).toEqual([]);
  });

  it('keeps the state of an alarm that is put again', async () => {
    const { clock, cloudWatch, call, publish } = setUp();
    await call('PutMetricAlarm', ALARM);
    await publish(1);
    await clock.advanceBy(MINUTE_MS);

    await call('PutMetricAlarm', { ...ALARM, Threshold: 2 });
    const afterPut = cloudWatch.alarm('too-many')?.state;
    await clock.advanceBy(MINUTE_MS);

    expect([afterPut, cloudWatch.alarm('too-many')?.state]).toEqual(['ALARM', 'OK']);
  });

  it('answers statistics by period', async () => {
    const { account, clock, call, publish } = setUp();
    const start = account.clock.now();
    for (const value of [1, 3]) await publish(value);
    await clock.advanceBy(HOUR_MS);
    await publish(7);
    await clock.advanceBy(MINUTE_MS);

    const { Datapoints } = await call('GetMetricStatistics', {
      Namespace: 'Test',
      MetricName: 'Problems',
      Dimensions: ALARM.Dimensions,
      StartTime: start,
      EndTime: clock.now(),
      Period: 3600,
      Statistics: ['Sum', 'Average'],
    });

    expect(Datapoints).toEqual([
      { Timestamp: start, Sum: 4, Average: 2 },
      { Timestamp: new Date(start.getTime() + HOUR_MS), Sum: 7, Average: 7 },
    ]);
  });

  it.each([
    ['metric math', { ...ALARM, Metrics: [] }, /"Metrics" of monitoring:PutMetricAlarm/],
    ['a high-resolution period', { ...ALARM, Period: 10 }, /a period of 10 seconds/],
    ['an action that is no topic', { ...ALARM, AlarmActions: ['arn:aws:lambda:x'] }, /the alarm action/],
    ['more than a day of periods', { ...ALARM, EvaluationPeriods: 97 }, /more than a day/],
  ])('rejects %s', async (_, input, message) => {
    const { call } = setUp();

    await expect(call('PutMetricAlarm', input)).rejects.toThrow(message);
  });

  it('rejects figures in a namespace of AWS', async () => {
    const { call } = setUp();

    await expect(call('PutMetricData', { Namespace: 'AWS/Lambda', MetricData: [] })).rejects.toThrow(/Namespace/);
  });
});
