import { heldKeys } from '../keys/held-keys';
import type { IssuerView, ServiceObservation } from '../keys/observation';
import { daysBetween, HOUR_MS } from '../time';
import type { Finding } from './conditions';
import { isAdminAccessFailing, isAdminKeyExpiring, unknownKeys } from './conditions';

/** What a message can hold, and the parameter that keeps what was told. */
const MOST_NAMED_KEYS = 50;

/** What is known of the credential that administers keys, and when it counts as old. */
export interface AdminFacts {
  readonly expiresOn?: Date;
  /** When the one in use was put in its place; undefined when that is not known. */
  readonly since?: Date;
  readonly maxAgeDays: number;
}

/** What a run knows of the environment as a whole. */
export interface EnvironmentView {
  readonly issuer: IssuerView;
  /** Every service as it was before the run, and as it is after. */
  readonly services: readonly ServiceObservation[];
  readonly admin: AdminFacts;
  /**
   * Up to when the report of use is complete; `silent` when it shows none where there is always some, `failed` when it
   * cannot be read, undefined when nobody asked.
   */
  readonly usageUntil: Date | 'silent' | 'failed' | undefined;
  /** Hours behind which the report says nothing. */
  readonly maxReportLagHours: number;
}

/** What is wrong with the environment itself. */
export function environmentFindings(view: EnvironmentView, now: Date): readonly Finding[] {
  const { issuer, services, admin } = view;
  return [
    ...unknownKeyFindings(issuer, services, now),
    ...(isAdminAccessFailing(issuer, services) ? [adminAccessFailing(issuer)] : []),
    ...adminKeyFindings(admin, now),
    ...usageReportFindings(view, now),
  ];
}

function adminAccessFailing({ listFailure }: IssuerView): Finding {
  const figure =
    listFailure === 'not-ours'
      ? 'the list of keys shows none of those that services hold'
      : 'the list of keys cannot be read';
  return { condition: 'admin-access-failing', figure, limit: 'every run' };
}

function unknownKeyFindings(
  issuer: IssuerView,
  services: readonly ServiceObservation[],
  now: Date,
): readonly Finding[] {
  const ids = unknownKeys(issuer, services, now).map(({ id }) => id);
  if (ids.length === 0) return [];
  const names = ids.slice(0, MOST_NAMED_KEYS);
  return [{ condition: 'unknown-key', figure: `${ids.length}: ${names.join(', ')}`, limit: 'none', names }];
}

function adminKeyFindings({ expiresOn, since, maxAgeDays }: AdminFacts, now: Date): readonly Finding[] {
  const findings: Finding[] = [];
  if (expiresOn && isAdminKeyExpiring(expiresOn, now)) {
    const figure = `it expires on ${expiresOn.toISOString().slice(0, 10)}`;
    findings.push({ condition: 'admin-key-expiring', figure, limit: 'replaced 30 days before' });
  }
  if (since && daysBetween(since, now) >= maxAgeDays) {
    const figure = `${daysBetween(since, now)} days since it was put in place`;
    findings.push({ condition: 'admin-key-old', figure, limit: `${maxAgeDays} days` });
  }
  return findings;
}

/** Before any service has a key there is no use to know of. */
function usageReportFindings(
  { services, usageUntil, maxReportLagHours }: EnvironmentView,
  now: Date,
): readonly Finding[] {
  if (usageUntil === undefined || !services.some(({ secret }) => secret && heldKeys(secret).length > 0)) return [];
  const limit = `${maxReportLagHours} hours behind at most`;
  if (usageUntil === 'silent') return [silentReport];
  if (usageUntil === 'failed') return [{ condition: 'usage-report-old', figure: 'it cannot be read', limit }];
  const lagHours = (now.getTime() - usageUntil.getTime()) / HOUR_MS;
  if (lagHours <= maxReportLagHours) return [];
  return [{ condition: 'usage-report-old', figure: `complete up to ${usageUntil.toISOString()}`, limit }];
}

const silentReport: Finding = {
  condition: 'usage-report-old',
  figure: 'it shows no use at all',
  limit: 'as much as in each of the weeks before at these hours',
};
