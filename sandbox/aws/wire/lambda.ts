import type { HttpRequest, HttpResponse } from '../../http';
import type { AwsOutput } from '../service';
import type { DecodedCall, WireProtocol } from './protocol';

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Lambda's REST-JSON, as far as invoking goes: the payload passes as it is, what is said of it travels in headers. */
export const LAMBDA_PROTOCOL: WireProtocol = {
  decode(service: string, request: HttpRequest): DecodedCall | undefined {
    const name = INVOCATION.exec(request.path)?.[1];
    if (service !== 'lambda' || request.method !== 'POST' || name === undefined) return undefined;
    const qualifier = request.query.get('Qualifier');
    const logType = request.headers['x-amz-log-type'];
    const input = {
      FunctionName: decodeURIComponent(name),
      InvocationType: request.headers['x-amz-invocation-type'] ?? 'RequestResponse',
      Payload: request.body,
      ...(qualifier === null ? {} : { Qualifier: qualifier }),
      ...(logType === undefined || logType === 'None' ? {} : { LogType: logType }),
    };
    return { operation: 'Invoke', input };
  },

  encode(_service, _operation, output: AwsOutput, requestId): HttpResponse {
    const failure = output.FunctionError;
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amz-executed-version': '$LATEST',
      ...(typeof failure === 'string' ? { 'x-amz-function-error': failure } : {}),
    };
    const status = typeof output.StatusCode === 'number' ? output.StatusCode : 200;
    return { status, headers, body: typeof output.Payload === 'string' ? output.Payload : '' };
  },

  encodeError(_service, error, requestId): HttpResponse {
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code,
    };
    const body = JSON.stringify({ Type: error.status < 500 ? 'User' : 'Service', Message: error.message });
    return { status: error.status, headers, body };
  },
};
