import type { Measure, ServiceFigures } from '../../contract/service-figures';
import { currentSince, heldKeys } from '../keys/held-keys';
import type { ServiceObservation } from '../keys/observation';
import { policyOf } from '../keys/plan';
import { usableSpares } from '../keys/spares';
import { after, DAY_MS, daysBetween } from '../time';
import { ratioTo } from './baseline';
import type { HourOfUse, ServiceUse } from './use';

/** Everything known of one service, all its keys together. `use` is undefined where the issuer's report says nothing. */
export function serviceFigures(
  observation: ServiceObservation,
  use: ServiceUse | undefined,
  now: Date,
): ServiceFigures {
  const { service, registration } = observation;
  return {
    service,
    owner: registration?.owner ?? 'nobody',
    ...keyFigures(observation, now),
    spares: usableSpares(observation, policyOf(observation), now).length,
    ...useFigures(observation, use),
    costTodayUsd: cents(use?.spent.todayUsd),
    costMonthUsd: cents(use?.spent.monthUsd),
  };
}

type KeyFigures = Pick<
  ServiceFigures,
  'hasKey' | 'currentDays' | 'createdDays' | 'expiresInDays' | 'overdueDays' | 'rotatesInDays'
>;

function keyFigures(observation: ServiceObservation, now: Date): KeyFigures {
  const { secret, issuer } = observation;
  const current = secret && heldKeys(secret).find(({ marks }) => marks.current);
  const rotatesAt = secret?.rotationEnabled ? secret.nextRotationAt : undefined;
  const rotatesInDays = rotatesAt ? daysBetween(now, rotatesAt) : 'none';
  if (!secret || !current) {
    const none = { currentDays: 'none', createdDays: 'none', expiresInDays: 'none', overdueDays: 'none' } as const;
    return { hasKey: false, ...none, rotatesInDays };
  }
  const listed = issuer.keys?.get(current.keyId);
  const since = currentSince(secret, observation.restoredKeySince);
  const due = after(since, policyOf(observation).rotateEveryDays * DAY_MS);
  return {
    hasKey: true,
    currentDays: daysBetween(since, now),
    createdDays: listed ? daysBetween(listed.createdAt, now) : 'unknown',
    expiresInDays: listed ? (listed.expiresAt ? daysBetween(now, listed.expiresAt) : 'none') : 'unknown',
    overdueDays: Math.max(0, daysBetween(due, now)),
    rotatesInDays,
  };
}

type UseFigures = Pick<
  ServiceFigures,
  'hour' | 'requests' | 'inputTokens' | 'outputTokens' | 'usualRequests' | 'requestsRatio' | 'retiringKeyRequests'
>;

function useFigures(observation: ServiceObservation, use: ServiceUse | undefined): UseFigures {
  const hour = use?.hours.filter(({ whole }) => whole).at(-1);
  return {
    hour: hour?.from.toISOString() ?? 'unknown',
    requests: hour?.requests ?? 'unknown',
    inputTokens: hour?.inputTokens ?? 'unknown',
    outputTokens: hour?.outputTokens ?? 'unknown',
    usualRequests: hour?.usualRequests ?? 'unknown',
    requestsRatio: hour ? ratioOf(hour, policyOf(observation).requestsFloorPerHour) : 'unknown',
    retiringKeyRequests: use ? retiringRequests(observation, use) : 'unknown',
  };
}

/** An hour's requests as a multiple of what is usual; `none` while nothing is usual yet. */
function ratioOf({ requests, usualRequests }: HourOfUse, floor: number): Measure {
  if (usualRequests === 'none') return 'none';
  if (requests === 'unknown' || usualRequests === 'unknown') return 'unknown';
  return Number(ratioTo(usualRequests, requests, floor).toFixed(2));
}

function retiringRequests({ secret }: ServiceObservation, { recentByKey }: ServiceUse): number {
  const retiring = secret ? heldKeys(secret).filter(({ marks }) => !marks.current && !marks.pending) : [];
  return retiring.reduce((sum, { keyId }) => sum + (recentByKey.get(keyId) ?? 0), 0);
}

const cents = (usd: number | undefined): Measure => (usd === undefined ? 'unknown' : Number(usd.toFixed(2)));
