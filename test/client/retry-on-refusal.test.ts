import { retryOnRefusal } from '../../lib/client/retry-on-refusal';

const request = (body: string | ReadableStream, authorization = 'Bearer old') => ({
  url: 'http://claude.sandbox/v1/messages',
  method: 'post' as const,
  headers: new Headers({ authorization, 'x-other': 'kept' }),
  body,
});

describe('retryOnRefusal', () => {
  /** An issuer that refuses everything but the new key, and remembers what it was sent. */
  function issuer() {
    const sent: Headers[] = [];
    const refusals: Response[] = [];
    return {
      sent,
      refusals,
      next: async ({ headers }: { headers: Headers }): Promise<Response> => {
        sent.push(headers);
        if (headers.get('authorization') === 'Bearer new') return new Response('yes');
        const refusal = new Response('no', { status: 401 });
        refusals.push(refusal);
        return refusal;
      },
    };
  }

  it('sends the same request again with the new key, and closes the first answer', async () => {
    const { sent, refusals, next } = issuer();
    const response = await retryOnRefusal(async () => 'new')(request('{}'), next);
    expect(await response.text()).toBe('yes');
    expect(sent.map((headers) => headers.get('x-other'))).toEqual(['kept', 'kept']);
    expect(refusals[0]?.bodyUsed).toBe(true);
  });

  it('does not send a stream twice', async () => {
    const { sent, next } = issuer();
    const response = await retryOnRefusal(async () => 'new')(request(new ReadableStream()), next);
    expect(response.status).toBe(401);
    expect(sent).toHaveLength(1);
  });

  it('leaves a request alone that carries no bearer', async () => {
    const { sent, next } = issuer();
    const response = await retryOnRefusal(async () => 'new')(request('{}', 'Basic x'), next);
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('no');
    expect(sent).toHaveLength(1);
  });
});
