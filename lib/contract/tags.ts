/** Tags on a service's secret: for people who search, never for decisions. Losing one must not matter. */
export const TAGS = {
  environment: 'claude-keys:environment',
  service: 'claude-keys:service',
  owner: 'claude-keys:owner',
  keyName: 'claude-keys:key-name',
  keyCreated: 'claude-keys:key-created',
  keyExpires: 'claude-keys:key-expires',
  rotated: 'claude-keys:rotated',
} as const;
