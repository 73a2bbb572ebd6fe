import { RequestHandlerFrom } from '../functions/in-process-http';
import type { HttpRequest, HttpResponse } from '../http';
import { awsOperationName, claudeOperationName, type SdkRequest } from './operation-names';

type SdkResponse = Awaited<ReturnType<RequestHandlerFrom['handle']>>;

/** How a server that is in trouble answers. */
export type Trouble = 'unavailable' | 'throttled' | 'denied';

/** One attempt of a call: really made, or answered by a server that is in trouble. */
export interface Attempt<Answer> {
  readonly operation: string;
  readonly ask: () => Promise<Answer>;
  readonly refuse: (trouble: Trouble) => Answer;
  /** What comes of an answer that does not arrive. */
  readonly lose: () => Promise<Answer>;
  /** What the code of a process that is gone gets, if it went on: nothing that could lead to an effect. */
  readonly gone: () => Promise<Answer>;
  /** Waits for an answer that never comes, as long as the client does. */
  readonly hang: () => Promise<Answer>;
}

/** Sees every attempt that an SDK makes, and decides what comes of it. */
export type Through = <Answer>(attempt: Attempt<Answer>) => Promise<Answer>;

const never = <Answer>(): Promise<Answer> => new Promise(() => {});

/** A request handler for AWS SDK clients whose attempts go through somebody's hands. */
export class RequestHandlerThrough extends RequestHandlerFrom {
  constructor(
    private readonly inner: RequestHandlerFrom,
    private readonly through: Through,
  ) {
    super(never);
  }

  override handle(request: SdkRequest): Promise<SdkResponse> {
    const refuse = (trouble: Trouble) => sdkResponse(awsRefusal(trouble, request.headers));
    return this.through({
      operation: awsOperationName(request),
      ask: () => this.inner.handle(request),
      refuse,
      lose: async () => refuse('unavailable'),
      gone: never<SdkResponse>,
      hang: never<SdkResponse>,
    });
  }
}

const AWS_CODES = { throttled: 'ThrottlingException', denied: 'AccessDeniedException' } as const;

/** How AWS answers when it is in trouble. */
export function awsRefusal(trouble: Trouble, headers: HttpRequest['headers']): HttpResponse {
  if (trouble === 'unavailable') return { status: 503, headers: {}, body: '' };
  const code = AWS_CODES[trouble];
  const isQuery = /urlencoded/.test(headers['content-type'] ?? '');
  const body = isQuery
    ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`
    : JSON.stringify({ __type: code });
  return { status: 400, headers: { 'x-amzn-errortype': code }, body };
}

const sdkResponse = ({ status, headers, body }: HttpResponse): SdkResponse => ({
  response: { statusCode: status, headers: { ...headers }, body: Buffer.from(body) },
});

/** A `fetch` whose attempts go through somebody's hands. */
export const fetchThrough =
  (inner: typeof fetch, through: Through): typeof fetch =>
  (input, init) =>
    through({
      operation: claudeOperationName(input, init?.method),
      ask: () => inner(input, init),
      refuse: (trouble) => fetched(claudeRefusal(trouble)),
      lose: async () => fetched(claudeRefusal('unavailable')),
      gone: never<Response>,
      hang: () => untilAborted(init?.signal),
    });

const CLAUDE_REFUSALS = {
  throttled: { status: 429, type: 'rate_limit_error', headers: { 'retry-after': '7' } },
  denied: { status: 403, type: 'permission_error', headers: {} },
} as const;

/** How Claude answers when it is in trouble. */
export function claudeRefusal(trouble: Trouble): HttpResponse {
  if (trouble === 'unavailable') return { status: 503, headers: {}, body: '' };
  const { status, type, headers } = CLAUDE_REFUSALS[trouble];
  const error = { type: 'error', error: { type, message: 'refused' } };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(error) };
}

const fetched = ({ status, headers, body }: HttpResponse): Response => new Response(body, { status, headers });

const untilAborted = (signal: AbortSignal | null | undefined): Promise<Response> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
