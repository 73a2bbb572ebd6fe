/**
 * Packs this package, installs it into an empty CDK app, and uses it there as another team would: constructs, client,
 * CLI, and a run of the app's own cloud assembly in the sandbox. `npm run check:package`.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FUNCTION_NAMES } from '../../lambda/bundle';
import { expectThat, ROOT, run, runCheck, step } from '../support/check-script';
import { expectSound, inShort, runMainJobProcess } from '../support/main-job-process';
import { CLIENT_OUTPUT, LINES_OF_A_SERVICE, PROJECT_FILES, writeConsumerApp } from './consumer-app';
import { bundledLicences, checkFileList, checkForSecrets, checkLicences, installedLicences } from './package-contents';

interface Tarball {
  readonly file: string;
  readonly bytes: number;
  readonly files: readonly string[];
}

const MOST_LINES_OF_A_SERVICE = 10;

async function checkPackage(folder: string): Promise<void> {
  const app = join(folder, 'app');
  const installed = join(app, 'node_modules', 'claude-key-rotation');
  const { file, files } = await step('packing', () => pack(folder), inKilobytes);
  await step('checking what is in the package', async () => checkFileList(files));
  await step(
    'installing it into an empty CDK app',
    () => install(app, file),
    (count) => `${count} packages`,
  );
  await step('looking for credentials in it', () => checkForSecrets(installed, files));
  await step('checking licences of what it brings along', () => checkAllLicences(app));
  await step(
    'compiling an app that uses it',
    () => compile(app),
    () => `${LINES_OF_A_SERVICE} lines add a service`,
  );
  await step('importing it from CommonJS and ES modules', () => importIt(app));
  await step('running its CLI', () => runCli(app));
  const assembly = join(folder, 'assembly');
  await step('synthesising the app', () => synthesise(app, assembly));
  const summary = await step("running the app's assembly", () => runMainJobProcess({ folder, assembly }), inShort);
  expectSound(summary);
}

/** npm builds it first, as it does before publishing. */
async function pack(folder: string): Promise<Tarball> {
  await run(ROOT, 'npm', ['run', 'prepack']);
  const [packed] = JSON.parse(
    await run(ROOT, 'npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]),
  ) as { filename: string; size: number; files: { path: string }[] }[];
  if (!packed) throw new Error('npm packed nothing');
  return { file: join(folder, packed.filename), bytes: packed.size, files: packed.files.map(({ path }) => path) };
}

const inKilobytes = ({ bytes, files }: Tarball): string => `${Math.round(bytes / 1024)} KiB in ${files.length} files`;

/** The app brings what every CDK app in TypeScript has, in the versions that this repository was tested with. */
async function install(app: string, tarball: string): Promise<number> {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const own = ['aws-cdk-lib', 'constructs', 'typescript', '@types/node'];
  await mkdir(app);
  await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'commonjs' }));
  const packages = [tarball, ...own.map((name) => `${name}@${devDependencies[name]}`)];
  await run(app, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]);
  expectThat(!existsSync(join(app, 'node_modules', 'esbuild')), 'an app must not need esbuild: functions come bundled');
  return (await installedLicences(app)).size;
}

async function checkAllLicences(app: string): Promise<void> {
  checkLicences(await installedLicences(app));
  for (const name of FUNCTION_NAMES) checkLicences(await bundledLicences(ROOT, name));
}

async function compile(app: string): Promise<void> {
  const flags = await readFile(join(app, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json'), 'utf8');
  await writeConsumerApp(app, JSON.parse(flags) as Record<string, unknown>);
  expectThat(LINES_OF_A_SERVICE <= MOST_LINES_OF_A_SERVICE, `it takes ${LINES_OF_A_SERVICE} lines to add a service`);
  const tsc = join(app, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const project of PROJECT_FILES) await run(app, process.execPath, [tsc, '--project', project]);
}

async function importIt(app: string): Promise<void> {
  const programs = {
    'client.js': CLIENT_OUTPUT,
    'client-as-es-module.mjs': CLIENT_OUTPUT,
    'constructs-as-es-module.mjs': 'function,function,function',
  };
  for (const [program, expected] of Object.entries(programs)) {
    const output = await run(app, process.execPath, [join('out', program)]);
    expectThat(output === expected, `${program} printed "${output}" in place of "${expected}"`);
  }
}

async function runCli(app: string): Promise<void> {
  const help = await run(app, join(app, 'node_modules', '.bin', 'claude-keys'), ['--help']);
  for (const command of ['stage', 'status', 'rotate', 'undo']) {
    expectThat(help.includes(`\n  ${command} `), `claude-keys --help does not tell of "${command}":\n${help}`);
  }
}

/** By the CDK's own CLI, with the settings that it gives to every new app. */
async function synthesise(app: string, output: string): Promise<void> {
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  await run(app, process.execPath, [cdk, 'synth', '--quiet', '--no-notices', '--output', output], { CI: 'true' });
}

void runCheck('check-package', checkPackage);
