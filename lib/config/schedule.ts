const SPREAD_DAYS = 7;

/**
 * Days between a service's scheduled rotations: its greatest age less 1 to 7 days, at least 1. Secrets Manager's window
 * lasts until the end of its UTC day, so the least day less keeps every key within its greatest age. The offset depends
 * on the service's name alone: it never changes, and a fleet that was deployed in one night drifts apart.
 */
export function rotateEveryDays(service: string, maxAgeDays: number): number {
  return Math.max(1, maxAgeDays - 1 - (stableHash(service) % SPREAD_DAYS));
}

/** FNV-1a, 32 bits: small, and the same on every machine and in every release. */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
