/**
 * What the core needs of the outside world. `lib/aws` and `lib/issuers` implement these; the sandbox stands
 * behind those adapters, never in front of them. Every method may reject with a KeyRotationError of fault
 * 'aws' or 'issuer'; expected outcomes are return values.
 */
import type { Condition, Severity } from '../contract/metrics';
import type { Registration } from '../contract/registration';
import type { RateLimiter } from '../contract/workspace-limits';
import type { ApiKey } from './api-key';

export interface Clock {
  now(): Date;
}

/** A service's secret, without any value. `labels` maps version id to its staging labels, unlabelled versions left out. */
export interface SecretState {
  readonly service: string;
  /** Full ARN: the one id that stays right when a secret is deleted and made again. */
  readonly arn: string;
  readonly rotationEnabled: boolean;
  /** Whether a rotation schedule has ever been set: only then can rotation be turned on again. */
  readonly rotationConfigured: boolean;
  readonly createdAt: Date;
  /** When AWSCURRENT last moved by a rotation; undefined before the first. */
  readonly lastRotatedAt?: Date;
  /** End of the next rotation window; in the past after a failed rotation. */
  readonly nextRotationAt?: Date;
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Finds the secrets of one environment. */
export interface SecretDirectory {
  /** Every secret of the environment. May lag by minutes: decide on `describe`. */
  list(): Promise<readonly SecretState[]>;
  /** One secret as it is now, by service; undefined when there is none. */
  describe(service: string): Promise<SecretState | undefined>;
  /** One secret as it is now, by its ARN, as a rotation event names it. */
  describeByArn(arn: string): Promise<SecretState>;
}

/** Values and labels of the versions of one environment's secrets. */
export interface SecretVersions {
  /** The value under a version, provided it carries `label`; undefined when there is no such value (yet). */
  read(arn: string, versionId: string, label?: string): Promise<ApiKey | undefined>;
  /** Fills version `token` and puts `labels` on it. The same call again changes nothing. */
  putPending(arn: string, token: string, key: ApiKey, labels: readonly string[]): Promise<void>;
  /**
   * Moves, adds (`to` only) or removes (`from` only) a label, all or nothing.
   * @returns false when the label is no longer where `from` says: somebody was faster.
   */
  moveLabel(arn: string, label: string, change: { readonly from?: string; readonly to?: string }): Promise<boolean>;
  /** When each version that carries a label was filled. One call per secret: for those that need it. */
  filledAt(arn: string): Promise<ReadonlyMap<string, Date>>;
}

/** Starts and stops Secrets Manager's rotation of one secret. */
export interface RotationControl {
  /** Starts a rotation now. @returns false when one is already in progress. */
  start(arn: string): Promise<boolean>;
  /** Turns scheduled rotation off, keeping its schedule. */
  pause(arn: string): Promise<void>;
  /** Turns scheduled rotation on again, without rotating. */
  resume(arn: string): Promise<void>;
}

export interface SecretTags {
  put(arn: string, tags: ReadonlyMap<string, string>): Promise<void>;
}

/** A spare without its key. */
export interface SpareSummary {
  readonly service: string;
  readonly keyId: string;
  readonly stagedAt: Date;
}

/** A spare, with its key. */
export interface Spare extends SpareSummary {
  readonly key: ApiKey;
  readonly keyName: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}

/** The spares of one environment. */
export interface SpareShelf {
  /** Spares of one service, or of all, oldest first. Reads no key. */
  list(service?: string): Promise<readonly SpareSummary[]>;
  /** One spare with its key; undefined when it is gone. Rejects with BadRecord for one that cannot be understood. */
  read(service: string, keyId: string): Promise<Spare | undefined>;
  /** Adds a spare. @returns false when one with that key id is there already, which is left as it is. */
  add(spare: Spare): Promise<boolean>;
  /** Removes a spare; one that is gone already is fine. */
  remove(service: string, keyId: string): Promise<void>;
}

/** The services registered in one environment. */
export interface ServiceRegistry {
  /**
   * Every registration that can be understood. One that cannot is left out, so that it holds up no other service:
   * before anything is concluded from its absence, `find` has to be asked.
   * @param onBroken - told of each service whose registration cannot be understood
   */
  list(onBroken?: (service: string) => void): Promise<readonly Registration[]>;
  /** One registration; undefined when there is none. Rejects with BadRecord for one that cannot be understood. */
  find(service: string): Promise<Registration | undefined>;
}

/** What the issuer says when asked with a key itself. */
export type Verdict =
  | { readonly kind: 'live'; readonly organizationId: string; readonly workspaceId: string }
  /** The issuer refuses this key: malformed, disabled, expired or deleted. */
  | { readonly kind: 'dead' }
  /** The answer says nothing about the key: spend limit, rate limit, outage, network. */
  | { readonly kind: 'unclear'; readonly reason: string };

export interface KeyVerifier {
  /** Asks the issuer, by a call that costs nothing. Never rejects for an answer of the issuer. */
  verify(key: ApiKey): Promise<Verdict>;
}

export type IssuerKeyStatus = 'active' | 'inactive' | 'archived' | 'expired';

/** One key as the issuer lists it. */
export interface IssuerKey {
  readonly id: string;
  readonly name: string;
  /** The issuer's own hint of the key, null when it has none. */
  readonly hint: string | null;
  readonly status: IssuerKeyStatus;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly owner: 'user' | 'service_account' | 'none';
  /** Undefined when the key is scoped to a whole organization. */
  readonly workspaceId?: string;
}

/** The keys of one workspace at the issuer. An issuer that nobody may administer by API has none of these. */
export interface IssuerKeys {
  /** Every key of the workspace, whatever its status. */
  list(): Promise<readonly IssuerKey[]>;
  /** One key as it is now; undefined when the issuer does not know it, or it lies outside our workspace. */
  find(keyId: string): Promise<IssuerKey | undefined>;
  /** `inactive` is reversible, `archived` is final. Refuses a key outside our workspace. */
  setStatus(keyId: string, status: 'active' | 'inactive' | 'archived'): Promise<void>;
}

/** Models, or a surface of the API, that the issuer limits together. */
export interface RateLimitGroup {
  readonly id: string;
  /** The names of the models, or that of the surface. */
  readonly of: readonly string[];
  /** Limits that are the workspace's own; one that it has from its organization is not here. */
  readonly own: ReadonlyMap<RateLimiter, number>;
}

/** Rate limits by what they count. */
export type RateLimitValues = Readonly<Partial<Record<RateLimiter, number>>>;

/** The limits of one workspace. `not-offered`: the issuer does not let this organization do that by API. */
export interface IssuerLimits {
  /** Every group that has a limit. */
  rateLimits(): Promise<readonly RateLimitGroup[] | 'not-offered'>;
  /** Sets these limits of a group for the workspace, and no others. Safe to repeat. */
  setRateLimits(groupId: string, values: RateLimitValues): Promise<'set' | 'not-offered'>;
  /** What the workspace may cost in a month; undefined when it has no limit of its own. */
  monthlySpend(): Promise<{ readonly usd: number | undefined } | 'not-offered'>;
  /** Safe to repeat. */
  setMonthlySpend(usd: number): Promise<'set' | 'not-offered'>;
}

/** What the issuer's usage report shows, by key. */
export interface UsageReport {
  /**
   * Everything up to this instant is in the report. Undefined: the report does not say, as an issuer's older one may
   * not. Then a use it shows is a use, and a use it does not show says nothing.
   */
  readonly refreshedAt?: Date;
  /** From when on the report was asked for. */
  readonly from: Date;
  /** Key id to the end of the last hour in which it was used. A key without use in the period has no entry. */
  readonly lastUsedAt: ReadonlyMap<string, Date>;
}

export interface UsageReports {
  /** Use of every key of the workspace since `from`, every page of it; rejects when any page is missing. */
  since(from: Date): Promise<UsageReport>;
}

/** What one key did within a stretch of time. */
export interface KeyUse {
  readonly keyId: string;
  /** When the stretch begins. */
  readonly from: Date;
  /** Null: the issuer did not count them. */
  readonly requests: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A part of the issuer's report, every page of it. A key without use in a stretch has no entry for it. */
export interface Reported<Entry> {
  /** Everything up to this instant is in the report; what is later may be missing. */
  readonly refreshedAt: Date;
  readonly entries: readonly Entry[];
}

export interface KeyCost {
  readonly keyId: string;
  readonly usd: number;
}

/**
 * How much every key of the workspace was used, and what it cost. Bounds are whole hours; a range is 31 days at most.
 * Each method rejects when a page is missing or the report does not say up to when it is complete.
 */
export interface UseReports {
  /** Use by key and hour. */
  byHour(from: Date, to: Date): Promise<Reported<KeyUse>>;
  /** Use by key over the whole stretch. */
  inTotal(from: Date, to: Date): Promise<Reported<KeyUse>>;
  cost(from: Date, to: Date): Promise<Reported<KeyCost>>;
}

/** A message to people. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
}

/** Tells people what they ought to know, by severity. */
export interface Messages {
  send(severity: Severity, notice: Notice): Promise<void>;
}

/** A condition that was found, as it was noted. */
export interface OpenCondition {
  readonly condition: Condition;
  /** A service, or `platform` for the environment itself. */
  readonly subject: string;
  readonly since: Date;
  /** When people were told; undefined while it has not lasted long enough to be worth a message. */
  readonly toldAt?: Date;
  /** Since when it has no longer been found. */
  readonly clearSince?: Date;
  /** What showed it when it was found first, and what it should have been. */
  readonly figure?: string;
  readonly limit?: string;
}

/** What the reconciler remembers of conditions, so that it tells of each once. Losing it means telling once more. */
export interface ConditionMemory {
  list(): Promise<readonly OpenCondition[]>;
  /** Notes a condition, in place of what was noted of it before. */
  put(open: OpenCondition): Promise<void>;
  /** Forgets a condition; one that is forgotten already is fine. */
  remove(open: OpenCondition): Promise<void>;
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Figures {
  publish(figures: readonly Figure[]): Promise<void>;
}

/** Structured log lines from an allow-list: a fixed event name and plain fields, never an object from outside. */
export interface Journal {
  note(event: string, fields?: Readonly<Record<string, string | number | boolean | null>>): void;
}
