import { ClaudeApiError } from './api-error';
import type { OrganizationSettings } from './settings';
import { type Taken, TokenBucket } from './token-bucket';

/** The parts of the API that have a limit of their own. */
export const SURFACES = ['messages', 'token_count', 'admin'] as const;
export type Surface = (typeof SURFACES)[number];

/** The parts of which a workspace may have a lower limit. */
export type WorkspaceSurface = Exclude<Surface, 'admin'>;

/** A workspace's own limit, and what is enforced until it takes effect. */
interface Override {
  readonly value: number | null;
  readonly effectiveAt: Date;
  readonly before: number | null;
}

/** The requests per minute of an organization and its workspaces, and what is left of them. */
export class RateLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #overrides = new Map<string, Override>();

  constructor(readonly settings: OrganizationSettings) {}

  organizationLimit(surface: Surface): number | undefined {
    const { requestsPerMinute, tokenCountsPerMinute, adminRequestsPerMinute } = this.settings;
    return { messages: requestsPerMinute, token_count: tokenCountsPerMinute, admin: adminRequestsPerMinute }[surface];
  }

  /** A workspace's own limit as it was set, whether it is enforced yet or not; null when it has none. */
  workspaceLimit(workspaceId: string, surface: WorkspaceSurface): number | null {
    return this.#overrides.get(`${workspaceId} ${surface}`)?.value ?? null;
  }

  setWorkspaceLimit(workspaceId: string, surface: WorkspaceSurface, value: number | null, now: Date): void {
    const before = this.#enforced(workspaceId, surface, now);
    const effectiveAt = new Date(now.getTime() + this.settings.rateLimitChangeDelayMs);
    this.#overrides.set(`${workspaceId} ${surface}`, { value, effectiveAt, before });
  }

  /** Takes one request from every bucket it belongs to. @returns the headers that say what is left */
  take(surface: Surface, workspaceId: string | null, now: Date): Readonly<Record<string, string>> {
    const taken = this.#limits(surface, workspaceId, now).map(([name, limit]) => this.#bucket(name).take(limit, now));
    const tightest = [...taken].sort((a, b) => a.remaining - b.remaining)[0];
    if (!tightest) return {};
    const headers = headersOf(tightest);
    const refusing = taken.find(({ granted }) => !granted);
    if (!refusing) return headers;
    throw new ClaudeApiError(429, 'rate_limit_error', 'the rate limit of requests is reached', {
      headers: { ...headers, 'retry-after': String(refusing.retryAfterSeconds) },
    });
  }

  /** The limits that hold for a request: the organization's, and the workspace's own. */
  #limits(surface: Surface, workspaceId: string | null, now: Date): [name: string, limit: number][] {
    const limits: [string, number][] = [];
    const ofOrganization = this.organizationLimit(surface);
    if (ofOrganization !== undefined) limits.push([surface, ofOrganization]);
    if (workspaceId === null || surface === 'admin') return limits;
    const own = this.#enforced(workspaceId, surface, now);
    if (own !== null) limits.push([`${workspaceId} ${surface}`, own]);
    return limits;
  }

  #enforced(workspaceId: string, surface: WorkspaceSurface, now: Date): number | null {
    const override = this.#overrides.get(`${workspaceId} ${surface}`);
    if (!override) return null;
    return now < override.effectiveAt ? override.before : override.value;
  }

  #bucket(name: string): TokenBucket {
    const bucket = this.#buckets.get(name) ?? new TokenBucket();
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

const headersOf = ({ limit, remaining, resetAt }: Taken): Record<string, string> => ({
  'anthropic-ratelimit-requests-limit': String(limit),
  'anthropic-ratelimit-requests-remaining': String(remaining),
  'anthropic-ratelimit-requests-reset': resetAt.toISOString(),
});
