import { ClaudeApiError } from './api-error';
import { TOKENS_PER_MESSAGE } from './models';
import type { OrganizationSettings } from './settings';
import { type Taken, TokenBucket } from './token-bucket';

/** The parts of the API that have a limit of their own. */
export const SURFACES = ['messages', 'token_count', 'admin'] as const;
export type Surface = (typeof SURFACES)[number];

/** The parts of which a workspace may have a lower limit. */
export type WorkspaceSurface = Exclude<Surface, 'admin'>;

/** What a limit counts. Only a workspace's own limits of messages count tokens here. */
export const LIMITERS = [
  'requests_per_minute',
  'input_tokens_per_minute',
  'input_tokens_per_minute_cache_aware',
  'output_tokens_per_minute',
] as const;
export type Limiter = (typeof LIMITERS)[number];

/** What one message takes of each. Nothing is read from a cache here. */
const TAKEN: Readonly<Record<Limiter, number>> = {
  requests_per_minute: 1,
  input_tokens_per_minute: TOKENS_PER_MESSAGE.input,
  input_tokens_per_minute_cache_aware: TOKENS_PER_MESSAGE.input,
  output_tokens_per_minute: TOKENS_PER_MESSAGE.output,
};

/** Which of a workspace's limits is meant. */
export interface WorkspaceLimit {
  readonly workspaceId: string;
  readonly surface: WorkspaceSurface;
  readonly limiter: Limiter;
}

/** A workspace's own limit, and what is enforced until it takes effect. */
interface Override {
  readonly value: number | null;
  readonly effectiveAt: Date;
  readonly before: number | null;
}

/** What an organization and its workspaces may do in a minute, and what is left of it. */
export class RateLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #overrides = new Map<string, Override>();

  constructor(readonly settings: OrganizationSettings) {}

  organizationLimit(surface: Surface): number | undefined {
    const { requestsPerMinute, tokenCountsPerMinute, adminRequestsPerMinute } = this.settings;
    return { messages: requestsPerMinute, token_count: tokenCountsPerMinute, admin: adminRequestsPerMinute }[surface];
  }

  /** A workspace's own limit as it was set, whether it is enforced yet or not; null when it has none. */
  workspaceLimit(of: WorkspaceLimit): number | null {
    return this.#overrides.get(nameOf(of))?.value ?? null;
  }

  setWorkspaceLimit(of: WorkspaceLimit, value: number | null, now: Date): void {
    const before = this.#enforced(of, now);
    const effectiveAt = new Date(now.getTime() + this.settings.rateLimitChangeDelayMs);
    this.#overrides.set(nameOf(of), { value, effectiveAt, before });
  }

  /** Takes one request, and its tokens, from every bucket it belongs to. @returns the headers that say what is left of requests */
  take(surface: Surface, workspaceId: string | null, now: Date): Readonly<Record<string, string>> {
    const taken = this.#limits(surface, workspaceId, now).map(({ name, limit, limiter }) => ({
      limiter,
      ...this.#bucket(name).take(limit, now, TAKEN[limiter]),
    }));
    const requests = taken.filter(({ limiter }) => limiter === 'requests_per_minute');
    const [tightest] = [...requests].sort((a, b) => a.remaining - b.remaining);
    const headers = tightest ? headersOf(tightest) : {};
    const refusing = taken.find(({ granted }) => !granted);
    if (!refusing) return headers;
    throw new ClaudeApiError(429, 'rate_limit_error', `the limit of ${refusing.limiter} is reached`, {
      headers: { ...headers, 'retry-after': String(refusing.retryAfterSeconds) },
    });
  }

  /** The limits that hold for a request: the organization's, and the workspace's own. */
  #limits(surface: Surface, workspaceId: string | null, now: Date): readonly EnforcedLimit[] {
    const ofOrganization = this.organizationLimit(surface);
    const own =
      workspaceId === null || surface === 'admin'
        ? []
        : LIMITERS.flatMap((limiter): readonly EnforcedLimit[] => {
            const of = { workspaceId, surface, limiter };
            const limit = this.#enforced(of, now);
            return limit === null ? [] : [{ name: nameOf(of), limit, limiter }];
          });
    return [
      ...(ofOrganization === undefined
        ? []
        : [{ name: surface, limit: ofOrganization, limiter: 'requests_per_minute' as const }]),
      ...own,
    ];
  }

  #enforced(of: WorkspaceLimit, now: Date): number | null {
    const override = this.#overrides.get(nameOf(of));
    if (!override) return null;
    return now < override.effectiveAt ? override.before : override.value;
  }

  #bucket(name: string): TokenBucket {
    const bucket = this.#buckets.get(name) ?? new TokenBucket();
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

interface EnforcedLimit {
  readonly name: string;
  readonly limit: number;
  readonly limiter: Limiter;
}

const nameOf = ({ workspaceId, surface, limiter }: WorkspaceLimit): string => `${workspaceId} ${surface} ${limiter}`;

const headersOf = ({ limit, remaining, resetAt }: Taken): Record<string, string> => ({
  'anthropic-ratelimit-requests-limit': String(limit),
  'anthropic-ratelimit-requests-remaining': String(remaining),
  'anthropic-ratelimit-requests-reset': resetAt.toISOString(),
});
