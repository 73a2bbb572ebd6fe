import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EACH, MONTHLY } from './prices';
import type { Row } from './rows';
import { synthesiseServices } from './scale';

const SIZES = [10, 100, 1000] as const;

/** What is assumed of a month of running, beyond what the templates declare. */
const RUNS = 30 * 24 * 4;
const RUN_SECONDS = 1.5;
const RUN_GIGABYTES = 0.5;
/** The list of secrets, and two reads of the admin key. */
const SECRET_CALLS_PER_RUN = 3;
const KMS_CALLS_PER_RUN = 2;
const LOG_BYTES_PER_SERVICE_AND_RUN = 700;
/** The client of this repository reads every 20 seconds at most, while it is used. */
const READS_PER_CONSUMER = (30 * 24 * 3600) / 20;

type Counts = Readonly<Record<string, number>>;

/** What one environment costs a month, from what its templates declare, by service. */
export async function measureCost(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const services of SIZES) {
    const lean = await countResources(services, false);
    const rich = await countResources(services, true);
    rows.push([
      `${services} services, a service and month`,
      `${usd(fixedCost(lean, 1, services))} fixed, ${usd(fixedCost(rich, 1 + 2 * services, services))} with metrics of its own`,
    ]);
  }
  rows.push(['the dashboard, where the account has three already, that month', usd(MONTHLY.dashboard)]);
  const perConsumer = READS_PER_CONSUMER * (EACH.secretsManagerCall + EACH.kmsCall);
  rows.push(['each consumer that is used all day, reading every 20 s', usd(perConsumer)]);
  rows.push(['each condition that is found at all, that month', usd(MONTHLY.metric)]);
  return rows;
}

async function countResources(services: number, serviceMetrics: boolean): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'cost-bench-'));
  try {
    synthesiseServices(services, folder, serviceMetrics);
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.template.json'));
    const counts: Record<string, number> = {};
    for (const file of files) {
      const { Resources = {} } = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
        readonly Resources?: Readonly<Record<string, { readonly Type: string }>>;
      };
      for (const { Type } of Object.values(Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
    }
    return counts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param metrics that always have datapoints: the heartbeat, and those of services. Conditions that nothing is in have none. */
function fixedCost(counts: Counts, metrics: number, services: number): number {
  const of = (type: string): number => counts[`AWS::${type}`] ?? 0;
  const declared =
    of('SecretsManager::Secret') * MONTHLY.secret +
    of('KMS::Key') * MONTHLY.kmsKey +
    of('CloudWatch::Alarm') * MONTHLY.alarm +
    metrics * MONTHLY.metric;
  return (declared + runningCost(services)) / services;
}

function runningCost(services: number): number {
  const run =
    EACH.lambdaInvocation +
    RUN_SECONDS * RUN_GIGABYTES * EACH.lambdaGigabyteSecond +
    SECRET_CALLS_PER_RUN * EACH.secretsManagerCall +
    KMS_CALLS_PER_RUN * EACH.kmsCall +
    EACH.cloudWatchCall;
  const logged = (services * LOG_BYTES_PER_SERVICE_AND_RUN) / 2 ** 30;
  return RUNS * (run + logged * EACH.logGigabyte);
}

const usd = (amount: number): string => `${amount.toFixed(3)} USD`;
