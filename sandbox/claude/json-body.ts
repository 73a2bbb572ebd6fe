import type { HttpRequest } from '../http';
import { badRequest, unmodelled } from './api-error';

/** The JSON object of a request; a field that is not modelled is an error that names it. */
export function jsonBody(request: HttpRequest, modelled: readonly string[]): Readonly<Record<string, unknown>> {
  const body = parse(request.body);
  const unknown = Object.keys(body).find((field) => !modelled.includes(field));
  if (unknown !== undefined) throw unmodelled(`the field ${unknown} of ${request.method} ${request.path}`);
  return body;
}

/** Rejects a body where none is expected; an empty object is none. */
export function refuseBody(request: HttpRequest): void {
  if (request.body !== '') jsonBody(request, []);
}

function parse(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badRequest('the body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('the body is not an object');
  return { ...body };
}
