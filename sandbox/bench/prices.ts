/** Where and when these were list prices, in USD, free tiers left aside. Check them before you rely on them. */
export const PRICES_OF = 'list prices of us-east-1, 2026-11-20';

/** Per month. */
export const MONTHLY = {
  secret: 0.4,
  kmsKey: 1,
  alarm: 0.1,
  metric: 0.3,
  dashboard: 3,
} as const;

/** Per piece. */
export const EACH = {
  secretsManagerCall: 0.05 / 10_000,
  kmsCall: 0.03 / 10_000,
  cloudWatchCall: 0.01 / 1_000,
  lambdaInvocation: 0.2 / 1_000_000,
  lambdaGigabyteSecond: 0.0000133334,
  logGigabyte: 0.5,
} as const;
