import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleFunctions } from '../../lambda/bundle';
import { ROTATE_VARIABLES } from '../../lib/contract/function-environment';
import { median, type Row } from './rows';

const ROOT = join(__dirname, '..', '..');
const ROUNDS = 15;

/**
 * Import time of the rotation function's bundle against the same handler as CDK's NodejsFunction bundles it when
 * told nothing (CommonJS, not minified, the AWS SDK left to the runtime), in fresh processes, turn by turn.
 */
export async function measureColdStart(): Promise<readonly Row[]> {
  const target = join(ROOT, 'build', 'bench');
  const bundles = await bundleFunctions({ target });
  const ours = bundles.find(({ name }) => name === 'rotate')?.file ?? '';
  const usual = join(target, 'rotate-as-cdk-does.js');
  await build({
    entryPoints: [join(ROOT, 'lambda', 'rotate', 'index.ts')],
    outfile: usual,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['@aws-sdk/*', '@smithy/*'],
    logLevel: 'error',
  });
  const times = { ours: [] as number[], usual: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(importMs(ours));
    times.usual.push(importMs(usual));
  }
  const [oursMs, usualMs] = [median(times.ours), median(times.usual)];
  return [
    ['import of the rotate bundle', `${oursMs.toFixed(0)} ms`],
    ['the same, as CDK bundles by default', `${usualMs.toFixed(0)} ms`],
    ['ratio (target 0.5 or less)', (oursMs / usualMs).toFixed(2)],
  ];
}

/** Milliseconds from the import's begin to its end, in a process of its own. */
function importMs(file: string): number {
  const program = `const start = performance.now(); import(${JSON.stringify(file)}).then(() => console.log(performance.now() - start));`;
  const variables = Object.values(ROTATE_VARIABLES).map((name) => [name, 'bench']);
  const env = {
    ...Object.fromEntries(variables),
    AWS_REGION: 'eu-central-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  return Number(execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' }));
}
