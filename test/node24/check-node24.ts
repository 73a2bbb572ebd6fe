/**
 * Runs the main job on Node 24, which is what the functions get on Lambda; a developer's machine may have an older one.
 * `npm run check:node24`.
 */
import { join } from 'node:path';
import { expectThat, ROOT, run, runCheck, step } from '../support/check-script';
import { expectSound, inShort, runMainJobProcess } from '../support/main-job-process';

const VERSION = /^v24\.\d+\.\d+$/;

async function checkNode24(folder: string): Promise<void> {
  const node = await step('fetching Node 24', fetchNode24, (path) => path);
  await step(
    'asking a function in the sandbox for its version',
    () => versionOfFunctions(node),
    (version) => version,
  );
  const summary = await step('running the main job on it', () => runMainJobProcess({ folder, node }), inShort);
  expectSound(summary);
}

/** @returns path of the program, which npm keeps in its cache */
const fetchNode24 = async (): Promise<string> =>
  (await run(ROOT, 'npx', ['--yes', 'node@24', '--print', 'process.execPath'])).trim();

/** Functions run in threads of the process that runs the sandbox, so what one of them says holds for the main job too. */
async function versionOfFunctions(node: string): Promise<string> {
  const program = join(__dirname, 'function-runtime.ts');
  const { payload = '""' } = JSON.parse(await run(ROOT, node, ['--import', 'tsx', program])) as { payload?: string };
  const version = String(JSON.parse(payload));
  expectThat(VERSION.test(version), `functions ran on Node "${version}", not on 24`);
  return version;
}

void runCheck('check-node24', checkNode24);
