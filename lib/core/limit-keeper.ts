import type { WorkspaceLimits } from '../contract/workspace-limits';
import { messageOf } from './errors';
import {
  type GroupChange,
  type LimitChange,
  type LimitTrouble,
  limitFindings,
  planRateLimits,
  spendChange,
} from './limits';
import type { Finding } from './monitoring/conditions';
import type { Clock, IssuerLimits, Journal } from './ports';
import { after, reached } from './time';

/** Limits are looked at by the run in the first minutes of each hour: a change takes about an hour to be enforced anyway. */
const LOOKED_AT_UNTIL_MINUTE = 15;

const LONGEST_CHANGING_MS = 60_000;

const NO_API: LimitTrouble = { kind: 'not-offered', what: 'nobody may set limits by API here (issuerAccess: manual)' };

export interface LimitPorts {
  /** Undefined where nobody may administer the issuer by API. */
  readonly limits: IssuerLimits | undefined;
  readonly clock: Clock;
  readonly journal: Journal;
}

/** Brings the limits of the workspace to what is declared. Only declared ones: others are not even looked at. */
export class LimitKeeper {
  constructor(
    private readonly ports: LimitPorts,
    private readonly declared: WorkspaceLimits | undefined,
  ) {}

  /**
   * Never rejects, since keys matter more than limits.
   * @returns what is wrong; undefined when this run did not look
   */
  async keep(): Promise<readonly Finding[] | undefined> {
    const { declared, ports } = this;
    if (!declared) return [];
    if (!ports.limits) return limitFindings([NO_API]);
    if (ports.clock.now().getUTCMinutes() >= LOOKED_AT_UNTIL_MINUTE) return undefined;
    const troubles = [
      ...(await this.#keepSpend(ports.limits, declared.monthlySpendUsd)),
      ...(await this.#keepRateLimits(ports.limits, declared.rateLimits)),
    ];
    for (const { kind, what } of troubles) ports.journal.note(`limits-${kind}`, { what });
    return limitFindings(troubles);
  }

  async #keepSpend(limits: IssuerLimits, declaredUsd: number | undefined): Promise<readonly LimitTrouble[]> {
    if (declaredUsd === undefined) return [];
    const what = `a spend limit of ${declaredUsd} USD a month`;
    return troublesOf(what, async () => {
      const found = await limits.monthlySpend();
      if (found === 'not-offered') return [notOffered(what)];
      const change = spendChange(declaredUsd, found.usd);
      if (!change) return [];
      this.#tell([change]);
      return (await limits.setMonthlySpend(declaredUsd)) === 'not-offered' ? [notOffered(what)] : [];
    });
  }

  async #keepRateLimits(
    limits: IssuerLimits,
    declared: WorkspaceLimits['rateLimits'],
  ): Promise<readonly LimitTrouble[]> {
    if (declared.length === 0) return [];
    return troublesOf('the rate limits', async () => {
      const groups = await limits.rateLimits();
      if (groups === 'not-offered') return [notOffered('rate limits')];
      const { changes, troubles } = planRateLimits(declared, groups);
      return [...troubles, ...(await this.#changeGroups(limits, changes))];
    });
  }

  /** Stops at the first that fails, and after a while: a slow issuer must not use up the run. The next look goes on. */
  async #changeGroups(limits: IssuerLimits, groups: readonly GroupChange[]): Promise<readonly LimitTrouble[]> {
    const { clock } = this.ports;
    const until = after(clock.now(), LONGEST_CHANGING_MS);
    for (const { groupId, changes, values } of groups) {
      if (reached(clock.now(), until)) return [];
      const what = `rate limits of ${changes[0]?.of ?? groupId}`;
      this.#tell(changes);
      const troubles = await troublesOf(what, async () =>
        (await limits.setRateLimits(groupId, values)) === 'not-offered' ? [notOffered(what)] : [],
      );
      if (troubles.length > 0) return troubles;
    }
    return [];
  }

  /** Before the change itself, so that none goes unsaid. */
  #tell(changes: readonly LimitChange[]): void {
    for (const { of, limit, from, to } of changes) this.ports.journal.note('limit-change', { of, limit, from, to });
  }
}

const notOffered = (what: string): LimitTrouble => ({ kind: 'not-offered', what });

async function troublesOf(what: string, act: () => Promise<readonly LimitTrouble[]>): Promise<readonly LimitTrouble[]> {
  try {
    return await act();
  } catch (error) {
    return [{ kind: 'not-kept', what: `${what}: ${messageOf(error)}` }];
  }
}
