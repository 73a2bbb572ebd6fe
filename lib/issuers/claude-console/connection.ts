import { BaseAnthropic } from '@anthropic-ai/sdk/client';

/** How the Claude API is reached. Everything has a default that suits the real one. */
export interface ConnectionOptions {
  /** @default - `ANTHROPIC_BASE_URL`, else the Claude API */
  readonly baseUrl?: string;
  /** @default - the global `fetch` */
  readonly fetch?: typeof fetch;
  /** Time for one attempt. */
  readonly timeoutMs?: number;
  /** Attempts after the first, on a network failure, a rate limit or a server error. */
  readonly maxRetries?: number;
}

/** The options whose defaults differ from call to call, filled in. */
export type Limits = Required<Pick<ConnectionOptions, 'timeoutMs' | 'maxRetries'>>;

/**
 * A client with nothing but transport, authentication and retries. The SDK's full client would bring every
 * resource along and make a function's bundle four times as large; a resource is put on top of this one by hand.
 */
export function connect(apiKey: string | (() => Promise<string>), options: Limits & ConnectionOptions): BaseAnthropic {
  return new BaseAnthropic({
    apiKey,
    timeout: options.timeoutMs,
    maxRetries: options.maxRetries,
    ...(options.baseUrl === undefined ? {} : { baseURL: options.baseUrl }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    // A key goes nowhere but where it was meant to go; a redirect is an answer like any other that is none.
    fetchOptions: { redirect: 'manual' },
    // Neither the SDK's log nor its spans are on our allow-list.
    logLevel: 'off',
    openTelemetry: false,
  });
}

/** A bound on a whole call, since the SDK's own timeout ends when an answer begins. */
export function withinLimits({ timeoutMs, maxRetries }: Limits): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout((maxRetries + 2) * timeoutMs) };
}
