import type { VirtualClock } from '../clock';
import { badRequest, type ClaudeApiError, errorOf } from './api-error';
import type { OrganizationSettings } from './settings';

/** What can befall a whole organization, apart from any key. */
export type Trouble =
  /** It reached the spend limit that it set itself. */
  | 'spend_limit'
  /** It reached the cap of its usage tier, which ends with the month. */
  | 'enforced_spend_limit'
  /** It reached the spend limit of its contract. */
  | 'contract_spend_limit'
  /** Its prepaid credit is used up. */
  | 'credit_empty'
  /** Its use grows too fast. */
  | 'ramp_limit'
  /** The platform has disabled it. */
  | 'on_hold';

/** The standing of an organization: what a person or the platform has begun, and not yet ended. */
export class Standing {
  readonly #troubles = new Map<Trouble, Date | undefined>();
  readonly #workspacesAtLimit = new Set<string>();

  constructor(
    readonly clock: VirtualClock,
    readonly settings: OrganizationSettings,
  ) {}

  /** The cap of the usage tier ends by itself, at midnight UTC on the first of the next month. */
  begin(trouble: Trouble): void {
    this.#troubles.set(trouble, trouble === 'enforced_spend_limit' ? nextMonth(this.clock.now()) : undefined);
  }

  end(trouble: Trouble): void {
    this.#troubles.delete(trouble);
  }

  /** A workspace reached the spend limit that was set for it. */
  beginInWorkspace(workspaceId: string): void {
    this.#workspacesAtLimit.add(workspaceId);
  }

  endInWorkspace(workspaceId: string): void {
    this.#workspacesAtLimit.delete(workspaceId);
  }

  /** Refuses everything while the organization is on hold. */
  refuseOnHold(): void {
    if (this.has('on_hold')) throw badRequest('the organization is on hold', 'organization_on_hold');
  }

  /** Refuses what must be paid for. */
  refuseUnpaid(workspaceId: string): void {
    if (this.has('credit_empty')) throw errorOf(this.settings.creditEmptyAnswer, 'the prepaid credit is used up');
    if (this.has('spend_limit')) throw badRequest('the organization has reached the spend limit it set');
    if (this.#workspacesAtLimit.has(workspaceId)) throw badRequest('the workspace has reached its spend limit');
    if (this.has('enforced_spend_limit')) throw limited('enforced_spend_limit_reached');
    if (this.has('contract_spend_limit')) throw limited('contract_spend_limit_reached');
    if (this.has('ramp_limit')) throw limited('ramp_limit_exceeded', this.settings.rampRetryAfterSeconds);
  }

  has(trouble: Trouble): boolean {
    const until = this.#troubles.get(trouble);
    return this.#troubles.has(trouble) && (until === undefined || this.clock.now() < until);
  }
}

/** Without `retry-after`, waiting does not help: that is how a spend limit differs from a rate limit. */
function limited(code: string, retryAfterSeconds?: number): ClaudeApiError {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return errorOf(429, `refused: ${code}`, { code, headers });
}

const nextMonth = (now: Date): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
