import { isKeyRotationError, type KeyRotationError } from '../core/errors';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes';
import type { CliIo } from './io';

/** The one line that tells an error of ours. */
export const formatError = (error: KeyRotationError): string => `error ${error.code}: ${error.message}`;

/** Prints what went wrong, with stack traces only for debugging. @returns the exit code. */
export function reportFailure(error: unknown, io: CliIo, debug: boolean): ExitCode {
  const known = isKeyRotationError(error);
  io.err(known ? formatError(error) : unexpected(error));
  if (debug) io.err(stackOf(error));
  return known ? exitCodeOf(error.code) : EXIT.failed;
}

/** An error nobody planned for: its text is not shown, since nobody has judged what is in it. */
function unexpected(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return `error Unexpected: a ${name} that this command does not know; CLAUDE_KEYS_DEBUG=1 shows where it comes from`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
}
