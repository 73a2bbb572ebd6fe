import { Readable } from 'node:stream';
import { RequestHandlerFrom } from '../functions/in-process-http';
import { awsOperationName, claudeOperationName, type SdkRequest } from './operation-names';

type SdkResponse = Awaited<ReturnType<RequestHandlerFrom['handle']>>;

/** How a server that is in trouble answers. */
export type Trouble = 'unavailable' | 'throttled' | 'denied';

/** One attempt of a call: really made, or answered by a server that is in trouble. */
export interface Attempt<Answer> {
  readonly operation: string;
  readonly ask: () => Promise<Answer>;
  readonly refuse: (trouble: Trouble) => Answer;
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
    return this.through({
      operation: awsOperationName(request),
      ask: () => this.inner.handle(request),
      refuse: (trouble) => awsRefusal(trouble, request),
      gone: never<SdkResponse>,
      hang: never<SdkResponse>,
    });
  }
}

const AWS_CODES = { throttled: 'ThrottlingException', denied: 'AccessDeniedException' } as const;

function awsRefusal(trouble: Trouble, { headers }: SdkRequest): SdkResponse {
  if (trouble === 'unavailable') return { response: { statusCode: 503, headers: {}, body: Readable.from([]) } };
  const code = AWS_CODES[trouble];
  const isQuery = /urlencoded/.test(headers['content-type'] ?? '');
  const text = isQuery
    ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`
    : JSON.stringify({ __type: code });
  const body = Readable.from([Buffer.from(text)]);
  return { response: { statusCode: 400, headers: { 'x-amzn-errortype': code }, body } };
}

/** A `fetch` whose attempts go through somebody's hands. */
export const fetchThrough =
  (inner: typeof fetch, through: Through): typeof fetch =>
  (input, init) =>
    through({
      operation: claudeOperationName(input, init?.method),
      ask: () => inner(input, init),
      refuse: claudeRefusal,
      gone: never<Response>,
      hang: () => untilAborted(init?.signal),
    });

const CLAUDE_REFUSALS = {
  throttled: { status: 429, type: 'rate_limit_error', headers: { 'retry-after': '7' } },
  denied: { status: 403, type: 'permission_error', headers: {} },
} as const;

function claudeRefusal(trouble: Trouble): Response {
  if (trouble === 'unavailable') return new Response('', { status: 503 });
  const { status, type, headers } = CLAUDE_REFUSALS[trouble];
  const error = { type: 'error', error: { type, message: 'refused' } };
  return Response.json(error, { status, headers });
}

const untilAborted = (signal: AbortSignal | null | undefined): Promise<Response> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
