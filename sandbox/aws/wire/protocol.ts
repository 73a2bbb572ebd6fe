import type { HttpRequest, HttpResponse } from '../../http';
import type { AwsError, AwsInput, AwsOutput } from '../service';

/** What a request asks for, freed of its wire format. */
export interface DecodedCall {
  readonly operation: string;
  readonly input: AwsInput;
}

/** How one family of AWS services puts calls, answers and errors on the wire. */
export interface WireProtocol {
  /** Reads a request; undefined when it is not of this protocol. Rejects with AwsError what AWS could not parse either. */
  decode(service: string, request: HttpRequest): DecodedCall | undefined;
  encode(service: string, operation: string, output: AwsOutput, requestId: string): HttpResponse;
  encodeError(service: string, error: AwsError, requestId: string): HttpResponse;
}
