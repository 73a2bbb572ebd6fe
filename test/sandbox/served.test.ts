import { spawnSync } from 'node:child_process';
import { keyLabel } from '../../lib/contract/labels';
import { alarmName, registrationsPath, secretName } from '../../lib/contract/names';
import type { SandboxState } from '../../sandbox/state';
import { ASSEMBLY } from '../support/deployed-sandbox';
import { type Ended, exportedVariables, type Program, run, runTs, tsProgram } from './processes';

const REGISTRATIONS = ['batch-summariser', 'rag-service', 'support-bot'].map(
  (service) => `${registrationsPath('prod')}/${service}`,
);

let sandbox: Program;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  sandbox = tsProgram('bin/sandbox.ts', ['serve', '--port', '0', '--claude-port', '0', '--assembly', ASSEMBLY]);
  env = exportedVariables(await sandbox.says('Ctrl-C ends it'));
});

afterAll(async () => {
  const { code, err } = await sandbox.stop('SIGTERM');
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

async function control<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${env.AWS_ENDPOINT_URL}/_sandbox/${path}`, init).catch((cause: unknown) => {
    throw new Error(`the sandbox does not answer; it said: ${sandbox.err || 'nothing'}`, { cause });
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return JSON.parse(text) as Answer;
}

const state = (): Promise<SandboxState> => control('GET', 'state');

interface Created {
  readonly id: string;
  readonly key: string;
}

const createKey = (name: string): Promise<Created> => control('POST', 'keys', { name });

/** The operator's CLI in a process of its own, with nothing but the variables that the sandbox printed. */
const keys = (args: readonly string[], input = ''): Promise<Ended> => runTs('bin/keys.ts', args, { env, input });

/** Creates a key in the Console and stages it. */
async function stage(service: string, name: string): Promise<Created & { readonly ended: Ended }> {
  const created = await createKey(name);
  return { ...created, ended: await keys(['stage', 'prod', service], `${created.key}\n`) };
}

async function stageTwo(service: string): Promise<readonly [first: string, spare: string]> {
  const [first, spare] = [await stage(service, `prod-${service}-1`), await stage(service, `prod-${service}-2`)];
  expect([first.ended.code, spare.ended.code]).toEqual([0, 0]);
  return [first.id, spare.id];
}

/** Whether a text has any twelve characters of a key's secret part in a row. */
function tells(text: string, key: string): boolean {
  const secret = key.slice('sk-ant-api03-'.length);
  return Array.from({ length: secret.length - 11 }, (_, at) => secret.slice(at, at + 12)).some((part) =>
    text.includes(part),
  );
}

describe('a served sandbox', () => {
  it('lets a program on the AWS SDK in another process describe, rotate and list', async () => {
    const [first, spare] = await stageTwo('support-bot');
    const args = [secretName('prod', 'support-bot'), registrationsPath('prod')];

    const { code, out, err } = await runTs('test/sandbox/sdk-client.ts', args, {
      env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });

    expect([code, err]).toEqual([0, '']);
    const told = JSON.parse(out);
    expect(told).toMatchObject({
      Name: secretName('prod', 'support-bot'),
      RotationEnabled: true,
      parameters: REGISTRATIONS,
    });
    expect(told.rotatedTo).toBe(told.current);
    expect(labelsByVersion(told.versions)[told.current]).toEqual(
      expect.arrayContaining(['AWSCURRENT', keyLabel(spare)]),
    );
    expect(Object.values(labelsByVersion(told.versions))).toContainEqual(
      expect.arrayContaining(['AWSPREVIOUS', keyLabel(first)]),
    );
  });

  whereAwsCliIs('lets the AWS CLI describe, rotate and list', async () => {
    const [first, spare] = await stageTwo('batch-summariser');
    const secret = ['--secret-id', secretName('prod', 'batch-summariser')];

    const before = await aws('secretsmanager', 'describe-secret', ...secret);
    const { VersionId } = await aws('secretsmanager', 'rotate-secret', ...secret);
    await control('POST', 'clock', { advanceSeconds: 0 }); // answers when nothing runs any more
    const { Versions } = await aws('secretsmanager', 'list-secret-version-ids', ...secret);
    const { Parameters } = await aws('ssm', 'get-parameters-by-path', '--path', registrationsPath('prod'));

    expect(before.RotationEnabled).toBe(true);
    const labels = labelsByVersion(Versions as readonly Version[]);
    expect(labels[String(VersionId)]).toEqual(expect.arrayContaining(['AWSCURRENT', keyLabel(spare)]));
    expect(Object.values(labels)).toContainEqual(expect.arrayContaining(['AWSPREVIOUS', keyLabel(first)]));
    expect((Parameters as readonly { Name: string }[]).map(({ Name }) => Name)).toEqual(REGISTRATIONS);
  });

  it("lets the operator's CLI stage, look, rotate and undo, and shows no part of a key", async () => {
    const first = await stage('rag-service', 'prod-rag-service-1');
    const spare = await stage('rag-service', 'prod-rag-service-2');
    const table = await keys(['status', 'prod']);
    const json = await keys(['status', 'prod', '--json']);
    const rotated = await keys(['rotate', 'prod', 'rag-service']);
    const again = await keys(['rotate', 'prod', 'rag-service']);
    const undone = await keys(['undo', 'prod', 'rag-service']);
    const unknown = await keys(['status', 'staging']);

    const ended = [first.ended, spare.ended, table, json, rotated, again, undone, unknown];
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 1, 0, 2]);
    expect(first.ended.out).toContain(`Staged prod-rag-service-1 (${first.id}) as a spare of rag-service.`);
    expect(table.out).toMatch(/rag-service .* prod-rag-service-1 .* active /);
    expect(keyStates(json.out, 'rag-service')).toEqual({ [first.id]: 'active', [spare.id]: 'spare' });
    expect(rotated.out).toContain(`Rotated: ${spare.id} is the current key of rag-service.`);
    expect(again.err).toContain('error NoSpare');
    expect(undone.out).toContain(`Restored: ${first.id} is the current key of rag-service again`);
    expect(unknown.err).toContain('error UnknownEnvironment');
    const shown = ended.map(({ out, err }) => out + err).join('\n');
    expect([first.key, spare.key].map((key) => tells(shown, key))).toEqual([false, false]);
    expect(tells(`${shown} ${spare.key.slice(40, 52)}`, spare.key)).toBe(true);
  });

  it('refuses a key on the command line, and one that nobody made, without showing them', async () => {
    const { key } = await createKey('unused');
    const forged = `${key.slice(0, 30)}${[...key.slice(30, -2)].reverse().join('')}AA`;

    const ended = [await keys(['stage', 'prod', key]), await keys(['stage', 'prod', 'rag-service'], forged)];

    expect(ended.map(({ code, err }) => [code, /^error (\w+)/.exec(err)?.[1]])).toEqual([
      [2, 'KeyAsArgument'],
      [2, 'KeyDead'],
    ]);
    const shown = ended.map(({ out, err }) => out + err).join('\n');
    expect([tells(shown, key), tells(shown, forged)]).toEqual([false, false]);
  });

  it('has the reconciler run as soon as the control path moves the clock', async () => {
    const silent = async () =>
      (await state()).alarms.find(({ name }) => name === alarmName('prod', 'reconciler-silent'));
    const before = [await silent(), (await state()).now];

    const { now } = await control<{ now: string }>('POST', 'clock', { advanceSeconds: 3600 });

    const [alarm, then] = before as [{ state: string }, string];
    expect(Date.parse(now) - Date.parse(then)).toBe(3_600_000);
    expect([alarm.state, (await silent())?.state]).toEqual(['INSUFFICIENT_DATA', 'OK']);
  });
});

interface Version {
  readonly VersionId: string;
  readonly VersionStages?: readonly string[];
}

const labelsByVersion = (versions: readonly Version[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(versions.map(({ VersionId, VersionStages = [] }) => [VersionId, VersionStages]));

interface Status {
  readonly services: readonly { service: string; keys: readonly { keyId: string; state: string }[] }[];
}

function keyStates(json: string, service: string): Readonly<Record<string, string>> {
  const status = (JSON.parse(json) as Status).services.find((each) => each.service === service);
  return Object.fromEntries((status?.keys ?? []).map(({ keyId, state }) => [keyId, state]));
}

/** A test of the AWS CLI; where none works, its name says so. */
function whereAwsCliIs(name: string, test: () => Promise<void>): void {
  const works = spawnSync('aws', ['--version']).status === 0;
  if (works) it(name, test);
  else it.skip(`${name} (skipped: no AWS CLI that works is on the PATH)`, test);
}

async function aws(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await run('aws', [...args, '--output', 'json'], { env: { ...env, AWS_PAGER: '' } });
  if (code !== 0) throw new Error(`aws ${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as Record<string, unknown>;
}
