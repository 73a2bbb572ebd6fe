/** Who has to act on an error. */
export type Fault = 'caller' | 'issuer' | 'aws' | 'bug';

interface ErrorKind {
  readonly fault: Fault;
  /** Whether the same call may succeed later without anybody acting. */
  readonly retryable: boolean;
}

/** Every error this project raises on purpose. `docs/runbook.md` has an entry for each. */
export const ERROR_KINDS = {
  // rotation
  RotationNotEnabled: { fault: 'caller', retryable: false },
  VersionNotPending: { fault: 'caller', retryable: false },
  UnknownStep: { fault: 'caller', retryable: false },
  NoSpare: { fault: 'caller', retryable: true },
  PendingKeyDead: { fault: 'issuer', retryable: false },
  PendingKeyMisplaced: { fault: 'caller', retryable: false },
  PendingValueMissing: { fault: 'aws', retryable: true },
  IssuerUnclear: { fault: 'issuer', retryable: true },
  // requests to the reconciler, and the CLI
  UnknownEnvironment: { fault: 'caller', retryable: false },
  UnknownService: { fault: 'caller', retryable: false },
  NothingToUndo: { fault: 'caller', retryable: false },
  UndoImpossible: { fault: 'issuer', retryable: false },
  KeyInUse: { fault: 'caller', retryable: true },
  KeyNotHeld: { fault: 'caller', retryable: false },
  KeyAsArgument: { fault: 'caller', retryable: false },
  KeyMalformed: { fault: 'caller', retryable: false },
  KeyDead: { fault: 'caller', retryable: false },
  KeyInWrongWorkspace: { fault: 'caller', retryable: false },
  KeyIsPersonal: { fault: 'caller', retryable: false },
  KeyExpiresTooSoon: { fault: 'caller', retryable: false },
  KeyAlreadyStaged: { fault: 'caller', retryable: false },
  KeyOfAnotherService: { fault: 'caller', retryable: false },
  KeyNotListed: { fault: 'caller', retryable: false },
  KeyAmbiguous: { fault: 'caller', retryable: false },
  RotationInProgress: { fault: 'caller', retryable: true },
  RotationDidNotComplete: { fault: 'aws', retryable: true },
  NoCredentials: { fault: 'caller', retryable: false },
  AccessDenied: { fault: 'caller', retryable: false },
  // the service-side client
  NoKeyStaged: { fault: 'caller', retryable: true },
  // edges
  AdminKeyMissing: { fault: 'caller', retryable: false },
  IssuerFailed: { fault: 'issuer', retryable: true },
  AwsFailed: { fault: 'aws', retryable: true },
  StateChangedMeanwhile: { fault: 'aws', retryable: true },
  BadRecord: { fault: 'bug', retryable: false },
  BadSettings: { fault: 'bug', retryable: false },
  BadRequest: { fault: 'caller', retryable: false },
  // the CDK app
  BadConfiguration: { fault: 'caller', retryable: false },
  FunctionBundleMissing: { fault: 'caller', retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/**
 * The one error class of this project. The message says what is wrong, the value got, what is allowed and what
 * to do next. It names a secret by its name, never any part of its value, and never quotes an issuer's response.
 */
export class KeyRotationError extends Error {
  readonly fault: Fault;
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'KeyRotationError';
    this.fault = ERROR_KINDS[code].fault;
    this.retryable = ERROR_KINDS[code].retryable;
  }
}

/** True for an error of ours, optionally of one code. */
export function isKeyRotationError(error: unknown, code?: ErrorCode): error is KeyRotationError {
  return error instanceof KeyRotationError && (code === undefined || error.code === code);
}

/** The message of anything thrown. Ours never carry a key, and the adapters let nothing else through. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error');
