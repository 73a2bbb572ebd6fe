import type { ReconcilerRequest } from '../../lib/contract/reconciler-protocol';
import { KeyRotationError } from '../../lib/core/errors';

/** A name becomes part of other names: nothing in it may lead elsewhere. */
const NAME = /^[^/\s]{1,100}$/;

/** Whether an event comes from the schedule: it has no `action`, and asks for a full run. */
export const isScheduled = (event: unknown): boolean => isObject(event) && event.action === undefined;

/** Whether an event is CloudTrail's, as EventBridge hands it on: it asks for nothing, it tells. */
export const isOfCloudTrail = (event: unknown): boolean =>
  isObject(event) && event['detail-type'] === 'AWS API Call via CloudTrail';

/**
 * The request in an event.
 * @throws KeyRotationError BadRequest. What the event says is not repeated
 */
export function requestIn(event: unknown): ReconcilerRequest {
  const { action, service, keyId } = isObject(event) ? event : {};
  switch (action) {
    case 'reconcile':
    case 'status':
      return service === undefined ? { action } : { action, service: serviceName(service) };
    case 'issuer-keys':
    case 'review':
      return { action };
    case 'undo':
      return { action, service: serviceName(service) };
    case 'revoke':
      return { action, service: serviceName(service), keyId: nameOf('key', keyId) };
    default:
      throw badRequest('unknown action; allowed are reconcile, status, review, issuer-keys, undo and revoke');
  }
}

const serviceName = (value: unknown): string => nameOf('service', value);

function nameOf(what: 'service' | 'key', value: unknown): string {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw badRequest(`the request names no ${what}`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const badRequest = (message: string): KeyRotationError => new KeyRotationError('BadRequest', message);
