import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AWS_CURRENT } from '../../lib/contract/labels';
import { conventionalKeyName } from '../../lib/contract/names';
import { ApiKey } from '../../lib/core/api-key';
import { createApp } from '../../lib/stacks/app';
import { putAdminKey } from '../admin-key';
import { handlersFromSource } from '../functions/handlers-from-source';
import { Sandbox } from '../sandbox';

/** What one environment cost to simulate. */
export interface ScaleFigures {
  readonly services: number;
  readonly synthSeconds: number;
  readonly deploySeconds: number;
  readonly simulateSeconds: number;
  readonly rotations: number;
  readonly awsCalls: number;
  /** AWS calls of one quiet run of the reconciler. */
  readonly callsPerQuietRun: number;
  readonly heapMiB: number;
}

/** The environment that is measured. */
export const ENVIRONMENT = 'prod';
const DAY_MS = 86_400_000;
/** Spares must not be too old when a rotation takes them. */
const STAGING_EVERY_DAYS = 40;

/**
 * A year of one environment, each service rotating about every 90 days. The reconciler runs once a day instead of
 * every 15 minutes: its quiet runs are measured apart, and would drown the rotations.
 */
export async function measureScale(services: number, days = 365): Promise<ScaleFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-bench-'));
  try {
    const { seconds: synthSeconds } = await timed(async () => synthesiseServices(services, folder));
    const { seconds: deploySeconds, result: sandbox } = await timed(() => deploy(folder));
    try {
      return { services, synthSeconds, deploySeconds, ...(await measureDays(sandbox, days)) };
    } finally {
      await sandbox.dispose();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureDays(sandbox: Sandbox, days: number) {
  const callsPerQuietRun = await callsOf(sandbox, () => reconcile(sandbox));
  await slowDown(sandbox);
  const { seconds: simulateSeconds, result: rotations } = await timed(() => passDays(sandbox, days));
  const heapMiB = process.memoryUsage().heapUsed / 2 ** 20;
  return { callsPerQuietRun, simulateSeconds, rotations, awsCalls: sandbox.awsCalls, heapMiB };
}

/** Writes the cloud assembly of one environment with so many services, whose names are of one length. */
export function synthesiseServices(count: number, outdir: string, serviceMetrics = false): void {
  const services = Array.from({ length: count }, (_, index) => ({
    name: `service-${String(index).padStart(4, '0')}`,
    owner: 'team-bench',
    readers: { role: { assumedBy: 'lambda' } } as const,
  }));
  const environment = {
    name: ENVIRONMENT,
    organizationId: '00000000-0000-4000-8000-000000000000',
    workspaceId: 'wrkspc_bench000000000000000',
    issuerAccess: 'adminKey',
    serviceMetrics,
    services,
  } as const;
  createApp([environment], { outdir }).synth();
}

const deploy = (assembly: string): Promise<Sandbox> =>
  Sandbox.create({ assembly, stage: ENVIRONMENT, runner: 'in-process', handlers: handlersFromSource(ENVIRONMENT) });

async function slowDown({ account, aws }: Sandbox): Promise<void> {
  for (const { name } of aws.events.rules().filter(({ scheduled }) => scheduled)) {
    const input = { Name: name, ScheduleExpression: 'rate(1 day)', State: 'ENABLED' };
    await account.call('events', 'PutRule', input, account.administrator);
  }
}

async function passDays(sandbox: Sandbox, days: number): Promise<number> {
  await putAdminKey(sandbox);
  sandbox.claude.settings.activeKeysPerWorkspace = Number.MAX_SAFE_INTEGER;
  sandbox.claude.settings.activeKeysPerOrganization = Number.MAX_SAFE_INTEGER;
  let rotations = 0;
  sandbox.account.observe({
    after: ({ operation, input }, { error }) => {
      if (operation === 'UpdateSecretVersionStage' && input.VersionStage === AWS_CURRENT && !error) rotations += 1;
    },
  });
  for (let day = 0; day < days; day++) {
    if (day % STAGING_EVERY_DAYS === 0) await stageSpares(sandbox);
    await sandbox.advance(DAY_MS);
  }
  return rotations;
}

async function stageSpares(sandbox: Sandbox): Promise<void> {
  const { spares, settings } = await sandbox.openPlatform()(ENVIRONMENT);
  const now = sandbox.clock.now();
  for (const service of sandbox.services()) {
    const keyName = conventionalKeyName(ENVIRONMENT, service, now);
    const { id, rawKey } = sandbox.claude.createKey({ workspaceId: settings.workspaceId, name: keyName });
    await spares.add({ service, keyId: id, key: new ApiKey(rawKey), keyName, createdAt: now, stagedAt: now });
  }
}

async function reconcile({ account, settings }: Sandbox): Promise<void> {
  const input = { FunctionName: settings.reconcileFunctionName, Payload: '{}' };
  await account.call('lambda', 'Invoke', input, account.administrator);
}

async function callsOf(sandbox: Sandbox, work: () => Promise<void>): Promise<number> {
  const before = sandbox.awsCalls;
  await work();
  return sandbox.awsCalls - before - 1;
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly seconds: number; readonly result: Result }> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1000, result };
}
