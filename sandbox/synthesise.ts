import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..');

/**
 * Writes the cloud assembly of this repository's app by the CDK's own `synth`, so that the sandbox deploys the very
 * templates and bundles that `cdk deploy` would.
 * @returns the assembly's folder
 */
export async function synthesise(folder = join(ROOT, 'build', 'assembly')): Promise<string> {
  const cdk = require.resolve('aws-cdk/bin/cdk');
  const quiet = ['--quiet', '--no-notices', '--no-version-reporting'];
  await promisify(execFile)(process.execPath, [cdk, 'synth', ...quiet, '--output', folder], {
    cwd: ROOT,
    env: { ...process.env, CI: 'true' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return folder;
}
