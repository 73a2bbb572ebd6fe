/** Names of what the reconciler publishes and the alarms read. */

export const METRIC_NAMESPACE = 'ClaudeKeys';

export const METRICS = {
  /** Services (or 0/1 for the environment's own conditions) for which a condition holds; dimensions Environment, Condition; unit Count. No datapoint: none. */
  inCondition: 'InCondition',
  /** 1 for every completed run of the reconciler; dimension Environment; unit Count. */
  heartbeat: 'ReconcilerHeartbeat',
  /** Days since the current key became current; dimensions Environment, Service; unit Count. Only with `serviceMetrics`. */
  keyAgeDays: 'KeyAgeDays',
  /** Requests of the last whole hour as a multiple of what is usual then; dimensions Environment, Service. Only with `serviceMetrics`. */
  requestsRatio: 'RequestsRatio',
  /** Requests that Claude refused the key of, as services themselves report them; dimension Environment; unit Count. */
  refusedCalls: 'RefusedCalls',
  /**
   * Requests that Claude answered with an error, by class, as services themselves report them; dimension Environment,
   * and Environment with Service where a service wants metrics of its own; unit Count. `ClientErrors`: a status of 400
   * to 499 besides 401 and 429.
   */
  clientErrors: 'ClientErrors',
  rateLimitedCalls: 'RateLimitedCalls',
  serverErrors: 'ServerErrors',
} as const;

export const DIMENSIONS = { environment: 'Environment', condition: 'Condition', service: 'Service' } as const;

/**
 * The conditions the reconciler decides, worst first. `critical` pages, `warning` can wait for office hours.
 * Each has an alarm of its own and a runbook section under the same name.
 */
export const CONDITIONS = {
  'current-key-dead': 'critical',
  'key-too-old': 'critical',
  'rotation-overdue': 'critical',
  'rotation-failed': 'critical',
  'retirement-overdue': 'critical',
  'requests-far-above-baseline': 'critical',
  'budget-spent': 'critical',
  'break-glass-read': 'critical',
  'admin-access-failing': 'critical',
  'messages-failing': 'critical',
  'broken-registration': 'critical',
  'rotation-abandoned': 'warning',
  'key-expiring': 'warning',
  'no-spare': 'warning',
  'key-disabled-outside': 'warning',
  'secret-read-refused': 'warning',
  'personal-key': 'warning',
  'ownerless-key': 'warning',
  'requests-above-baseline': 'warning',
  'output-tokens-above-baseline': 'warning',
  'use-at-unusual-hours': 'warning',
  'budget-90-percent': 'warning',
  'budget-75-percent': 'warning',
  'budget-50-percent': 'warning',
  'unknown-key': 'warning',
  'service-failing': 'warning',
  'limits-not-kept': 'warning',
  'limits-not-offered': 'warning',
  'usage-report-old': 'warning',
  'admin-key-expiring': 'warning',
  'admin-key-old': 'warning',
} as const;

export type Condition = keyof typeof CONDITIONS;
export type Severity = 'critical' | 'warning';
