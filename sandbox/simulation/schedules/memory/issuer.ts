import { KeyRotationError } from '../../../../lib/core/errors';
import type { IssuerKey, IssuerKeyStatus, UsageReport, Verdict } from '../../../../lib/core/ports';
import { HOUR_MS, MINUTE_MS } from '../../../utc-time';
import type { ReportKind } from '../schedule';

/** Every key's text has this in it, so that a text can be searched for keys. Nothing else has. */
export const KEY_MARK = 'text-of-key:';

/** Where keys belong here. */
export const HOME = { organizationId: 'organization', workspaceId: 'workspace' };

/** One key at the issuer. */
export interface MemoryKey {
  readonly id: string;
  readonly text: string;
  name: string;
  /** The name it was made under, by which people know it. */
  readonly firstName: string;
  status: 'active' | 'inactive' | 'archived';
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  /** Stretches of time in which it was used, in milliseconds, in order. */
  readonly uses: { from: number; to: number }[];
}

/** The reports say this much too little of the last minutes, when they are fresh. */
const FRESH_LAG_MS = 5 * MINUTE_MS;

/** The issuer in memory: its keys, what it says to them, and its report of their use. */
export class MemoryIssuer {
  readonly #keys = new Map<string, MemoryKey>();
  readonly #byText = new Map<string, MemoryKey>();
  report: { how: ReportKind; hours: number } = { how: 'fresh', hours: 0 };

  /** @param aheadMs how far its clock is ahead of the world's */
  constructor(
    private readonly worldNow: () => Date,
    private readonly aheadMs = 0,
  ) {}

  /** The time by its own clock, which all its dates and reports are of. */
  now(): Date {
    return new Date(this.worldNow().getTime() + this.aheadMs);
  }

  keys(): readonly MemoryKey[] {
    return [...this.#keys.values()];
  }

  key(id: string): MemoryKey | undefined {
    return this.#keys.get(id);
  }

  idOf(text: string): string | undefined {
    return this.#byText.get(text)?.id;
  }

  create(name: string, expiresAt?: Date): MemoryKey {
    const id = `apikey${this.#keys.size + 1}`;
    const text = `${KEY_MARK}${id}`;
    const key: MemoryKey = {
      id,
      text,
      name,
      firstName: name,
      status: 'active',
      createdAt: this.now(),
      uses: [],
      ...(expiresAt ? { expiresAt } : {}),
    };
    this.#keys.set(id, key);
    this.#byText.set(text, key);
    return key;
  }

  statusOf({ status, expiresAt }: MemoryKey): IssuerKeyStatus {
    const expired = status !== 'archived' && expiresAt !== undefined && expiresAt.getTime() <= this.now().getTime();
    return expired ? 'expired' : status;
  }

  /** @returns whether the issuer let it happen: archived and expired are final */
  setStatus(id: string, status: MemoryKey['status']): boolean {
    const key = this.#keys.get(id);
    if (!key) return false;
    const before = this.statusOf(key);
    if (before === 'archived' || (before === 'expired' && status !== 'archived')) return before === status;
    key.status = status;
    return true;
  }

  /** A key is used from one instant of the world's time to another. */
  use(id: string, fromMs: number, toMs: number): void {
    const [from, to] = [fromMs + this.aheadMs, toMs + this.aheadMs];
    const key = this.#keys.get(id);
    if (!key || this.statusOf(key) !== 'active') return;
    const last = key.uses.at(-1);
    if (last && last.to >= from) last.to = Math.max(last.to, to);
    else key.uses.push({ from, to });
  }

  list(): readonly IssuerKey[] {
    return this.keys().map((key) => this.#listed(key));
  }

  find(id: string): IssuerKey | undefined {
    const key = this.#keys.get(id);
    return key && this.#listed(key);
  }

  verify(text: string): Verdict {
    const key = this.#byText.get(text);
    return key && this.statusOf(key) === 'active' ? { kind: 'live', ...HOME } : { kind: 'dead' };
  }

  usage(from: Date): UsageReport {
    const { how, hours } = this.report;
    if (how === 'failing') throw new KeyRotationError('IssuerFailed', 'a page of the report is missing');
    const now = this.now().getTime();
    const refreshedAt = how === 'late' ? now - hours * HOUR_MS : now - FRESH_LAG_MS;
    const lastUsedAt = how === 'empty' ? new Map<string, Date>() : this.#lastUses(from.getTime(), refreshedAt);
    const says = how === 'silent' || how === 'empty' ? {} : { refreshedAt: new Date(refreshedAt) };
    return { from, lastUsedAt, ...says };
  }

  /** The report counts in whole hours: a use shows as the end of its hour. */
  #lastUses(from: number, to: number): Map<string, Date> {
    const last = new Map<string, Date>();
    for (const { id, uses } of this.#keys.values()) {
      for (const use of uses) {
        if (use.to < from || use.from > to) continue;
        last.set(id, endOfHour(Math.min(use.to, to)));
      }
      if (this.report.how === 'padded') last.set(id, endOfHour(to));
    }
    return last;
  }

  #listed(key: MemoryKey): IssuerKey {
    const { id, name, createdAt, expiresAt } = key;
    return {
      id,
      name,
      hint: `hint-of-${id}`,
      status: this.statusOf(key),
      createdAt,
      owner: 'service_account',
      workspaceId: HOME.workspaceId,
      ...(expiresAt ? { expiresAt } : {}),
    };
  }
}

const endOfHour = (ms: number): Date => new Date(Math.ceil(ms / HOUR_MS) * HOUR_MS);
