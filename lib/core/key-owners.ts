import { heldKeys } from './held-keys';
import type { ServiceObservation } from './observation';
import type { ServiceOfKey } from './use';

/** `prod-rag-service-2026-11-20`, and what follows for the second key of a day. */
const DATED = /^(.+)-\d{4}-\d{2}-\d{2}(-\d+)?$/;

/**
 * Whose each key is, or was. Labels and the shelf name the keys in hand; those that were archived, whose use is part of
 * what is usual, go by the name that a person gave them in the Console.
 */
export function serviceOfKeys(environment: string, services: readonly ServiceObservation[]): ServiceOfKey {
  const owners = new Map<string, string>();
  const names = new Set(services.map(({ service }) => service));
  for (const { id, name } of services[0]?.issuer.keys?.values() ?? []) {
    const service = serviceNamedBy(environment, name);
    if (service && names.has(service)) owners.set(id, service);
  }
  for (const { service, secret, spares } of services) {
    for (const { keyId } of [...(secret ? heldKeys(secret) : []), ...spares]) owners.set(keyId, service);
  }
  return (keyId) => owners.get(keyId);
}

function serviceNamedBy(environment: string, keyName: string): string | undefined {
  const prefix = `${environment}-`;
  return keyName.startsWith(prefix) ? DATED.exec(keyName.slice(prefix.length))?.[1] : undefined;
}
