import { join } from 'node:path';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { App, Duration, Stack, Stage } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Function as CdkFunction, Code, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { platformParameterName } from '../../lib/contract/names';
import { Sandbox } from '../../sandbox/sandbox';
import { functionFolder, scratchFolder } from './scratch-folder';

const SETTINGS = {
  environment: 'prod',
  organizationId: 'b2e84d17-55c9-4f3a-8d06-91f7c3ae2840',
  workspaceId: 'wrkspc_prod0000000000000000',
};
const SOURCE = `
export const handler = async (event) => {
  console.log(JSON.stringify({ at: new Date().toISOString(), greeting: process.env.GREETING, type: event['detail-type'] }));
  if (event.fail) throw new Error('told to');
};`;

/** An environment of one function, run every hour, in the form that `cdk synth` gives it. */
function synthesise(greeting: string): string {
  const app = new App({ outdir: join(scratchFolder(), 'cdk.out'), analyticsReporting: false });
  app.node.setContext('@aws-cdk/core:validateAgainstDefaultRules', false);
  const stack = new Stack(new Stage(app, 'prod'), 'platform');
  new StringParameter(stack, 'Settings', {
    parameterName: platformParameterName('prod', 'settings'),
    stringValue: JSON.stringify(SETTINGS),
  });
  const fn = new CdkFunction(stack, 'Function', {
    functionName: 'hourly',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(functionFolder(SOURCE)),
    loggingFormat: LoggingFormat.JSON,
    environment: { GREETING: greeting },
  });
  new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.hours(1)), targets: [new LambdaFunction(fn)] });
  return app.synth().directory;
}

const HOUR_MS = 3_600_000;
const START = new Date('2026-01-05T08:00:00Z');
const LOG_GROUP = '/aws/lambda/hourly';

describe('Sandbox', () => {
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await Sandbox.create({ assembly: synthesise('hello'), stage: 'prod', start: START });
  });

  afterEach(() => sandbox.dispose());

  const lines = () => sandbox.aws.logs.group(LOG_GROUP)?.lines.map(({ text }) => JSON.parse(text)) ?? [];

  it('deploys a stage, runs its functions on its schedules, and stands still in between', async () => {
    const atFirst = lines().length;

    await sandbox.advance(2 * HOUR_MS);

    expect(atFirst).toBe(0);
    expect(lines()).toEqual([
      { at: '2026-01-05T09:00:00.000Z', greeting: 'hello', type: 'Scheduled Event' },
      { at: '2026-01-05T10:00:00.000Z', greeting: 'hello', type: 'Scheduled Event' },
    ]);
    expect(sandbox.state().failedDeliveries).toEqual([]);
  });

  it('runs what a later assembly declares once that is deployed', async () => {
    await sandbox.advance(HOUR_MS);

    await sandbox.deploy(synthesise('good day'));
    await sandbox.advance(HOUR_MS);

    expect(lines().map(({ greeting }) => greeting)).toEqual(['hello', 'good day']);
  });

  it('goes by the organization and workspace that the environment is configured with', () => {
    const { id, rawKey } = sandbox.claude.createKey({ workspaceId: SETTINGS.workspaceId, name: 'a' });

    expect(sandbox.claude.id).toBe(SETTINGS.organizationId);
    expect(sandbox.claude.key(id).workspaceId).toBe(SETTINGS.workspaceId);
    expect(sandbox.claude.rawTexts()).toEqual([rawKey]);
  });

  it('is there for any SDK that gets its variables', async () => {
    const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = sandbox.environmentVariables();
    const ssm = new SSMClient({
      endpoint: AWS_ENDPOINT_URL ?? '',
      region: AWS_REGION ?? '',
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID ?? '', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '' },
    });

    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: platformParameterName('prod', 'settings') }));
    ssm.destroy();

    expect(JSON.parse(Parameter?.Value ?? '')).toEqual(SETTINGS);
  });

  it('shows its state over HTTP, without the text of any key', async () => {
    const base = `${sandbox.environmentVariables().AWS_ENDPOINT_URL}/_sandbox`;
    const created = await fetch(`${base}/keys`, { method: 'POST', body: JSON.stringify({ name: 'a' }) });
    const { id, key } = (await created.json()) as { id: string; key: string };

    const text = await (await fetch(`${base}/state`)).text();

    expect(JSON.parse(text)).toMatchObject({
      seed: 1,
      now: '2026-01-05T08:00:00.000Z',
      keys: [{ id, status: 'active' }],
    });
    expect(text).not.toContain(key.slice(20, 40));
  });

  it('lets functions have everything they need of AWS planned to fail', async () => {
    sandbox.faults.plan({
      service: 'lambda',
      operation: 'Invoke',
      skip: 0,
      times: 1,
      side: 'before',
      error: { code: 'ServiceException', message: 'planned', status: 500 },
    });

    await sandbox.advance(2 * HOUR_MS);

    expect(lines()).toHaveLength(1);
    expect(sandbox.state().failedDeliveries).toMatchObject([{ error: 'planned' }]);
  });

  it('comes out the same for the same seed', async () => {
    const assembly = synthesise('hello');
    const idsOf = async (seed: number) => {
      const other = await Sandbox.create({ assembly, stage: 'prod', seed });
      await other.dispose();
      return [other.random.uuid(), other.environmentVariables().AWS_ACCESS_KEY_ID];
    };

    const [one, again, another] = [await idsOf(7), await idsOf(7), await idsOf(8)];

    expect(one).toEqual(again);
    expect(one).not.toEqual(another);
  });
});

describe('Sandbox.create', () => {
  it('rejects a stage that is not in the assembly', async () => {
    const creating = Sandbox.create({ assembly: synthesise('x'), stage: 'staging' });

    await expect(creating).rejects.toThrow(/no stage "staging"/);
  });

  it('rejects the runner of handlers from source when there are none', async () => {
    const creating = Sandbox.create({ assembly: synthesise('x'), stage: 'prod', runner: 'in-process' });

    await expect(creating).rejects.toThrow(/needs the functions' handlers/);
  });
});
