import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { AwsAccount } from '../../../sandbox/aws/account';
import { Credentials } from '../../../sandbox/aws/credentials';
import { createAwsHandler } from '../../../sandbox/aws/http';
import { Ssm } from '../../../sandbox/aws/ssm';
import { VirtualClock } from '../../../sandbox/clock';
import { type FunctionWiring, InProcessRunner } from '../../../sandbox/functions/in-process-runner';
import { OpenCalls } from '../../../sandbox/functions/open-calls';
import type { FunctionRunner, FunctionTarget } from '../../../sandbox/functions/runner';
import { WorkerRunner } from '../../../sandbox/functions/worker-runner';
import type { HttpHandler } from '../../../sandbox/http';
import { Random } from '../../../sandbox/random';
import { LoopbackServer } from '../../../sandbox/server';
import { scratchFolder } from '../scratch-folder';
import { createProbe } from './probe';

const NOW = new Date('2031-02-03T04:05:06Z');

/** An account and a Claude side that note who asks what of them. */
function recordingWorld() {
  const account = new AwsAccount('111122223333', 'eu-central-1', new VirtualClock(NOW), new Random(1));
  const credentials = new Credentials(account.random);
  account.add(new Ssm(account));
  const calls: unknown[] = [];
  account.observe({
    before: ({ service, operation, input, caller }) => void calls.push([service, operation, input, caller.principal]),
  });
  const claude: HttpHandler = async ({ method, path }) => {
    calls.push([method, path]);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"data":[]}' };
  };
  const aws = createAwsHandler(account, (keyId) => credentials.callerOf(keyId));
  const caller = { principal: 'arn:aws:sts::111122223333:assumed-role/runs/probe', accountId: '111122223333' };
  return { account, calls, claude, aws, issued: credentials.issue(caller) };
}

type World = ReturnType<typeof recordingWorld>;

function targetIn({ issued }: World, codeDirectory: string, endpoints: Record<string, string>): FunctionTarget {
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: issued.accessKeyId,
    AWS_SECRET_ACCESS_KEY: issued.secretAccessKey,
    AWS_SESSION_TOKEN: issued.sessionToken,
    PROBE_NAME: '/probe',
    ...endpoints,
  };
  return { name: 'probe', codeDirectory, handler: 'index.handler', environment, timeoutSeconds: 30, revision: 1 };
}

async function runOnce(clock: VirtualClock, runner: FunctionRunner, target: FunctionTarget) {
  const invocation = { requestId: 'r', functionArn: 'arn', payload: '{"value":"x"}', time: NOW };
  const { outcome, lines } = await clock.run('probe', () => runner.run(target, invocation));
  await runner.dispose();
  return { outcome, lines: lines.filter((line) => line.startsWith('probe ')) };
}

async function inWorker() {
  const world = recordingWorld();
  const folder = scratchFolder();
  buildSync({
    entryPoints: [join(__dirname, 'probe-entry.ts')],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const { clock } = world.account;
  const calls = new OpenCalls(() => clock.noteChange());
  const servers = [
    await LoopbackServer.start(world.aws, { calls }),
    await LoopbackServer.start(world.claude, { calls }),
  ] as const;
  const endpoints = { AWS_ENDPOINT_URL: servers[0].url, ANTHROPIC_BASE_URL: servers[1].url };
  const result = await runOnce(clock, new WorkerRunner({ clock, calls }), targetIn(world, folder, endpoints));
  await Promise.all(servers.map((each) => each.close()));
  return { ...result, calls: world.calls };
}

async function inProcess() {
  const world = recordingWorld();
  const handlers = new Map([['probe', (wiring: FunctionWiring) => createProbe(wiring)]]);
  const { clock } = world.account;
  const runner = new InProcessRunner({ clock, aws: world.aws, claude: world.claude, handlers });
  const result = await runOnce(clock, runner, targetIn(world, '', {}));
  return { ...result, calls: world.calls };
}

describe('worker runner and in-process runner', () => {
  it('have the same function make the same calls, see the same time and write the same lines', async () => {
    const [worker, source] = [await inWorker(), await inProcess()];

    expect(worker).toEqual(source);
    expect(source.calls).toEqual([
      [
        'ssm',
        'PutParameter',
        { Name: '/probe', Value: 'x', Type: 'String' },
        'arn:aws:sts::111122223333:assumed-role/runs/probe',
      ],
      ['ssm', 'GetParameter', { Name: '/probe' }, 'arn:aws:sts::111122223333:assumed-role/runs/probe'],
      ['GET', '/v1/models'],
    ]);
    expect(source.outcome).toEqual({ payload: JSON.stringify({ stored: 'x', at: NOW.toISOString(), models: 0 }) });
    expect(source.lines).toEqual(['probe stored x']);
  });
});

describe('InProcessRunner', () => {
  it('reports an error that a handler lets out, and keeps what it wrote off this process', async () => {
    const { account, aws, claude } = recordingWorld();
    const handlers = new Map([
      [
        'probe',
        () => async () => {
          process.stdout.write('probe says no\n');
          throw new RangeError('no');
        },
      ],
    ]);
    const runner = new InProcessRunner({ clock: account.clock, aws, claude, handlers });

    const { outcome, lines } = await runOnce(account.clock, runner, targetIn(recordingWorld(), '', {}));

    expect(outcome).toMatchObject({ failure: { errorType: 'RangeError', errorMessage: 'no' } });
    expect(lines).toEqual(['probe says no']);
  });

  it('lets a function that was stopped at its limit ask nothing more, whatever it still learns', async () => {
    const { account, aws } = recordingWorld();
    const { clock } = account;
    const asked: string[] = [];
    let answer = (): void => {};
    const claude: HttpHandler = ({ path }) => {
      asked.push(path);
      return new Promise((resolve) => {
        answer = () => resolve({ status: 200, headers: {}, body: '' });
      });
    };
    const asking = (wiring: FunctionWiring) => async () => {
      await wiring.claude.fetch('http://claude/first');
      await wiring.claude.fetch('http://claude/second');
    };
    const runner = new InProcessRunner({ clock, aws, claude, handlers: new Map([['probe', asking]]) });

    const { outcome } = await clock.run('probe', () =>
      runner.run(targetIn(recordingWorld(), '', {}), { requestId: 'r', functionArn: 'arn', payload: '{}', time: NOW }),
    );
    answer();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await runner.dispose();

    expect(outcome).toMatchObject({ failure: { errorType: 'Sandbox.Timedout' } });
    expect(asked).toEqual(['/first']);
  });

  it('reports a function of which there is no source', async () => {
    const { account, aws, claude } = recordingWorld();
    const runner = new InProcessRunner({ clock: account.clock, aws, claude, handlers: new Map() });

    const { outcome } = await runOnce(account.clock, runner, targetIn(recordingWorld(), '', {}));

    expect(outcome).toMatchObject({ failure: { errorMessage: 'no handler from source for the function probe' } });
  });
});
