import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from '../../../sandbox/aws/service';
import { createTestAccount, roleSession, START, type TestAccount } from './test-account';

/** Answers every operation with what the test says, and remembers what it was asked. */
class Echo implements AwsService {
  readonly asked: { readonly operation: string; readonly input: AwsInput; readonly caller: Caller }[] = [];
  answer: () => AwsOutput = () => ({});

  constructor(readonly name: string) {}

  async call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    this.asked.push({ operation, input, caller });
    return this.answer();
  }
}

let aws: TestAccount;

beforeEach(async () => {
  aws = await createTestAccount();
});

afterEach(() => aws.close());

function echo(name: string): Echo {
  const service = new Echo(name);
  aws.account.add(service);
  return service;
}

const signed = (service: string, accessKeyId = aws.credentials.issue(aws.caller).accessKeyId): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260924/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const post = (headers: Readonly<Record<string, string>>, body = '{}', path = '/') =>
  fetch(`${aws.url}${path}`, { method: 'POST', headers, body });

describe('the JSON protocol', () => {
  it('turns times and bytes into their wire forms and back', async () => {
    const service = echo('secretsmanager');
    service.answer = () => ({
      Name: 'x',
      SecretBinary: new Uint8Array([0, 255]),
      CreatedDate: new Date(START.getTime() + 7),
    });
    const answer = await new SecretsManagerClient(aws.settings()).send(new GetSecretValueCommand({ SecretId: 'x' }));
    expect(answer.SecretBinary).toEqual(new Uint8Array([0, 255]));
    expect(answer.CreatedDate).toEqual(new Date(START.getTime() + 7));
  });

  it('hands on times that a caller sends as Date, at any depth', async () => {
    const service = echo('monitoring');
    const MetricData = [
      { MetricName: 'Heartbeat', Value: 1, Timestamp: START, Dimensions: [{ Name: 'E', Value: 'prod' }] },
    ];
    await new CloudWatchClient(aws.settings()).send(new PutMetricDataCommand({ Namespace: 'N', MetricData }));
    expect(service.asked).toMatchObject([{ operation: 'PutMetricData', input: { Namespace: 'N', MetricData } }]);
  });

  it('writes a Map as an object', async () => {
    const service = echo('ssm');
    service.answer = () => ({ Parameter: new Map([['Name', '/x']]) });
    const answer = await new SSMClient(aws.settings()).send(new GetParameterCommand({ Name: '/x' }));
    expect(answer.Parameter?.Name).toBe('/x');
  });

  it('rejects a body that is not JSON without repeating any of it', async () => {
    echo('secretsmanager');
    const headers = { authorization: signed('secretsmanager'), 'x-amz-target': 'secretsmanager.PutSecretValue' };
    const response = await post(headers, 'not-json-but-private');
    expect(response.status).toBe(400);
    const body = await response.text();
    expect(body).toContain('SerializationException');
    expect(body).not.toContain('private');
  });

  it("rejects another service's operation", async () => {
    const headers = { authorization: signed('ssm'), 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const response = await post(headers);
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });
});

describe('the query protocol', () => {
  it('reads lists and maps', async () => {
    const service = echo('sns');
    const client = new SNSClient(aws.settings());
    const attribute = { DataType: 'String', StringValue: 'a & b' };
    await client.send(new PublishCommand({ TopicArn: 'arn:x', Message: 'ü', MessageAttributes: { kind: attribute } }));
    const Tags = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: `${index}` }));
    await client.send(new CreateTopicCommand({ Name: 't', Attributes: { DisplayName: 'T' }, Tags }));
    expect(service.asked.map(({ operation, input }) => ({ operation, input }))).toEqual([
      { operation: 'Publish', input: { TopicArn: 'arn:x', Message: 'ü', MessageAttributes: { kind: attribute } } },
      { operation: 'CreateTopic', input: { Name: 't', Attributes: { DisplayName: 'T' }, Tags } },
    ]);
  });

  it('writes the answer as XML', async () => {
    echo('sns').answer = () => ({ MessageId: 'a<b>&c' });
    const answer = await new SNSClient(aws.settings()).send(new PublishCommand({ TopicArn: 'x', Message: 'x' }));
    expect(answer.MessageId).toBe('a<b>&c');
  });
});

