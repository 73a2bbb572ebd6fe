import { reconcilerPorts } from '../../lambda/reconcile/handler';
import { createHandler, rotationPorts } from '../../lambda/rotate/handler';
import type { Wiring } from '../../lambda/wiring';
import { RECONCILE_VARIABLES } from '../../lib/contract/function-environment';
import { adminSecretName } from '../../lib/contract/names';
import { ApiKey } from '../../lib/core/api-key';
import type { OpenCondition } from '../../lib/core/ports';
import { NOON } from '../support/observations';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/claude/rag/key-AbCdEf';
const OPEN: OpenCondition = { condition: 'no-spare', subject: 'rag', since: NOON };

/** Where requests went, as `service text of the request`, or the path of one to Claude. None is answered well. */
let asked: string[];
beforeEach(() => {
  asked = [];
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

interface AwsRequest {
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const wiring = (issuerAccess: 'adminKey' | 'manual'): Wiring => ({
  env: {
    [RECONCILE_VARIABLES.environment]: 'prod',
    [RECONCILE_VARIABLES.organizationId]: 'organization',
    [RECONCILE_VARIABLES.workspaceId]: 'workspace',
    [RECONCILE_VARIABLES.issuerAccess]: issuerAccess,
    [RECONCILE_VARIABLES.warningTopicArn]: 'arn:aws:sns:eu-central-1:111111111111:warning',
    [RECONCILE_VARIABLES.criticalTopicArn]: 'arn:aws:sns:eu-central-1:111111111111:critical',
  },
  clock: { now: () => NOON },
  aws: {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'someone', secretAccessKey: 'something' },
    requestHandler: {
      handle: (request: AwsRequest) => {
        const body = request.body instanceof Uint8Array ? new TextDecoder().decode(request.body) : request.body;
        asked.push(`${request.hostname.split('.')[0]} ${request.headers['x-amz-target'] ?? ''} ${String(body)}`);
        return Promise.reject(new Error('nobody is there'));
      },
    },
  },
  claude: {
    fetch: async (input) => {
      asked.push(`claude ${new URL(String(input)).pathname}`);
      return new Response('{}', { status: 400 });
    },
  },
});

/** Where calls go, whatever comes of them. */
const whereTo = async (...calls: readonly (() => unknown)[]): Promise<string> => {
  for (const call of calls) await Promise.resolve(call()).catch(() => undefined);
  return asked.join('\n');
};

describe('the ports of the rotate function', () => {
  it('reach the secret, the shelf of this environment, and Claude', async () => {
    const ports = rotationPorts(wiring('adminKey'));
    expect(await whereTo(() => ports.directory.describeByArn(ARN))).toMatch(/^secretsmanager \S*DescribeSecret/);
    expect(await whereTo(() => ports.versions.read(ARN, 'v1'))).toMatch(/GetSecretValue/);
    expect(await whereTo(() => ports.tags.put(ARN, new Map([['a', 'b']])))).toMatch(/TagResource/);
    expect(await whereTo(() => ports.spares.list('rag'))).toMatch(/ssm \S* .*\/claude-keys\/prod\/spares\/rag/);
    expect(await whereTo(() => ports.verifier.verify(new ApiKey('x')))).toMatch(/claude \/v1\/models$/);
    expect(ports.clock.now()).toBe(NOON);
  });

  it('wait in real time, unless they are told how', async () => {
    const waited: number[] = [];
    await rotationPorts({ ...wiring('adminKey'), wait: async (ms) => void waited.push(ms) }).wait(7);
    expect(waited).toEqual([7]);
    expect(await rotationPorts(wiring('adminKey')).wait(0)).toBeUndefined();
  });

  it('are those that the handler works on', async () => {
    const handler = createHandler({ ...wiring('adminKey'), wait: async () => undefined });
    const event = { Step: 'setSecret', SecretId: ARN, ClientRequestToken: 'v1' };
    expect(await whereTo(() => handler(event))).toContain(ARN);
  });
});

describe('the ports of the reconcile function', () => {
  it('reach AWS, each its own service, for this environment', async () => {
    const ports = reconcilerPorts(wiring('adminKey'));
    const { monitoring } = ports;
    expect(await whereTo(() => ports.directory.describe('rag'))).toMatch(/^secretsmanager \S*DescribeSecret/);
    expect(await whereTo(() => ports.versions.read(ARN, 'v1'))).toMatch(/GetSecretValue/);
    expect(await whereTo(() => ports.control.pause(ARN))).toMatch(/CancelRotateSecret/);
    expect(await whereTo(() => ports.spares.list('rag'))).toMatch(/\/claude-keys\/prod\/spares\/rag/);
    expect(await whereTo(() => ports.registry.find('rag'))).toMatch(/\/claude-keys\/prod\/services\/rag/);
    expect(await whereTo(() => monitoring?.memory.list())).toMatch(/\/claude-keys\/prod\/conditions/);
    expect(await whereTo(() => monitoring?.memory.put(OPEN))).toMatch(/\/claude-keys\/prod\/conditions\/rag/);
    const figures = [{ name: 'Figure', value: 1, dimensions: {} }];
    expect(await whereTo(() => ports.figures.publish(figures))).toMatch(/^monitoring /m);
    expect(ports.clock.now()).toBe(NOON);
  });

  it('send what warns to one topic, and what pages to the other', async () => {
    const { messages } = reconcilerPorts(wiring('adminKey'));
    const notice = { subject: 'one', text: 'two' };
    expect(await whereTo(() => messages.send('warning', notice))).toMatch(/^sns .*warning/m);
    asked = [];
    expect(await whereTo(() => messages.send('critical', notice))).toMatch(/^sns .*critical/m);
  });

  it('read the admin key before they ask Claude about keys, use and cost', async () => {
    const { issuer, monitoring } = reconcilerPorts(wiring('adminKey'));
    if (issuer.kind !== 'ours') throw new Error('the issuer is not ours');
    const reads: readonly (() => unknown)[] = [
      () => issuer.keys.list(),
      () => issuer.usage.since(NOON),
      () => monitoring?.use?.byHour(NOON, NOON),
      () => monitoring?.adminKeySince?.(),
    ];
    for (const read of reads) {
      asked = [];
      expect(await whereTo(read)).toContain(adminSecretName('prod'));
      expect(asked.join()).not.toContain('claude /');
    }
  });

  it('ask Claude with a key itself alone, and of no use, where people look after the keys', async () => {
    const { issuer, monitoring } = reconcilerPorts(wiring('manual'));
    expect(issuer.kind === 'manual' && (await whereTo(() => issuer.verifier.verify(new ApiKey('x'))))).toMatch(
      /claude \/v1\/models$/,
    );
    expect(monitoring?.memory).toBeDefined();
    expect([monitoring?.use, monitoring?.adminKeySince]).toEqual([undefined, undefined]);
  });
});
