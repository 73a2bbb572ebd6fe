import type { ReconcileResult, ServiceStatus } from '../contract/reconciler-protocol';
import { isKeyRotationError } from '../core/errors';
import { COMMAND } from './command-name';
import { type CliIo, withProgress } from './io';
import type { Platform } from './platform';

/** How many more keys a service needs: its spares, and a first key where it neither has nor is getting one. Never negative. */
export function missingKeys(status: ServiceStatus): number {
  const served = status.hasKey || status.keys.some((key) => key.state === 'pending');
  return Math.max(0, status.sparesAtLeast + (served ? 0 : 1) - status.spares);
}

/**
 * Has the reconciler look at a service, or all, now rather than at its next run, and tells what it did.
 * A reconciler that cannot be asked is told as a note, since what was staged stays and its next run takes it up.
 */
export async function reconcileNow(
  platform: Platform,
  io: CliIo,
  service?: string,
): Promise<ReconcileResult | undefined> {
  try {
    const result = await withProgress(io, 'asking the reconciler to look at it now', () =>
      platform.reconciler.reconcile(service),
    );
    for (const action of result.actions) io.out(`Reconciler: ${action}`);
    return result;
  } catch (error) {
    if (!isKeyRotationError(error)) throw error;
    io.err(`note: the reconciler could not be asked now (${error.code}: ${error.message}); it runs every 15 minutes.`);
    return undefined;
  }
}

/** The sentence that ends a staging: what the operator does next for this service. */
export function nextStep(environment: string, status: ServiceStatus): string {
  const { service } = status;
  const missing = missingKeys(status);
  const first = status.hasKey
    ? ''
    : `The first rotation makes this key current within minutes ("${COMMAND} status ${environment} ${service}" shows it). `;
  if (missing === 0) return `${first}Next: nothing, ${service} has all the keys it needs.`;
  const keys = missing === 1 ? 'one more key as the spare' : `${missing} more keys as spares`;
  return `${first}Next: stage ${keys} for ${service}.`;
}
