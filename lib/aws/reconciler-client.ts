import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import type {
  IssuerKeysResult,
  ReconcileResult,
  ReconcilerRequest,
  ReviewResult,
  RevokeResult,
  StatusResult,
  UndoResult,
} from '../contract/reconciler-protocol';
import type { Answer } from '../core/answer';
import { ERROR_KINDS, type ErrorCode, KeyRotationError } from '../core/errors';
import { answerOf } from './answers';
import { callAws } from './errors';
import { checkedReconcile, checkedReview, checkedStatus, issuerKeysOf, revokeOf, undoOf } from './reconciler-answers';

/** A run of the reconciler may take as long as its function may: five minutes. */
const RUN_LIMIT_MS = 6 * 60_000;

/** Reads a result, from its checked fields or as it came. */
type Read<Result> = (result: Answer, value: unknown) => Result;

/** Asks an environment's reconciler, which alone may look at or change keys at the issuer. */
export class ReconcilerClient {
  constructor(
    private readonly client: LambdaClient,
    private readonly functionName: string,
  ) {}

  reconcile(service?: string): Promise<ReconcileResult> {
    return this.#ask({ action: 'reconcile', ...(service ? { service } : {}) }, checkedReconcile);
  }

  status(service?: string): Promise<StatusResult> {
    return this.#ask({ action: 'status', ...(service ? { service } : {}) }, checkedStatus);
  }

  review(): Promise<ReviewResult> {
    return this.#ask({ action: 'review' }, checkedReview);
  }

  issuerKeys(): Promise<IssuerKeysResult> {
    return this.#ask({ action: 'issuer-keys' }, issuerKeysOf);
  }

  undo(service: string): Promise<UndoResult> {
    return this.#ask({ action: 'undo', service }, undoOf);
  }

  revoke(service: string, keyId: string): Promise<RevokeResult> {
    return this.#ask({ action: 'revoke', service, keyId }, revokeOf);
  }

  async #ask<Result>(request: ReconcilerRequest, read: Read<Result>): Promise<Result> {
    const { FunctionError, Payload } = await this.#invoke(request);
    const value = FunctionError ? undefined : parse(Payload);
    if (value === undefined) throw this.#failed();
    const answer = answerOf(`the answer of the function ${this.functionName}`, value);
    if (answer.flag('ok')) return read(answer.object('result'), answer.value('result'));
    const error = answer.object('error');
    throw new KeyRotationError(codeOf(error.text('code')), error.text('message'));
  }

  #invoke(request: ReconcilerRequest): Promise<InvokeCommandOutput> {
    const Payload = new TextEncoder().encode(JSON.stringify(request));
    return callAws(
      'lambda:InvokeFunction',
      (limits) => this.client.send(new InvokeCommand({ FunctionName: this.functionName, Payload }), limits),
      RUN_LIMIT_MS,
    );
  }

  #failed(): KeyRotationError {
    return new KeyRotationError(
      'AwsFailed',
      `the function ${this.functionName} failed; look at its log group, then try again`,
    );
  }
}

/** What JSON says; undefined for what is none. */
function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}

const codeOf = (code: string): ErrorCode => (Object.hasOwn(ERROR_KINDS, code) ? (code as ErrorCode) : 'AwsFailed');
