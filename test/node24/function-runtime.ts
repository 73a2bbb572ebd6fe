/** Runs a function in the sandbox's own runner and prints the version of Node that it ran on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../sandbox/clock';
import { OpenCalls } from '../../sandbox/functions/open-calls';
import { WorkerRunner } from '../../sandbox/functions/worker-runner';

async function main(): Promise<void> {
  const codeDirectory = await mkdtemp(join(tmpdir(), 'function-runtime-'));
  const runner = new WorkerRunner({ clock: new VirtualClock(new Date(0)), calls: new OpenCalls(() => {}) });
  try {
    await writeFile(join(codeDirectory, 'index.mjs'), 'export const handler = async () => process.version;');
    const target = {
      name: 'probe',
      codeDirectory,
      handler: 'index.handler',
      environment: {},
      timeoutSeconds: 3,
      revision: 0,
    };
    const invocation = { requestId: 'probe', functionArn: 'probe', payload: '{}', time: new Date(0) };
    const { outcome } = await runner.run(target, invocation);
    process.stdout.write(JSON.stringify(outcome));
  } finally {
    await runner.dispose();
    await rm(codeDirectory, { recursive: true });
  }
}

void main();
