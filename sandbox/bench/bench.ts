import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { measureColdStart } from './cold-start';
import { measureCost } from './cost';
import { measurePolicySizes } from './policy-size';
import { PRICES_OF } from './prices';
import { type Row, table } from './rows';
import { measureScale, type ScaleFigures } from './scale';

/** Services in the smaller and in the larger environment. */
const SIZES = [50, 500] as const;
const DAYS = 365;

/** `npm run bench`: ratios that are measured side by side in one run, since machines differ. */
async function main([size]: readonly string[]): Promise<void> {
  if (size !== undefined) {
    process.stdout.write(JSON.stringify(await measureScale(Number(size), DAYS)));
    return;
  }
  print(table('Cold start', await measureColdStart()));
  print(table(`Cost, ${PRICES_OF}`, await measureCost()));
  print(table('Policies, as the number of services grows', await measurePolicySizes()));
  const [small, large] = SIZES.map(measureApart);
  if (small && large) print(table(`One environment through ${DAYS} days`, compare(small, large)));
}

/** In a process of its own, so that the sizes do not share memory. */
function measureApart(services: number): ScaleFigures {
  print(`simulating ${services} services …`);
  const self = join(__dirname, 'bench.ts');
  const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  return JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', self, String(services)], options),
  ) as ScaleFigures;
}

function compare(small: ScaleFigures, large: ScaleFigures): readonly Row[] {
  const row = (what: string, figure: (figures: ScaleFigures) => number, unit: string): Row => {
    const [one, other] = [figure(small), figure(large)];
    return [what, `${one.toFixed(1)}${unit} → ${other.toFixed(1)}${unit}, ratio ${(other / one).toFixed(2)}`];
  };
  return [
    row('services', ({ services }) => services, ''),
    row('rotations', ({ rotations }) => rotations, ''),
    row('rotations a second', ({ rotations, simulateSeconds }) => rotations / simulateSeconds, ''),
    row('AWS calls a second', ({ awsCalls, simulateSeconds }) => awsCalls / simulateSeconds, ''),
    row('AWS calls of a quiet reconciler run', ({ callsPerQuietRun }) => callsPerQuietRun, ''),
    row('synthesising, a service', ({ synthSeconds, services }) => (1000 * synthSeconds) / services, ' ms'),
    row('deploying, a service', ({ deploySeconds, services }) => (1000 * deploySeconds) / services, ' ms'),
    row('memory, a service', ({ heapMiB, services }) => (1024 * heapMiB) / services, ' KiB'),
  ];
}

const print = (text: string): void => void process.stdout.write(`${text}\n\n`);

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
