import { AWS_CURRENT, keyLabel } from '../../lib/contract/labels';
import { DEFAULT_POLICY, type Registration, type ServicePolicy } from '../../lib/contract/registration';
import type { ServiceObservation } from '../../lib/core/keys/observation';
import type { IssuerKey, IssuerKeyStatus, SecretState, UsageReport } from '../../lib/core/ports';

/** An instant to count from in tests of pure code. */
export const NOON = new Date('2026-03-10T12:00:00.000Z');

const SECOND = 1000;
export const minutes = (count: number): number => count * 60 * SECOND;
export const hours = (count: number): number => minutes(60 * count);
export const days = (count: number): number => hours(24 * count);

/** The instant `ms` after noon; negative for before. */
export const noonPlus = (ms: number): Date => new Date(NOON.getTime() + ms);

export const policyWith = (changes: Partial<ServicePolicy> = {}): ServicePolicy => ({ ...DEFAULT_POLICY, ...changes });

export const registrationWith = (policy: Partial<ServicePolicy> = {}): Registration => ({
  service: 'rag',
  owner: 'team-rag',
  issuer: 'claude-console',
  policy: policyWith(policy),
});

/** A secret whose versions carry these labels; by default one key, current, rotated a day ago. */
export const secretWith = (
  labels: Readonly<Record<string, readonly string[]>> = { v1: [AWS_CURRENT, keyLabel('k1')] },
  changes: Partial<SecretState> = {},
): SecretState => ({
  service: 'rag',
  arn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/claude/rag/key-AbCdEf',
  rotationEnabled: true,
  rotationConfigured: true,
  createdAt: noonPlus(-days(200)),
  lastRotatedAt: noonPlus(-days(1)),
  nextRotationAt: noonPlus(days(80)),
  labels: new Map(Object.entries(labels)),
  tags: new Map(),
  ...changes,
});

export const issuerKey = (
  id: string,
  status: IssuerKeyStatus = 'active',
  changes: Partial<IssuerKey> = {},
): IssuerKey => ({
  id,
  name: `prod-rag-${id}`,
  hint: null,
  status,
  createdAt: noonPlus(-days(100)),
  owner: 'service_account',
  workspaceId: 'wrkspc_test',
  ...changes,
});

/** A usage report of the last 31 hours, fresh at noon. */
export const usageReport = (
  lastUsedAt: Readonly<Record<string, Date>> = {},
  changes: Partial<UsageReport> = {},
): UsageReport => ({
  refreshedAt: NOON,
  from: noonPlus(-hours(31)),
  lastUsedAt: new Map(Object.entries(lastUsedAt)),
  ...changes,
});

/** One registered service with one current key, known to the issuer. */
export const observationWith = (changes: Partial<ServiceObservation> = {}): ServiceObservation => ({
  service: 'rag',
  registration: registrationWith(),
  secret: secretWith(),
  spares: [],
  issuer: { access: 'ours', keys: new Map([['k1', issuerKey('k1')]]) },
  ...changes,
});
