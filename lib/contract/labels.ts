/**
 * Version labels (Secrets Manager calls them staging labels) are where a key's state lives.
 * Secrets Manager allows 20 labels on all versions of a secret together, and one version per label.
 */

export const AWS_CURRENT = 'AWSCURRENT';
export const AWS_PENDING = 'AWSPENDING';
export const AWS_PREVIOUS = 'AWSPREVIOUS';

const KEY = 'KEY-';
const RETIRING = 'RETIRING-';
const DISABLING = 'DISABLING-';
const REVOKED = 'REVOKED-';
const PAUSED = 'PAUSED-';

/** On every version that holds a key not yet archived: `KEY-apikey_01…`. */
export const keyLabel = (keyId: string): string => `${KEY}${keyId}`;

/** On a version whose key is being retired, with the instant at which that was first seen. */
export const retiringLabel = (since: Date): string => `${RETIRING}${since.toISOString()}`;

/** On a version whose key we decided to disable, with the instant of the decision. Written before the issuer is asked. */
export const disablingLabel = (since: Date): string => `${DISABLING}${since.toISOString()}`;

/** On a version whose key somebody said has leaked, with the instant of that. Written before the key is disabled; it never comes back by an undo. */
export const revokedLabel = (since: Date): string => `${REVOKED}${since.toISOString()}`;

/** On the key that an undo made current, until it is replaced again; with the instant up to which rotation is paused. */
export const pausedLabel = (until: Date): string => `${PAUSED}${until.toISOString()}`;

/** What a version's labels say, parsed. */
export interface VersionMarks {
  readonly current: boolean;
  readonly pending: boolean;
  readonly previous: boolean;
  readonly keyId?: string;
  /** A revoked key is retiring, and being disabled, from its revocation on at the latest. */
  readonly retiringSince?: Date;
  readonly disablingSince?: Date;
  readonly revokedSince?: Date;
  readonly pausedUntil?: Date;
}

/** Reads a version's labels. A label with a malformed time is ignored, as if it were not ours. */
export function readLabels(labels: readonly string[]): VersionMarks {
  const keyId = labels.find((label) => label.startsWith(KEY))?.slice(KEY.length);
  const revokedSince = timeOf(labels, REVOKED);
  const retiringSince = timeOf(labels, RETIRING) ?? revokedSince;
  const disablingSince = timeOf(labels, DISABLING) ?? revokedSince;
  const pausedUntil = timeOf(labels, PAUSED);
  return {
    current: labels.includes(AWS_CURRENT),
    pending: labels.includes(AWS_PENDING),
    previous: labels.includes(AWS_PREVIOUS),
    ...(keyId ? { keyId } : {}),
    ...(retiringSince ? { retiringSince } : {}),
    ...(disablingSince ? { disablingSince } : {}),
    ...(revokedSince ? { revokedSince } : {}),
    ...(pausedUntil ? { pausedUntil } : {}),
  };
}

/** The label that says why a key is being disabled: that it was revoked, or else that it has retired. */
export function intentLabel({ revokedSince, disablingSince }: VersionMarks): string | undefined {
  if (revokedSince) return revokedLabel(revokedSince);
  return disablingSince && disablingLabel(disablingSince);
}

/** The latest time of the labels with a prefix: two runs at once may each have written one, and later is safer. */
function timeOf(labels: readonly string[], prefix: string): Date | undefined {
  let latest: Date | undefined;
  for (const label of labels) {
    if (!label.startsWith(prefix)) continue;
    const time = new Date(label.slice(prefix.length));
    if (!Number.isNaN(time.getTime()) && (!latest || time > latest)) latest = time;
  }
  return latest;
}

/** True for a label that speaks of a key's retirement, whatever its time. */
export const isRetirementMark = (label: string): boolean =>
  [RETIRING, DISABLING, REVOKED].some((prefix) => label.startsWith(prefix));

/** True for a label that speaks of a key's retirement or pause, whatever its time. */
export const isPassingMark = (label: string): boolean => isRetirementMark(label) || label.startsWith(PAUSED);
