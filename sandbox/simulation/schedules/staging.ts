import type { Platform } from '../../../lib/cli/platform';
import { examineKey, shelveKey } from '../../../lib/cli/staging-desk';
import { ApiKey } from '../../../lib/core/api-key';
import type { Reconciler } from '../../../lib/core/reconciler';
import { HOME, KEY_MARK, type MemoryKey } from './memory/issuer';
import type { MemoryPorts } from './memory/ports';
import { ENVIRONMENT } from './ports-world';

export interface StagingRequest {
  readonly key: MemoryKey;
  readonly service: string;
  readonly isManual: boolean;
}

/** Stages a key as the operator's command does. Rejects with the rule that the key breaks. */
export async function stageKey(request: StagingRequest, ports: MemoryPorts, reconciler: Reconciler): Promise<void> {
  const { key, service, isManual } = request;
  const registration = await ports.registry.find(service);
  if (!registration) throw new Error(`${service} is not registered`);
  const platform = platformOn(ports, reconciler, isManual);
  const examined = await examineKey(platform, new ApiKey(key.text), isManual ? key.name : undefined);
  await shelveKey(platform, examined, registration);
}

function platformOn(ports: MemoryPorts, reconciler: Reconciler, isManual: boolean): Platform {
  const { directory, control, spares, registry, verifier, clock } = ports;
  return {
    settings: {
      environment: ENVIRONMENT,
      ...HOME,
      issuerAccess: isManual ? 'manual' : 'adminKey',
      allowPersonalKeys: false,
      reconcileFunctionName: 'reconcile',
      keyArn: 'key',
    },
    secrets: directory,
    rotation: control,
    spares,
    services: registry,
    // Staging asks nothing else of it.
    reconciler: { issuerKeys: () => reconciler.issuerKeys() } as Platform['reconciler'],
    verifier,
    keyShape: {
      isKey: (text) => text.startsWith(KEY_MARK),
      hintOf: (text) => `hint-of-${text.reveal().slice(KEY_MARK.length)}`,
    },
    clock,
    wait: () => Promise.resolve(),
  };
}
