import { reportRefusals } from '../../lib/client';

describe('reportRefusals', () => {
  const send = async (status: number): Promise<readonly string[]> => {
    const lines: string[] = [];
    const clock = { now: () => new Date('2026-11-20T09:00:00Z') };
    const report = reportRefusals({ environment: 'prod', service: 'rag', clock, write: (line) => lines.push(line) });
    const headers = new Headers({ authorization: 'Bearer a text that is never written' });
    const answer = await report({ headers }, async () => new Response('body', { status }));
    expect([answer.status, await answer.text()]).toEqual([status, 'body']);
    return lines;
  };

  it('writes a line of CloudWatch metrics for a refused request, with nothing of the request in it', async () => {
    const [line = '', ...others] = await send(401);
    expect(others).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      _aws: {
        Timestamp: Date.parse('2026-11-20T09:00:00Z'),
        CloudWatchMetrics: [
          {
            Namespace: 'ClaudeKeys',
            Dimensions: [['Environment']],
            Metrics: [{ Name: 'RefusedCalls', Unit: 'Count' }],
          },
        ],
      },
      Environment: 'prod',
      Service: 'rag',
      RefusedCalls: 1,
    });
  });

  it.each([200, 400, 403, 429, 529])('writes nothing for an answer with status %d', async (status) => {
    expect(await send(status)).toEqual([]);
  });
});
