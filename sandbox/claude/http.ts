import type { HttpHandler, HttpRequest, HttpResponse } from '../http';
import { ClaudeApiError, errorBody } from './api-error';
import { authenticate, refuseOtherHeaders, versionOf } from './credential';
import { answerOf, ConnectionDropped, takeFault } from './faults';
import type { ClaudeOrganization } from './organization';
import { endpointOf } from './routes';

/** The Claude API of one organization, as a function from request to response. */
export function createClaudeHandler(organization: ClaudeOrganization): HttpHandler {
  let requests = 0;
  return async (request) => {
    requests += 1;
    const requestId = `req_01${String(requests).padStart(22, '0')}`;
    const fault = takeFault(organization.faults, request);
    if (fault === 'drop') throw new ConnectionDropped();
    if (fault === 'hang') return never();
    if (typeof fault === 'object')
      return answerOf(fault, requestId, (type) => faultBody(type, fault.status, requestId));
    const response = answer(organization, request, requestId);
    if (fault === 'drop-answer') throw new ConnectionDropped();
    return fault === 'hang-answer' ? never() : response;
  };
}

const never = (): Promise<never> => new Promise(() => {});

const faultBody = (type: string, status: number, requestId: string): string =>
  errorBody(new ClaudeApiError(status, type, 'a planned fault of the sandbox'), requestId);

function answer(organization: ClaudeOrganization, request: HttpRequest, requestId: string): HttpResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'request-id': requestId };
  try {
    const identity = authenticate(organization, request);
    headers['anthropic-organization-id'] = organization.id;
    versionOf(request);
    refuseOtherHeaders(request);
    const endpoint = endpointOf(organization, request);
    const body = endpoint(organization, request, identity, headers);
    return { status: 200, headers, body: JSON.stringify(body) };
  } catch (error) {
    if (!(error instanceof ClaudeApiError)) throw error;
    Object.assign(headers, error.extras.headers);
    // Asking again for what is not modelled would only hide it behind a client's retries.
    if (error.status === 501) headers['x-should-retry'] = 'false';
    return { status: error.status, headers, body: errorBody(error, requestId) };
  }
}
