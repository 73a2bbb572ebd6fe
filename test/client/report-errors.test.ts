import { reportErrors } from '../../lib/client';

interface Line {
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Dimensions: unknown; readonly Metrics: unknown }[] };
}

describe('reportErrors', () => {
  const send = async (status: number, perService = false): Promise<readonly string[]> => {
    const lines: string[] = [];
    const clock = { now: () => new Date('2026-11-20T09:00:00Z') };
    const who = { environment: 'prod', service: 'rag', perService };
    const report = reportErrors({ ...who, clock, write: (line) => lines.push(line) });
    const headers = new Headers({ authorization: 'Bearer a text that is never written' });
    const answer = await report({ headers }, async () => new Response('body', { status }));
    expect([answer.status, await answer.text()]).toEqual([status, 'body']);
    return lines;
  };

  it.each([
    [400, 'ClientErrors'],
    [401, 'RefusedCalls'],
    [403, 'ClientErrors'],
    [404, 'ClientErrors'],
    [413, 'ClientErrors'],
    [429, 'RateLimitedCalls'],
    [499, 'ClientErrors'],
    [500, 'ServerErrors'],
    [529, 'ServerErrors'],
  ])('writes one line of metrics for an answer with status %d: %s', async (status, metric) => {
    const lines = await send(status);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        _aws: {
          Timestamp: Date.parse('2026-11-20T09:00:00Z'),
          CloudWatchMetrics: [
            { Namespace: 'ClaudeKeys', Dimensions: [['Environment']], Metrics: [{ Name: metric, Unit: 'Count' }] },
          ],
        },
        Environment: 'prod',
        Service: 'rag',
        [metric]: 1,
      },
    ]);
  });

  it.each([200, 204, 302])('writes nothing for an answer with status %d', async (status) => {
    const response = new Response(null, { status });
    const lines: string[] = [];
    const report = reportErrors({ environment: 'prod', service: 'rag', write: (line) => lines.push(line) });
    expect(await report({ headers: new Headers() }, async () => response)).toBe(response);
    expect(lines).toEqual([]);
  });

  it('makes metrics of the service besides those of the environment, where it wants them', async () => {
    const [line = ''] = await send(400, true);
    const [metrics] = (JSON.parse(line) as Line)._aws.CloudWatchMetrics;
    expect(metrics?.Dimensions).toEqual([['Environment'], ['Environment', 'Service']]);
  });

  it('lets a broken connection through as it is', async () => {
    const broken = new Error('no connection');
    const report = reportErrors({ environment: 'prod', service: 'rag', write: () => {} });
    await expect(report({ headers: new Headers() }, () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
