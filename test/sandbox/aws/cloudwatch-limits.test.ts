import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatch } from '../../../sandbox/aws/cloudwatch/cloudwatch';
import { createTestAccount, type TestAccount } from './test-account';

let aws: TestAccount;
let service: CloudWatch;
let client: CloudWatchClient;

beforeEach(async () => {
  aws = await createTestAccount();
  service = new CloudWatch(aws.account);
  aws.account.add(service);
  // Who unpacks a request is the server in front, which is not here.
  client = new CloudWatchClient({ ...aws.settings(), disableRequestCompression: true });
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const put = (...MetricData: readonly MetricDatum[]) =>
  client.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData: [...MetricData] }));

const many = <T>(length: number, one: (index: number) => T): T[] => Array.from({ length }, (_, index) => one(index));

const metrics = (count: number): MetricDatum[] => many(count, (index) => ({ MetricName: `m${index}`, Value: 1 }));

const dimensions = (count: number): MetricDatum => ({
  MetricName: 'm',
  Value: 1,
  Dimensions: many(count, (index) => ({ Name: `d${index}`, Value: 'v' })),
});

const values = (count: number): MetricDatum => ({ MetricName: 'm', Values: many(count, (index) => index) });

describe('the figures of one request', () => {
  it.each([
    ['a thousand metrics', metrics(1000)],
    ['thirty dimensions', [dimensions(30)]],
    ['150 values of a metric', [values(150)]],
    ['a value of 2^360', [{ MetricName: 'm', Value: 2 ** 360 }]],
  ])('may be %s', async (_what, data) => {
    await put(...data);
    expect(service.metrics()).toHaveLength(data.length);
  });

  it.each([
    ['more than a thousand metrics', metrics(1000), 'MetricData'],
    ['more than thirty dimensions', [dimensions(31)], 'Dimensions'],
    ['more than 150 values of a metric', [values(151)], 'Values'],
    ['a value over 2^360', [{ MetricName: 'm', Value: -(2 ** 361) }], '2^360'],
    ['other counts than values', [{ MetricName: 'm', Values: [1, 2], Counts: [1] }], 'Counts'],
  ])('rejects %s, and records none of them', async (_what, data, message) => {
    await expect(put({ MetricName: 'first', Value: 1 }, ...data)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(service.metrics()).toEqual([]);
  });

  it('rejects more than a megabyte', async () => {
    const long = (index: number): MetricDatum => ({ MetricName: `${index}`.padEnd(1100, 'x'), Value: 1 });
    await expect(put(...many(1000, long))).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });
    expect(service.metrics()).toEqual([]);
  });

  it('counts a value as often as is said', async () => {
    await put({ MetricName: 'm', Values: [1, 5], Counts: [3, 1] });
    const { Datapoints } = await aws.account.call(
      'monitoring',
      'GetMetricStatistics',
      {
        Namespace: 'Test',
        MetricName: 'm',
        StartTime: new Date(aws.clock.now().getTime() - 60_000),
        EndTime: new Date(aws.clock.now().getTime() + 60_000),
        Period: 120,
        Statistics: ['Sum', 'SampleCount'],
      },
      aws.caller,
    );
    expect(Datapoints).toMatchObject([{ Sum: 8, SampleCount: 4 }]);
  });
});
