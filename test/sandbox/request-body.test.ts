import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { Credentials } from '../../sandbox/aws/credentials';
import { createAwsHandler } from '../../sandbox/aws/http';
import { RequestHandlerFrom } from '../../sandbox/functions/in-process-http';
import type { HttpHandler } from '../../sandbox/http';
import { BODY_LIMIT_BYTES, readableBody } from '../../sandbox/request-body';
import { LoopbackServer } from '../../sandbox/server';
import { bareAccount, RecordingService } from './aws/bare-account';

/** More figures than fit into the 10 KB above which the SDK compresses. */
const FIGURES = Array.from({ length: 300 }, (_, index) => ({
  MetricName: 'InCondition',
  Value: index,
  Dimensions: [{ Name: 'Condition', Value: `condition-${index}` }],
}));

/** An account that takes figures, and notes how their requests were encoded. */
function setUp() {
  const account = bareAccount();
  const metrics = new RecordingService('monitoring');
  account.add(metrics);
  const credentials = new Credentials(account.random);
  const seen: (string | undefined)[] = [];
  const aws = createAwsHandler(account, (keyId) => credentials.callerOf(keyId));
  const handler: HttpHandler = async (request) => {
    seen.push(request.headers['content-encoding']);
    return aws(request);
  };
  return {
    metrics,
    handler,
    seen,
    client: { region: account.region, credentials: credentials.issue(account.administrator) },
  };
}

/** What the SDK sends, by the name of the header that says how. */
function sendFigures(client: CloudWatchClient): Promise<string | undefined> {
  let encoding: string | undefined;
  client.middlewareStack.add(
    (next) => (args) => {
      encoding = (args.request as { headers: Record<string, string> }).headers['content-encoding'];
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return client.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData: FIGURES })).then(() => encoding);
}

describe('a compressed request of the AWS SDK', () => {
  let server: LoopbackServer | undefined;
  afterEach(() => server?.close());

  it('is understood by the server', async () => {
    const { metrics, handler, seen, client } = setUp();
    server = await LoopbackServer.start(handler);

    const encoding = await sendFigures(new CloudWatchClient({ ...client, endpoint: server.url }));

    expect([encoding, seen]).toEqual(['gzip', [undefined]]);
    expect(metrics.calls[0]?.input).toEqual({ Namespace: 'Test', MetricData: FIGURES });
  });

  it('is understood in this process', async () => {
    const { metrics, handler, seen, client } = setUp();

    const encoding = await sendFigures(
      new CloudWatchClient({ ...client, requestHandler: new RequestHandlerFrom(handler) }),
    );

    expect([encoding, seen]).toEqual(['gzip', [undefined]]);
    expect(metrics.calls[0]?.input).toEqual({ Namespace: 'Test', MetricData: FIGURES });
  });
});

describe('readableBody', () => {
  const GZIP = { 'content-encoding': 'gzip', 'content-type': 'text/plain' };

  it('takes the encoding off the headers with the compression', () => {
    expect(readableBody(GZIP, gzipSync('bödy'))).toEqual({ headers: { 'content-type': 'text/plain' }, body: 'bödy' });
  });

  it('leaves other encodings to the reader', () => {
    const headers = { 'content-encoding': 'br' };

    expect(readableBody(headers, Buffer.from('x'))).toEqual({ headers, body: 'x' });
  });

  it('rejects what only claims to be gzip', () => {
    expect(() => readableBody(GZIP, randomBytes(20))).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('rejects a small body that unpacks to a very large one', () => {
    const bomb = gzipSync(Buffer.alloc(BODY_LIMIT_BYTES + 1));

    expect(() => readableBody(GZIP, bomb)).toThrow(expect.objectContaining({ status: 413 }));
    expect(readableBody(GZIP, gzipSync(Buffer.alloc(BODY_LIMIT_BYTES))).body).toHaveLength(BODY_LIMIT_BYTES);
  });
});
