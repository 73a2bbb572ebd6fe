import { DEFAULT_POLICY, type ServicePolicy } from '../contract/registration';
import type { PolicyConfig } from './environment-config';
import { rotateEveryDays } from './schedule';

/** The whole policy of one service: its own wishes over its environment's, over the defaults. */
export function resolvePolicy(service: string, own: PolicyConfig = {}, environment: PolicyConfig = {}): ServicePolicy {
  const policy = { ...DEFAULT_POLICY, ...environment, ...own };
  // An environment-wide interval would be too long for a service that asks for a lower greatest age.
  const wished = own.rotateEveryDays ?? (own.maxAgeDays === undefined ? environment.rotateEveryDays : undefined);
  return { ...policy, rotateEveryDays: wished ?? rotateEveryDays(service, policy.maxAgeDays) };
}
