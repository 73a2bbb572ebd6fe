import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { callAws } from '../../lib/aws/errors';
import { AwsSecrets } from '../../lib/aws/secrets';
import { isKeyRotationError } from '../../lib/core/errors';
import { AwsFaults } from '../../sandbox/faults';
import type { HttpHandler, HttpResponse } from '../../sandbox/http';
import { AwsUnderTest, clientsOf, ENVIRONMENT, RAG } from './aws-under-test';

/** As many attempts as the SDK makes by itself. */
const ATTEMPTS = 3;

type Failing = (attempt: number, ask: () => Promise<HttpResponse>) => Promise<HttpResponse>;
type Row = readonly [what: string, attempts: number, outcome: string, retryable: boolean | null];

const page = (status: number): Failing => {
  const headers = { 'content-type': 'text/html' };
  return async () => ({ status, headers, body: '<html>no</html>' });
};
const brokenConnection: Failing = async () => {
  throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
};
const cut: Failing = async (_attempt, ask) => {
  const answer = await ask();
  return { ...answer, body: answer.body.slice(0, 40) };
};

describe('retries of a call to AWS', () => {
  let aws: AwsUnderTest;
  beforeAll(async () => {
    aws = await AwsUnderTest.create();
  });

  /** Asks for a secret while something fails, and says how often the SDK asked and what came of it. */
  async function rowOf(what: string, handler: HttpHandler): Promise<Row> {
    let attempts = 0;
    const counting: HttpHandler = (request) => {
      attempts += 1;
      return handler(request);
    };
    const client = clientsOf(counting, { maxAttempts: ATTEMPTS }).secretsManager();
    try {
      const found = await new AwsSecrets(client, ENVIRONMENT).describe(RAG);
      return [what, attempts, found ? 'the secret' : 'no secret', null];
    } catch (error) {
      if (!isKeyRotationError(error)) throw error;
      return [what, attempts, error.code, error.retryable];
    }
  }

  const failing = async ([what, fail]: readonly [string, Failing]): Promise<Row> => {
    let attempt = 0;
    return rowOf(what, (request) => {
      attempt += 1;
      return fail(attempt, () => aws.handler(request));
    });
  };

  /** One after the other: the faults of one account are used up by whoever comes. */
  async function faulted(code: string, status: number, times: number): Promise<Row> {
    const faults = new AwsFaults();
    const stop = aws.account.observe(faults);
    const error = { code, status, message: 'planned' };
    faults.plan({ service: 'secretsmanager', operation: 'DescribeSecret', skip: 0, times, side: 'before', error });
    const row = await rowOf(`${code} ${status} x${times}`, aws.handler);
    stop();
    return row;
  }

  it('are the SDK’s, of what may pass by itself, and of nothing else', async () => {
    const rows: Row[] = [];
    for (const [code, status, times] of [
      ['InternalServiceError', 500, 2],
      ['InternalServiceError', 500, 9],
      ['ServiceUnavailable', 503, 9],
      ['ThrottlingException', 400, 9],
      ['AccessDeniedException', 400, 9],
      ['ExpiredTokenException', 400, 9],
      ['InvalidSignatureException', 403, 9],
      ['ResourceNotFoundException', 400, 9],
      ['InvalidParameterException', 400, 9],
      ['DecryptionFailure', 400, 9],
    ] as const)
      rows.push(await faulted(code, status, times));
    expect(rows).toEqual([
      ['InternalServiceError 500 x2', 3, 'the secret', null],
      ['InternalServiceError 500 x9', 3, 'AwsFailed', true],
      ['ServiceUnavailable 503 x9', 3, 'AwsFailed', true],
      ['ThrottlingException 400 x9', 3, 'AwsFailed', true],
      ['AccessDeniedException 400 x9', 1, 'AccessDenied', false],
      ['ExpiredTokenException 400 x9', 1, 'NoCredentials', false],
      ['InvalidSignatureException 403 x9', 1, 'NoCredentials', false],
      ['ResourceNotFoundException 400 x9', 1, 'no secret', null],
      ['InvalidParameterException 400 x9', 1, 'AwsFailed', true],
      ['DecryptionFailure 400 x9', 1, 'AwsFailed', true],
    ]);
  });

  it('do not ask again for an answer that came and makes no sense: whoever runs next does', async () => {
    const ways: readonly (readonly [string, Failing])[] = [
      ['a page of HTML with 503', page(503)],
      ['a connection that breaks', brokenConnection],
      ['a page of HTML with 200', page(200)],
      ['a page of HTML with 404', page(404)],
      ['a redirect', page(301)],
      ['half an answer', cut],
    ];
    expect(await Promise.all(ways.map(failing))).toEqual([
      ['a page of HTML with 503', 3, 'AwsFailed', true],
      ['a connection that breaks', 3, 'AwsFailed', true],
      ['a page of HTML with 200', 1, 'AwsFailed', true],
      ['a page of HTML with 404', 1, 'AwsFailed', true],
      ['a redirect', 1, 'AwsFailed', true],
      ['half an answer', 1, 'AwsFailed', true],
    ]);
  });

  describe('over a socket', () => {
    async function callTo(listener: RequestListener): Promise<unknown> {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
      const client = new SecretsManagerClient({
        region: 'eu-central-1',
        endpoint: `http://127.0.0.1:${port}`,
        credentials,
      });
      const command = new DescribeSecretCommand({ SecretId: 'x' });
      try {
        return await callAws('secretsmanager:DescribeSecret', (limits) => client.send(command, limits), 100);
      } finally {
        client.destroy();
        server.closeAllConnections();
        server.close();
      }
    }

    it('end when no answer comes', async () => {
      await expect(callTo(() => {})).rejects.toMatchObject({ code: 'AwsFailed' });
    });

    it('end when an answer begins and never ends', async () => {
      const call = callTo((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.write('{"ARN": "');
      });
      await expect(call).rejects.toMatchObject({ code: 'AwsFailed' });
    });
  });
});
