/** What Claude itself enforces on an environment's workspace, as the configuration declares it and the reconciler sets it. */
export interface WorkspaceLimits {
  /** What the workspace may cost in a calendar month of UTC, in USD. Undefined: its spend limit is left alone. */
  readonly monthlySpendUsd?: number;
  readonly rateLimits: readonly DeclaredRateLimit[];
}

/** What a workspace may do in a minute. Input tokens count with or without those that are read from the cache. */
export const RATE_LIMITERS = [
  'requestsPerMinute',
  'inputTokensPerMinute',
  'uncachedInputTokensPerMinute',
  'outputTokensPerMinute',
] as const;
export type RateLimiter = (typeof RATE_LIMITERS)[number];

/** Parts of Claude's API, besides its models, that have rate limits of their own. */
export const LIMITED_SURFACES = ['batch', 'files', 'skills', 'token_count', 'web_search'] as const;

/** Rate limits of one model, with all models that Claude counts together with it, or of one surface. */
export interface DeclaredRateLimit extends Readonly<Partial<Record<RateLimiter, number>>> {
  /** A model as it is requested (`claude-haiku-5-5`), or one of `LIMITED_SURFACES`. */
  readonly of: string;
}
