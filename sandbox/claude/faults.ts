import type { HttpRequest, HttpResponse } from '../http';
import { errorTypeOf } from './api-error';

/** The connection broke: no answer reached the caller. A socket server destroys the socket on this, a fetch rejects. */
export class ConnectionDropped extends Error {
  constructor() {
    super('the sandbox dropped the connection');
    this.name = 'ConnectionDropped';
  }
}

/** An answer given in place of the real one. Without a body, one in the issuer's error form. */
export interface FaultAnswer {
  readonly status: number;
  /** The issuer's `error.type`; by default the one that belongs to the status. */
  readonly type?: string;
  /** A body as it is, for answers that are not the issuer's: an HTML page, half a document. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One planned fault of the issuer. */
export interface PlannedFault {
  readonly method?: string;
  /** A path as it is, or a pattern of paths; by default any. */
  readonly path?: string | RegExp;
  /** How many matching requests it hits; it is removed from the list after the last. */
  times: number;
  /**
   * `drop`: the request never arrives. `drop-answer`: the request takes effect, its answer is lost. `hang` and
   * `hang-answer` are the same, but that the connection stays open, and no answer ever comes.
   */
  readonly answer: FaultAnswer | 'drop' | 'drop-answer' | 'hang' | 'hang-answer';
}

/** Takes the first fault planned for a request, and uses it up by one. */
export function takeFault(faults: PlannedFault[], request: HttpRequest): PlannedFault['answer'] | undefined {
  const fault = faults.find((each) => each.times > 0 && hits(each, request));
  if (!fault) return undefined;
  fault.times -= 1;
  if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
  return fault.answer;
}

function hits(fault: PlannedFault, request: HttpRequest): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === 'string' ? fault.path === request.path : fault.path.test(request.path);
}

/** The planned answer as a response. */
export function answerOf(fault: FaultAnswer, requestId: string, errorBody: (type: string) => string): HttpResponse {
  const plain = fault.body !== undefined;
  return {
    status: fault.status,
    headers: {
      'content-type': plain && !fault.body?.startsWith('{') ? 'text/html' : 'application/json',
      'request-id': requestId,
      ...fault.headers,
    },
    body: fault.body ?? errorBody(fault.type ?? errorTypeOf(fault.status)),
  };
}
