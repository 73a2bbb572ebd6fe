import type { HttpRequest, HttpResponse } from '../../http';
import { AwsError } from '../service';
import type { DecodedCall, WireProtocol } from './protocol';
import { jsonBody, structureFromJson } from './values';

interface JsonService {
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
}

const SERVICES: Readonly<Record<string, JsonService>> = {
  secretsmanager: { targetPrefix: 'secretsmanager', version: '1.1' },
  ssm: { targetPrefix: 'AmazonSSM', version: '1.1' },
  kms: { targetPrefix: 'TrentService', version: '1.1' },
  logs: { targetPrefix: 'Logs_20140328', version: '1.1' },
  events: { targetPrefix: 'AWSEvents', version: '1.1' },
  monitoring: { targetPrefix: 'GraniteServiceVersion20100801', version: '1.0' },
};

/** AWS JSON 1.0 and 1.1: a POST to `/` whose `X-Amz-Target` header names the operation. */
export const JSON_PROTOCOL: WireProtocol = {
  decode(service: string, request: HttpRequest): DecodedCall | undefined {
    const target = request.headers['x-amz-target'];
    if (target === undefined) return undefined;
    const [prefix, operation] = target.split('.');
    if (!operation || prefix !== SERVICES[service]?.targetPrefix) {
      throw new AwsError('UnknownOperationException', `${target} is not an operation of ${service}`);
    }
    return { operation, input: structureFromJson(parse(request.body)) };
  },

  encode: (service, _operation, output, requestId) => respond(service, 200, jsonBody(output), requestId),

  encodeError(service, error, requestId) {
    // Secrets Manager alone spells the message with a capital.
    const message = service === 'secretsmanager' ? 'Message' : 'message';
    const body = JSON.stringify({ __type: error.code, ...(error.message === '' ? {} : { [message]: error.message }) });
    const response = respond(service, error.status, body, requestId);
    // CloudWatch came from the query protocol, and its clients look for the old code here.
    const query = { 'x-amzn-query-error': `${error.code};${error.status < 500 ? 'Sender' : 'Receiver'}` };
    return service === 'monitoring' ? { ...response, headers: { ...response.headers, ...query } } : response;
  },
};

function parse(body: string): object {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // said below, with no part of the body, which may hold a secret
  }
  throw new AwsError('SerializationException', 'the body is not a JSON object');
}

function respond(service: string, status: number, body: string, requestId: string): HttpResponse {
  const contentType = `application/x-amz-json-${SERVICES[service]?.version ?? '1.1'}`;
  return { status, headers: { 'content-type': contentType, 'x-amzn-requestid': requestId }, body };
}
