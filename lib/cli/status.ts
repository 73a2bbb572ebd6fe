import Table from 'cli-table3';
import type { KeyStatus, ServiceStatus, StatusResult } from '../contract/reconciler-protocol';
import { DAY_MS } from '../core/time';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import type { Platform } from './platform';

export interface StatusRequest {
  readonly service?: string;
  readonly json: boolean;
}

const HEAD = ['service', 'key', 'state', 'created', 'current', 'next rotation', 'spares', 'last use', 'conditions'];

/** `claude-keys status <environment> [service]`: every key of every service, as the reconciler sees them. Changes nothing. */
export async function status(request: StatusRequest, platform: Platform, io: CliIo): Promise<ExitCode> {
  const { now, services } = await withProgress(io, 'asking the reconciler', () => observe(request, platform));
  const { environment } = platform.settings;
  if (request.json) io.out(JSON.stringify({ environment, now, services }, null, 2));
  else if (services.length === 0) io.out(`No service is registered in ${environment} yet.`);
  else io.out(statusTable(services, new Date(now)));
  return EXIT.ok;
}

async function observe({ service }: StatusRequest, platform: Platform): Promise<StatusResult> {
  const { now, services } = await platform.reconciler.status(service);
  return { now, services: [...services].sort((one, other) => one.service.localeCompare(other.service)) };
}

/** The table without colours, one line per key, so that it can be searched and pasted. */
export function statusTable(services: readonly ServiceStatus[], now: Date): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [], compact: true } });
  for (const service of services) table.push(...rowsOf(service, now));
  return table.toString();
}

function rowsOf(service: ServiceStatus, now: Date): string[][] {
  const { nextRotationAt, pausedUntil, spares, sparesAtLeast } = service;
  const next = pausedUntil === null ? dayOf(nextRotationAt) : `paused to ${dayOf(pausedUntil)}`;
  const conditions = service.conditions.join('\n') || 'none';
  const name = service.registered ? service.service : `${service.service} (removed)`;
  const [first = ['no key staged', '-', '-', '-', '-'], ...others] = service.keys.map((key) => cellsOf(key, now));
  const [key = '', state = '', created = '', current = '', lastUse = ''] = first;
  return [
    [name, key, state, created, current, next, `${spares} of ${sparesAtLeast}`, lastUse, conditions],
    ...others.map(([keyName = '', keyState = '', age = '', since = '', use = '']) => [
      '',
      keyName,
      keyState,
      age,
      since,
      '',
      '',
      use,
      '',
    ]),
  ];
}

/** Key, state, days since the issuer created it, days since it became current, last use. */
function cellsOf(key: KeyStatus, now: Date): string[] {
  return [
    key.name ?? key.keyId,
    key.state,
    daysSince(key.createdAt, now),
    daysSince(key.currentSince, now),
    key.lastUsedAt === null ? '-' : `${key.lastUsedAt.slice(0, 16)}Z`,
  ];
}

function daysSince(instant: string | null, now: Date): string {
  if (instant === null) return '-';
  return `${Math.floor((now.getTime() - new Date(instant).getTime()) / DAY_MS)} d ago`;
}

const dayOf = (instant: string | null): string => instant?.slice(0, 10) ?? '-';
