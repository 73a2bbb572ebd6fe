/**
 * What a service imports: its Claude API key, always the current one.
 *
 *     const claude = new Anthropic(claudeKey('prod/claude/rag-service/key'));
 */
import { isKeyRotationError, KeyRotationError } from '../core/errors';
import type { Clock } from '../core/ports';
import { KeyCache } from './key-cache';
import { type KeyMiddleware, retryOnRefusal } from './retry-on-refusal';
import { type SecretReader, secretKeyReader } from './secret-key';

export { type ErrorReportOptions, reportErrors } from './report-errors';
export { type RefusalReportOptions, reportRefusals } from './report-refusals';
export type { KeyMiddleware } from './retry-on-refusal';
export type { SecretReader } from './secret-key';

/** The longest that this client uses a key after it has read it: the platform's default consumer cache time. */
export const LONGEST_USE_MS = 5 * 60_000;

const CACHE_SECONDS = { least: 15, byDefault: 20, most: 30 } as const;
const PAUSE_MS = 1_000;

export interface ClaudeApiKeyOptions {
  /** Name or ARN of the service's secret: `prod/claude/rag-service/key`. */
  readonly secretId: string;
  /** @default - a client for the region and credentials of the environment, made at the first request */
  readonly client?: SecretReader;
  /** Seconds before the key is read again, 15 to 30. @default 20 */
  readonly cacheSeconds?: number;
  /**
   * Told of every read that failed, while the last key goes on serving: for a log line or a metric. Never holds a key.
   * @default - nobody is told
   */
  readonly onReadFailure?: (failure: KeyRotationError) => void;
  /** @default - the system's clock */
  readonly clock?: Clock;
}

/** The options of `new Anthropic(…)` that keep it on the current key. */
export interface ClaudeApiKey {
  /** Resolves to the key to send now. Rejects with a KeyRotationError. */
  readonly apiKey: () => Promise<string>;
  /** Replaces a key that the issuer refuses, once per request. */
  readonly middleware: readonly KeyMiddleware[];
}

/**
 * A service's Claude API key. It is read from its secret when first needed and again every `cacheSeconds`, by one
 * read at a time. When the issuer refuses it, it is read at once and the request is sent again if it has changed.
 * While Secrets Manager cannot be read, the last key serves for up to five minutes.
 */
export function claudeApiKey(options: ClaudeApiKeyOptions): ClaudeApiKey {
  const times = { freshMs: cacheMs(options), usableMs: LONGEST_USE_MS, pauseMs: PAUSE_MS };
  const clock = options.clock ?? { now: () => new Date() };
  const tell = (failure: unknown) => isKeyRotationError(failure) && options.onReadFailure?.(failure);
  const cache = new KeyCache(secretKeyReader(options.secretId, options.client), times, clock, tell);
  return {
    apiKey: () => cache.current(),
    middleware: [retryOnRefusal((refused) => cache.insteadOf(refused))],
  };
}

/** The same in one line: `new Anthropic(claudeKey('prod/claude/rag-service/key'))`. */
export const claudeKey = (secretId: string, options: Omit<ClaudeApiKeyOptions, 'secretId'> = {}): ClaudeApiKey =>
  claudeApiKey({ ...options, secretId });

function cacheMs({ cacheSeconds = CACHE_SECONDS.byDefault }: ClaudeApiKeyOptions): number {
  const { least, most } = CACHE_SECONDS;
  if (cacheSeconds >= least && cacheSeconds <= most) return cacheSeconds * 1000;
  throw new KeyRotationError(
    'BadSettings',
    `cacheSeconds must be ${least} to ${most}, got ${cacheSeconds}; a longer one delays an emergency rotation, a shorter one costs more reads`,
  );
}