describe('invoking a function', () => {
  it('passes the payload as it is, and the error mark in its header', async () => {
    const service = echo('lambda');
    service.answer = () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: '{"errorMessage":"no"}' });
    const FunctionName = 'arn:aws:lambda:eu-central-1:111122223333:function:claude-keys-prod-rotate';
    const answer = await new LambdaClient(aws.settings()).send(
      new InvokeCommand({ FunctionName, Payload: Buffer.from('{"a": 1}') }),
    );
    expect(service.asked[0]?.input).toEqual({ FunctionName, InvocationType: 'RequestResponse', Payload: '{"a": 1}' });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe('{"errorMessage":"no"}');
  });

  it('without waiting is told apart, and answered without a payload', async () => {
    const service = echo('lambda');
    service.answer = () => ({ StatusCode: 202 });
    const command = new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload: Buffer.from('{}') });
    expect((await new LambdaClient(aws.settings()).send(command)).StatusCode).toBe(202);
    expect(service.asked[0]?.input).toMatchObject({ InvocationType: 'Event' });
  });

  it('rejects by name any other path of the Lambda API', async () => {
    echo('lambda');
    const response = await post({ authorization: signed('lambda') }, '{}', '/2015-03-31/functions');
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('POST /2015-03-31/functions');
  });
});

describe('an error', () => {
  const failing = [
    {
      service: 'secretsmanager',
      send: () => new SecretsManagerClient(aws.settings()).send(new GetSecretValueCommand({ SecretId: 'x' })),
    },
    { service: 'ssm', send: () => new SSMClient(aws.settings()).send(new GetParameterCommand({ Name: '/x' })) },
    { service: 'monitoring', send: () => new CloudWatchClient(aws.settings()).send(new DescribeAlarmsCommand({})) },
    {
      service: 'sns',
      send: () => new SNSClient(aws.settings()).send(new PublishCommand({ TopicArn: 'x', Message: 'x' })),
    },
    { service: 'sts', send: () => new STSClient(aws.settings()).send(new GetCallerIdentityCommand({})) },
    { service: 'lambda', send: () => new LambdaClient(aws.settings()).send(new InvokeCommand({ FunctionName: 'x' })) },
  ];
  it.each(failing)('of $service reaches the SDK with its code, message and status', async ({ service, send }) => {
    echo(service).answer = () => {
      throw new AwsError('SomethingFailed', 'because <it> "did" & so', 418);
    };
    await expect(send()).rejects.toMatchObject({
      name: 'SomethingFailed',
      message: 'because <it> "did" & so',
      $metadata: { httpStatusCode: 418 },
    });
  });

  // botocore reads CloudWatch's codes from here, since the service once spoke the query protocol.
  it('of CloudWatch carries its code in a header as well', async () => {
    const target = 'GraniteServiceVersion20100801.DescribeAlarms';
    const response = await post({ authorization: signed('monitoring'), 'x-amz-target': target });
    expect(response.headers.get('x-amzn-query-error')).toBe('SandboxUnmodelled;Receiver');
  });

  it.each(failing)('of $service names what is not modelled', async ({ service, send }) => {
    await expect(send()).rejects.toMatchObject({
      name: 'SandboxUnmodelled',
      message: expect.stringContaining(`AWS service "${service}"`),
      $metadata: { httpStatusCode: 501 },
    });
  });
});

describe('the caller', () => {
  it('is whoever the access key was issued to', async () => {
    const service = echo('ssm');
    const session = roleSession('reconcile');
    await new SSMClient(aws.settings(session)).send(new GetParameterCommand({ Name: '/x' }));
    expect(service.asked[0]?.caller).toEqual(session);
  });

  const unknown = [
    { service: 'secretsmanager', type: 'application/x-amz-json-1.1', code: 'UnrecognizedClientException' },
    { service: 'sts', type: 'application/x-www-form-urlencoded', code: 'InvalidClientTokenId' },
  ];
  it.each(unknown)('rejects an access key of nobody at $service', async ({ service, type, code }) => {
    const response = await post({ authorization: signed(service, 'ASIANOBODY'), 'content-type': type });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(code);
  });

  it.each([
    { service: 'secretsmanager', type: 'application/x-amz-json-1.1', code: 'InvalidSignatureException' },
    { service: 'sts', type: 'application/x-www-form-urlencoded', code: 'SignatureDoesNotMatch' },
  ])(
    'rejects a request to $service that is signed for another region, by its name',
    async ({ service, type, code }) => {
      const authorization = signed(service).replace('eu-central-1', 'moon');
      const response = await post({ authorization, 'content-type': type });
      expect(response.status).toBe(403);
      const body = await response.text();
      expect(body).toContain(code);
      expect(body).toContain('valid region, not moon');
    },
  );

  it('rejects a request without a signature', async () => {
    const response = await post({ 'x-amz-target': 'AmazonSSM.GetParameter' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('MissingAuthenticationTokenException');
  });
});

describe('a body that is not text', () => {
  it.each([
    { title: 'compressed', headers: { 'content-encoding': 'gzip' }, named: 'content-encoding gzip' },
    { title: 'in CBOR', headers: { 'smithy-protocol': 'rpc-v2-cbor' }, named: 'the wire protocol rpc-v2-cbor' },
  ])('rejects one that is $title, by name', async ({ headers, named }) => {
    const response = await post({ authorization: signed('monitoring'), ...headers });
    expect(response.status).toBe(501);
    expect(await response.text()).toContain(named);
  });
});
