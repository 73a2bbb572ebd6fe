import { composePlatform } from '../../lib/cli/compose';
import type { OpenPlatform } from '../../lib/cli/platform';
import { main } from '../../lib/cli/program';
import { readLabels } from '../../lib/contract/labels';
import { secretName, sparesPath } from '../../lib/contract/names';
import type { IssuerAccess } from '../../lib/contract/platform-settings';
import { createApp } from '../../lib/stacks/app';
import type { ConsistencyOptions } from '../../sandbox/aws/consistency';
import { createAwsHandler } from '../../sandbox/aws/http';
import type { AwsInput, AwsOutput } from '../../sandbox/aws/service';
import type { CreatedKey, CreateKeyRequest } from '../../sandbox/claude/console-key';
import { RequestHandlerFrom } from '../../sandbox/functions/in-process-http';
import type { Sandbox } from '../../sandbox/sandbox';
import { scratchFolder } from '../sandbox/scratch-folder';
import { deployedSandbox, LAG_MS, LIST_LAG_MS, promptSandbox } from '../support/deployed-sandbox';
import { World } from '../support/world';
import { inputOf, type RecordingIo } from './recording-io';

const ENVIRONMENT = 'prod';
const QUARTER_HOUR_MS = 15 * 60_000;
const START = new Date('2026-11-20T12:00:00.000Z');

export interface CliWorldOptions {
  /** @default ['rag'] */
  readonly services?: readonly string[];
  /** @default 'adminKey' */
  readonly issuerAccess?: IssuerAccess;
  /**
   * Whether every read shows every write, for tests of what one command does and says at once.
   * @default - as the test run says
   */
  readonly prompt?: boolean;
  /**
   * How far reads are behind, for tests of what follows from that.
   * @default - as the test run says
   */
  readonly consistency?: ConsistencyOptions;
}

/** A deployed environment with services that hold placeholders, and an operator at its command line. */
export class CliWorld {
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  static async create(options: CliWorldOptions = {}): Promise<CliWorld> {
    const deploy = options.prompt ? promptSandbox : deployedSandbox;
    const { consistency } = options;
    const behind = consistency ? { consistency } : {};
    const deploying = deploy(ENVIRONMENT, { assembly: assemblyOf(options), start: START, ...behind });
    return new CliWorld((await World.deploy(ENVIRONMENT, deploying)).sandbox);
  }

  dispose(): Promise<void> {
    return this.#sandbox.dispose();
  }

  get account() {
    return this.#sandbox.account;
  }

  get claude() {
    return this.#sandbox.claude;
  }

  get clock() {
    return this.#sandbox.clock;
  }

  get ssm() {
    return this.#sandbox.aws.ssm;
  }

  get workspaceId(): string {
    return this.#sandbox.settings.workspaceId;
  }

