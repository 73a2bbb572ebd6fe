/** Names of what the reconciler publishes and the alarms read. */

export const METRIC_NAMESPACE = 'ClaudeKeys';

export const METRICS = {
  /** Services (or 0/1 for fleet-wide conditions) for which a condition holds; dimensions Environment, Condition; unit Count. */
  inCondition: 'InCondition',
  /** 1 for every completed run of the reconciler; dimension Environment; unit Count. */
  heartbeat: 'ReconcilerHeartbeat',
  /** Days since the current key became current; dimensions Environment, Service; unit Count. Only with `serviceMetrics`. */
  keyAgeDays: 'KeyAgeDays',
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
  'admin-access-failing': 'critical',
  'key-expiring': 'warning',
  'no-spare': 'warning',
  'unknown-key': 'warning',
  'admin-key-expiring': 'warning',
} as const;

export type Condition = keyof typeof CONDITIONS;
export type Severity = 'critical' | 'warning';
