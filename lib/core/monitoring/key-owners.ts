import { heldKeys } from '../keys/held-keys';
import { serviceNamedBy } from '../keys/key-names';
import type { ServiceObservation } from '../keys/observation';
import type { ServiceOfKey } from './use';

/**
 * Whose each key is, or was. Labels and the shelf name the keys in hand; those that were archived, whose use is part of
 * what is usual, go by the name that a person gave them in the Console.
 */
export function serviceOfKeys(environment: string, services: readonly ServiceObservation[]): ServiceOfKey {
  const owners = new Map<string, string>();
  const names = services.map(({ service }) => service);
  for (const { id, name } of services[0]?.issuer.keys?.values() ?? []) {
    const service = serviceNamedBy(name, environment, names);
    if (service && names.includes(service)) owners.set(id, service);
  }
  for (const { service, secret, spares } of services) {
    for (const { keyId } of [...(secret ? heldKeys(secret) : []), ...spares]) owners.set(keyId, service);
  }
  return (keyId) => owners.get(keyId);
}