  /** Runs one command line as the operator, and waits until nothing goes on any more. */
  async run(args: readonly string[], io: RecordingIo): Promise<number> {
    const exitCode = await main(['node', 'keys', ...args], io, this.#sandbox.openPlatform());
    await this.#sandbox.settle();
    await this.#untilSeen();
    return exitCode;
  }

  /** Runs one command line on a machine whose clock is behind. */
  runBehind(args: readonly string[], io: RecordingIo, ms: number): Promise<number> {
    const open: OpenPlatform = async (environment) => ({
      ...(await this.#sandbox.openPlatform()(environment)),
      clock: { now: () => new Date(this.clock.now().getTime() - ms) },
    });
    return main(['node', 'keys', ...args], io, open);
  }

  /** Runs one command line as somebody whose credentials AWS does not know. */
  runWithoutCredentials(args: readonly string[], io: RecordingIo): Promise<number> {
    const { account, clock, fetchClaude } = this.#sandbox;
    const credentials = { accessKeyId: 'unknown', secretAccessKey: 'unknown' };
    const requestHandler = new RequestHandlerFrom(createAwsHandler(account, () => undefined));
    const open = composePlatform({
      aws: { region: account.region, credentials, requestHandler },
      claude: { fetch: fetchClaude },
      clock,
      wait: (ms) => clock.advanceBy(ms),
    });
    return main(['node', 'keys', ...args], io, open);
  }

  /** Runs a command line that must be refused with this exit code, print no result, and change nothing. */
  async refuse(args: readonly string[], io: RecordingIo, exitCode: number): Promise<RecordingIo> {
    const before = this.state();
    expect(await this.run(args, io)).toBe(exitCode);
    expect(io.outLines).toEqual([]);
    expect(this.state()).toBe(before);
    return io;
  }

  /** Makes a key in the Console, in the environment's workspace. */
  createKey(request: CreateKeyRequest): CreatedKey {
    return this.claude.createKey({ workspaceId: this.workspaceId, ...request });
  }

  /** Makes a key in the Console and stages it. */
  async stage(service: string, name: string, request: Partial<CreateKeyRequest> = {}): Promise<CreatedKey> {
    const key = this.createKey({ name, ...request });
    expect(await this.run(['stage', ENVIRONMENT, service], inputOf(key.rawKey))).toBe(0);
    return key;
  }

  /** Gives a service its first key and a spare. @returns their ids */
  async stagedTwice(service: string): Promise<readonly [string, string]> {
    const name = `${ENVIRONMENT}-${service}-2026-11-20`;
    const staged = [(await this.stage(service, name)).id, (await this.stage(service, `${name}-2`)).id] as const;
    if (this.account.consistency.isSet) await this.#sandbox.advance(LIST_LAG_MS);
    return staged;
  }

  /** Everything a command could have changed, as text: labels and values of secrets, spares, and keys at the issuer. */
  state(): string {
    const secrets = this.#sandbox.secretsManager.secrets().map(({ name, versions }) => ({ name, versions }));
    return JSON.stringify({ secrets, parameters: this.ssm.parameters(), keys: this.claude.keys() }, null, 1);
  }

  /** The key id that a service's secret has as its current one. */
  currentKeyOf(service: string): string | undefined {
    const name = secretName(ENVIRONMENT, service);
    const secret = this.#sandbox.secretsManager.secrets().find((each) => each.name === name);
    const current = secret?.versions.find(({ labels }) => labels.includes('AWSCURRENT'));
    return readLabels(current?.labels ?? []).keyId;
  }

  /** Names of the spares' parameters, without their common path. */
  spares(): readonly string[] {
    const path = `${sparesPath(ENVIRONMENT)}/`;
    return this.ssm.parameters().flatMap(({ name }) => (name.startsWith(path) ? [name.slice(path.length)] : []));
  }

  async call(service: string, operation: string, input: AwsInput): Promise<AwsOutput> {
    const output = await this.account.call(service, operation, input, this.account.administrator);
    await this.#untilSeen();
    return output;
  }

  /**
   * Where reads may be behind, the next thing that a person does comes after they have caught up, and after the
   * reconciler's next run if its last one did not see the first key of a service yet.
   */
  async #untilSeen(): Promise<void> {
    if (!this.account.consistency.isSet) return;
    await this.#sandbox.advance(LAG_MS);
    const waiting = this.spares().map((spare) => spare.slice(0, spare.indexOf('/')));
    if (waiting.some((service) => this.currentKeyOf(service) === undefined))
      await this.#sandbox.advance(QUARTER_HOUR_MS);
  }
}

const assemblies = new Map<string, string>();

/** The assembly of an environment with these services. Made once per test file: synthesis takes longer than a test. */
function assemblyOf({ services = ['rag'], issuerAccess = 'adminKey' }: CliWorldOptions): string {
  const key = JSON.stringify([services, issuerAccess]);
  const folder = assemblies.get(key) ?? synthesise(services, issuerAccess);
  assemblies.set(key, folder);
  return folder;
}

function synthesise(services: readonly string[], issuerAccess: IssuerAccess): string {
  const config = {
    name: ENVIRONMENT,
    organizationId: 'b2e84d17-55c9-4f3a-8d06-91f7c3ae2840',
    workspaceId: 'wrkspc_cli00000000000000000',
    issuerAccess,
    services: services.map((name) => ({
      name,
      owner: `team-${name}`,
      readers: { role: { assumedBy: 'lambda' as const } },
    })),
  };
  return createApp([config], { outdir: scratchFolder() }).synth().directory;
}
