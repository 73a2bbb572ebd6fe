import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ASSEMBLY } from '../support/deployed-sandbox';
import { exportedVariables, runTs, tsProgram } from './processes';
import { scratchFolder } from './scratch-folder';

const SANDBOX = 'bin/sandbox.ts';
const FREE_PORTS = ['--port', '0', '--claude-port', '0'];
const FROM_ASSEMBLY = ['--assembly', ASSEMBLY];

const serve = (...args: readonly string[]) => runTs(SANDBOX, ['serve', ...args]);

/** A server of somebody else on a port that is wanted. */
async function takenPort() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port: String(port), close: () => server.close() };
}

describe('sandbox serve', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s, also while time passes', async (signal) => {
    const program = tsProgram(SANDBOX, ['serve', ...FREE_PORTS, ...FROM_ASSEMBLY]);
    const { AWS_ENDPOINT_URL: url } = exportedVariables(await program.says('Ctrl-C ends it'));
    const year = JSON.stringify({ advanceSeconds: 366 * 24 * 3600 });
    const moving = fetch(`${url}/_sandbox/clock`, { method: 'POST', body: year }).catch(() => {});
    await fetch(`${url}/_sandbox/state`);

    const { code, out, err } = await program.stop(signal);

    await moving; // Answered in time or cut off: either way it must not hold the program back.
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.trimEnd().endsWith('ended')).toBe(true);
  });

  it('rejects an environment that the assembly does not have, and names those that it has', async () => {
    const { code, err } = await serve(...FREE_PORTS, ...FROM_ASSEMBLY, '--env', 'qa');

    expect(code).toBe(1);
    expect(err).toBe(
      `error: there is no environment "qa" in ${ASSEMBLY}: it has dev, staging, prod; choose one with --env\n`,
    );
  });

  it('rejects a folder without a cloud assembly, and says how to write one', async () => {
    const folder = scratchFolder();

    const { code, err } = await serve(...FREE_PORTS, '--assembly', folder);

    expect(code).toBe(1);
    expect(err).toContain(`there is no cloud assembly in ${folder}: write one there with "npx cdk synth`);
  });

  it.each([
    ['--port', '--claude-port'],
    ['--claude-port', '--port'],
  ])('rejects a taken %s, and says which option chooses another', async (option, other) => {
    const { port, close } = await takenPort();

    const { code, err } = await serve(option, port, other, '0', ...FROM_ASSEMBLY);
    close();

    expect(code).toBe(1);
    expect(err).toContain(
      `port ${port} is in use, perhaps by another sandbox: end that, or choose another with ${option} `,
    );
  });

  it('rejects a port that is none as wrong usage', async () => {
    const { code, err } = await serve('--port', '70000');

    expect([code, err]).toEqual([2, expect.stringContaining('whole numbers from 0 to 65535')]);
  });
});
