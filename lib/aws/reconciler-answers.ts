import type {
  IssuerKeysResult,
  IssuerKeyView,
  ReconcileResult,
  ReviewResult,
  RevokeResult,
  ServiceStatus,
  StatusResult,
  UndoResult,
} from '../contract/reconciler-protocol';
import type { ServiceFigures } from '../contract/service-figures';
import type { Answer } from '../core/answer';

/**
 * Checks of what the reconciler answers: whoever reads a result may rely on its fields. A result is handed on as it is,
 * since a reconciler of a newer release may say more.
 */
export function checkedReconcile(result: Answer, value: unknown): ReconcileResult {
  checkServices(result);
  result.listOfTexts('actions');
  return value as ReconcileResult;
}

export function checkedStatus(result: Answer, value: unknown): StatusResult {
  result.instant('now');
  checkServices(result);
  return value as StatusResult;
}

export function checkedReview(result: Answer, value: unknown): ReviewResult {
  result.instant('now');
  checkServices(result);
  for (const figures of result.objects('figures')) checkFigures(figures);
  if (result.has('unknownKeys'))
    for (const key of result.objects('unknownKeys')) {
      key.text('id');
      key.text('name');
    }
  return value as ReviewResult;
}

/** Built field by field: whether a key may be staged hangs on each. */
export function issuerKeysOf(result: Answer): IssuerKeysResult {
  const now = result.instant('now').toISOString();
  if (!result.flag('known')) return { now, known: false, reason: result.text('reason') };
  const keys = result.objects('keys').map(issuerKeyOf);
  // Once each: a key that is there twice would not be told from two that look the same.
  return { now, known: true, keys: [...new Map(keys.map((key) => [key.id, key])).values()] };
}

export function undoOf(result: Answer): UndoResult {
  return {
    service: result.text('service'),
    restoredKey: result.text('restoredKey'),
    replacedKey: result.text('replacedKey'),
    pausedUntil: result.instant('pausedUntil').toISOString(),
  };
}

export function revokeOf(result: Answer): RevokeResult {
  return { service: result.text('service'), keyId: result.text('keyId'), disabled: result.flag('disabled') };
}

function issuerKeyOf(key: Answer): IssuerKeyView {
  return {
    id: key.text('id'),
    name: key.text('name'),
    hint: key.textOrNull('hint'),
    status: key.oneOf('status', ['active', 'inactive', 'archived', 'expired']),
    createdAt: key.instant('createdAt').toISOString(),
    expiresAt: key.instantOrNull('expiresAt')?.toISOString() ?? null,
    owner: key.oneOf('owner', ['user', 'service_account', 'none']),
  };
}

function checkServices(result: Answer): void {
  for (const service of result.objects('services')) checkService(service);
}

const SERVICE_TEXTS = ['service', 'owner'] as const satisfies readonly (keyof ServiceStatus)[];
const SERVICE_TIMES = ['nextRotationAt', 'pausedUntil'] as const satisfies readonly (keyof ServiceStatus)[];

function checkService(service: Answer): void {
  for (const field of SERVICE_TEXTS) service.text(field);
  for (const field of SERVICE_TIMES) service.instantOrNull(field);
  service.flag('registered');
  service.flag('hasKey');
  service.count('spares');
  service.count('sparesAtLeast');
  service.listOfTexts('conditions');
  for (const key of service.objects('keys')) checkKey(key);
}

const MEASURES = [
  'currentDays',
  'createdDays',
  'expiresInDays',
  'overdueDays',
  'rotatesInDays',
  'requests',
  'inputTokens',
  'outputTokens',
  'usualRequests',
  'requestsRatio',
  'retiringKeyRequests',
  'costTodayUsd',
  'costMonthUsd',
] as const satisfies readonly (keyof ServiceFigures)[];

function checkFigures(figures: Answer): void {
  figures.text('service');
  figures.text('owner');
  figures.text('hour');
  figures.flag('hasKey');
  figures.count('spares');
  for (const field of MEASURES) if (typeof figures.value(field) !== 'number') figures.oneOf(field, ['unknown', 'none']);
}

function checkKey(key: Answer): void {
  key.text('keyId');
  key.text('state');
  key.textOrNull('name');
  for (const field of ['createdAt', 'currentSince', 'expiresAt', 'lastUsedAt']) key.instantOrNull(field);
}
