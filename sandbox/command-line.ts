import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { chosenAssembly } from './chosen-assembly';
import { Sandbox } from './sandbox';
import { serve } from './serve';
import { DEFAULT_JOBS, type SimOptions, simLines, simulate } from './simulation/schedules/sim';
import { DEPTHS } from './simulation/schedules/violation';
import { leakedInText } from './story/leaks';
import { runMainJob } from './story/main-job';
import { type Narrator, narrateOn } from './story/narrator';
import { lifePage } from './story/page';
import { isSound, type Summary, summaryLines } from './story/summary';

interface RunOptions {
  readonly env: string;
  readonly days: number;
  readonly seed: number;
  readonly page: string;
  readonly assembly?: string;
  readonly json?: true;
}

interface ServeOptions {
  readonly env: string;
  readonly seed: number;
  readonly port: number;
  readonly claudePort: number;
  readonly assembly?: string;
}

/** `npm start`, `npm run sandbox` and `npm run sim`. @returns the exit code: 0 when all was as it should be, 1 otherwise, 2 for wrong usage */
export async function runSandboxCommand(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const end = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('sandbox')
    .description('Runs a whole environment on this machine: AWS account, Claude organization, virtual clock.')
    .exitOverride();
  addRun(program, end);
  addServe(program);
  addSim(program, end);
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

function addRun(program: Command, end: (exitCode: number) => void): void {
  program
    .command('run', { isDefault: true })
    .description('deploys an environment, serves traffic, and lets its keys rotate for some virtual time')
    .option('--env <name>', 'environment to deploy', 'prod')
    .option('--days <number>', 'virtual days to pass', wholeNumber(1, 3650), 100)
    .option('--seed <number>', 'decides every random choice', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--page <file>', "page with every key's life to write", 'build/key-lives.html')
    .option('--assembly <folder>', 'cloud assembly to deploy instead of synthesising this app')
    .option('--json', 'print the summary as JSON, and nothing else, on standard output')
    .addHelpText('after', '\nExamples:\n  npm start\n  npm -s start -- --json\n  npm start -- --days 365 --seed 7')
    .action(async (options: RunOptions) => end(await run(options)));
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('keeps an environment running on loopback ports, for the operator CLI and any AWS SDK')
    .option('--env <name>', 'environment to deploy', 'prod')
    .option('--seed <number>', 'decides every random choice', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--port <number>', 'port of AWS and of /_sandbox/; 0 for a free one', wholeNumber(0, 65_535), 4577)
    .option('--claude-port <number>', 'port of the Claude API; 0 for a free one', wholeNumber(0, 65_535), 4578)
    .option('--assembly <folder>', 'cloud assembly to deploy instead of synthesising this app')
    .addHelpText('after', '\nExamples:\n  npm run sandbox\n  npm run sandbox -- --env staging --port 0 --claude-port 0')
    .action(async (options: ServeOptions) => {
      const { env, seed, port, claudePort } = options;
      process.stdout.write(`deploying ${env} …\n`);
      await serve({
        stage: env,
        seed,
        ports: { aws: port, claude: claudePort },
        assembly: await chosenAssembly(options),
      });
    });
}

function addSim(program: Command, end: (exitCode: number) => void): void {
  program
    .command('sim')
    .description('plays random schedules of rotations, faults and people, and judges every invariant at every call')
    .option('--seeds <number>', 'how many schedules to play', wholeNumber(1, 1e9), 10_000)
    .option('--minutes <number>', 'begin no further schedule after so many minutes', wholeNumber(1, 1e6))
    .option('--from <number>', 'the seed of the first', wholeNumber(0, 2 ** 31 - 1), 1)
    .addOption(new Option('--depth <depth>', 'where they are played').choices(DEPTHS).default(DEPTHS[0]))
    .option('--jobs <number>', 'threads to use on the ports', wholeNumber(1, 64), DEFAULT_JOBS)
    .option('--json', 'print the report as JSON on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run sim -- --seeds 100000\n  npm run sim -- --seeds 1000000 --minutes 30\n  npm run sim -- --from 4711 --seeds 1',
    )
    .action(async (options: SimOptions & { readonly json?: true }) => {
      const report = await simulate(options, (line) => process.stderr.write(`${line}\n`));
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${simLines(report).join('\n')}\n`);
      end(report.broken.length > 0 ? 1 : 0);
    });
}

/** With `--json` the story goes to standard error, so that standard output is the summary alone. */
async function run(options: RunOptions): Promise<number> {
  const stream = options.json ? process.stderr : process.stdout;
  const narrator = narrateOn(stream);
  const summary = await runStory(options, narrator);
  stream.write(`\n${summaryLines(summary).join('\n')}\n\nEvery key's life: ${resolve(options.page)}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  return isSound(summary) ? 0 : 1;
}

async function runStory(options: RunOptions, narrator: Narrator): Promise<Summary> {
  const { env, days, seed, page } = options;
  narrator.progress('synthesising the app …');
  const folder = await chosenAssembly(options);
  narrator.progress('deploying it into the sandbox …');
  const sandbox = await Sandbox.create({ assembly: folder, stage: env, seed });
  try {
    const { summary, lives, start, end } = await runMainJob({ sandbox, days, narrator });
    const html = lifePage(lives, summary, start, end);
    const violations = [
      ...summary.violations,
      ...leakedInText(sandbox, 'the page', html),
      ...leakedInText(sandbox, 'the summary', JSON.stringify(summary)),
    ];
    await mkdir(dirname(resolve(page)), { recursive: true });
    await writeFile(page, html);
    return { ...summary, violations };
  } finally {
    await sandbox.dispose();
  }
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`allowed are whole numbers from ${least} to ${most}.`);
  };
}

/** Commander has said what is wrong with the usage; everything else is said here. */
function report(error: unknown): number {
  if (error instanceof Error && 'exitCode' in error) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}
