import { COMMAND } from './command-name';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import type { Platform } from './platform';

/** `claude-keys undo <environment> <service>`: has the reconciler make the key before the last rotation current again. */
export async function undo(service: string, platform: Platform, io: CliIo): Promise<ExitCode> {
  const result = await withProgress(io, 'restoring the previous key', () => platform.reconciler.undo(service));
  const { environment } = platform.settings;
  io.out(
    `Restored: ${result.restoredKey} is the current key of ${service} again; ${result.replacedKey} is being retired.`,
  );
  io.out(
    `Rotation of ${service} is paused until ${result.pausedUntil}; "${COMMAND} rotate ${environment} ${service}" rotates sooner.`,
  );
  return EXIT.ok;
}
