import type { Clock } from './ports';

/** Reads something once for calls that come in a bunch, and gives it out for a short while. A failure is not remembered. */
export function remembered<Value>(read: () => Promise<Value>, forMs: number, clock: Clock): () => Promise<Value> {
  let last: { readonly value: Promise<Value>; readonly untilMs: number } | undefined;
  return async () => {
    const nowMs = clock.now().getTime();
    if (!last || nowMs >= last.untilMs) last = { value: read(), untilMs: nowMs + forMs };
    try {
      return await last.value;
    } catch (error) {
      last = undefined;
      throw error;
    }
  };
}
