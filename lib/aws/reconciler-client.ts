import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type {
  IssuerKeysResult,
  ReconcileResult,
  ReconcilerRequest,
  ReconcilerResponse,
  StatusResult,
  UndoResult,
} from '../contract/reconciler-protocol';
import { ERROR_KINDS, type ErrorCode, KeyRotationError } from '../core/errors';
import { callAws } from './errors';

/** Asks an environment's reconciler, which alone may look at or change keys at the issuer. */
export class ReconcilerClient {
  constructor(
    private readonly client: LambdaClient,
    private readonly functionName: string,
  ) {}

  reconcile(service?: string): Promise<ReconcileResult> {
    return this.#ask({ action: 'reconcile', ...(service ? { service } : {}) });
  }

  status(service?: string): Promise<StatusResult> {
    return this.#ask({ action: 'status', ...(service ? { service } : {}) });
  }

  issuerKeys(): Promise<IssuerKeysResult> {
    return this.#ask({ action: 'issuer-keys' });
  }

  undo(service: string): Promise<UndoResult> {
    return this.#ask({ action: 'undo', service });
  }

  async #ask<Result>(request: ReconcilerRequest): Promise<Result> {
    const answer = await callAws('lambda:InvokeFunction', () =>
      this.client.send(
        new InvokeCommand({
          FunctionName: this.functionName,
          Payload: new TextEncoder().encode(JSON.stringify(request)),
        }),
      ),
    );
    const response = answer.FunctionError ? undefined : parse<Result>(answer.Payload);
    if (!response) {
      throw new KeyRotationError(
        'AwsFailed',
        `the function ${this.functionName} failed; look at its log group, then try again`,
      );
    }
    if (response.ok) return response.result;
    throw new KeyRotationError(codeOf(response.error.code), response.error.message);
  }
}

function parse<Result>(payload: Uint8Array | undefined): ReconcilerResponse<Result> | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(payload)) as ReconcilerResponse<Result>;
  } catch {
    return undefined;
  }
}

const codeOf = (code: string): ErrorCode => (code in ERROR_KINDS ? (code as ErrorCode) : 'AwsFailed');
