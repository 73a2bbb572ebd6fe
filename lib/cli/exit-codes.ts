import type { ErrorCode } from '../core/errors';

/** What the command returns to the shell. */
export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Errors about what the operator handed in: arguments, names, keys. Trying the same again cannot help. */
const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
  'BadRequest',
  'UnknownEnvironment',
  'UnknownService',
  'KeyNotHeld',
  'KeyAsArgument',
  'KeyMalformed',
  'KeyDead',
  'KeyInWrongWorkspace',
  'KeyIsPersonal',
  'KeyExpiresTooSoon',
  'KeyAlreadyStaged',
  'KeyOfAnotherService',
  'KeyNotListed',
  'KeyAmbiguous',
]);

/** The exit code for an error. */
export const exitCodeOf = (code: ErrorCode): ExitCode => (BAD_INPUT.has(code) ? EXIT.badInput : EXIT.failed);
