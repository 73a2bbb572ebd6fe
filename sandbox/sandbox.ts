import { composePlatform } from '../lib/cli/compose';
import type { OpenPlatform } from '../lib/cli/platform';
import { type ClaudeApiKey, claudeApiKey } from '../lib/client';
import { platformParameterName, registrationsPath, secretName } from '../lib/contract/names';
import type { PlatformSettings } from '../lib/contract/platform-settings';
import type { AwsAccount } from './aws/account';
import type { Denial } from './aws/authorization/authorizer';
import { type AssemblyStage, readAssembly, stageOf } from './aws/cloudformation/assembly';
import type { CloudWatch } from './aws/cloudwatch/cloudwatch';
import type { ConsistencyOptions } from './aws/consistency';
import { createAwsHandler } from './aws/http';
import { roleNameOf, roleSession } from './aws/role-session';
import type { SecretsManager } from './aws/secrets-manager/secrets-manager';
import type { Caller } from './aws/service';
import { SimulatedAws } from './aws/simulated-aws';
import { fetchFrom } from './claude/fetch';
import { createClaudeHandler } from './claude/http';
import { VirtualClock } from './clock';
import { withControl } from './control';
import { EnvironmentOrganization } from './environment-organization';
import { AwsFaults } from './faults';
import { sdkSettings } from './functions/in-process-http';
import { type FunctionFactory, InProcessRunner } from './functions/in-process-runner';
import { OpenCalls } from './functions/open-calls';
import type { FunctionRunner } from './functions/runner';
import type { Wiretap } from './functions/wiretap';
import { WorkerRunner } from './functions/worker-runner';
import type { HttpRequest } from './http';
import { Random } from './random';
import { readerRoleArns } from './readers';
import { Relay } from './relay';
import { LoopbackServer } from './server';
import { type SandboxState, stateOf } from './state';
import { SANDBOXES_ENDING, SANDBOXES_MADE } from './witnesses';
import { type WrittenText, writtenTexts } from './written-texts';

export interface SandboxOptions {
  /** Directory of a cloud assembly, as `cdk synth` writes it. */
  readonly assembly: string;
  /** Name of the stage to deploy, which is the name of its environment. */
  readonly stage: string;
  /**
   * Decides every random choice.
   * @default 1
   */
  readonly seed?: number;
  /**
   * When virtual time begins.
   * @default 2026-03-02T08:00:00Z
   */
  readonly start?: Date;
  /**
   * `worker` runs the unmodified bundles, `in-process` the handlers from source, which have to be given.
   * @default 'worker'
   */
  readonly runner?: 'worker' | 'in-process';
  /**
   * Handlers from source by function name, for the runner `in-process`.
   * @default - none
   */
  readonly handlers?: ReadonlyMap<string, FunctionFactory>;
  /**
   * Lets reads of secrets and parameters be behind writes, as AWS does.
   * @default - every write is seen at once
   */
  readonly consistency?: ConsistencyOptions;
  /**
   * Through whose hands everything goes that functions do, for the runner `worker`.
   * @default - nobody's
   */
  readonly wiretap?: Wiretap;
  /**
   * Loopback ports of the two sides; 0, or none, takes a free one.
   * @default - free ones; none at all for the runner `in-process`, whose functions ask in this process
   */
  readonly ports?: { readonly aws?: number; readonly claude?: number };
}

const DEFAULT_START = new Date('2026-03-02T08:00:00Z');
const DEFAULT_ACCOUNT = '111122223333';
const DEFAULT_REGION = 'eu-central-1';

interface Parts {
  readonly stage: AssemblyStage;
  readonly seed: number;
  readonly random: Random;
  readonly clock: VirtualClock;
  readonly aws: SimulatedAws;
  readonly runner: FunctionRunner;
  readonly relays: { readonly aws: Relay; readonly claude: Relay };
  /** Absent where nobody outside this process can ask. */
  readonly servers: Servers | undefined;
}

interface Servers {
  readonly aws: LoopbackServer;
  readonly claude: LoopbackServer;
}

/**
 * A whole environment on this machine: one AWS account with a stage deployed into it, and the Claude organization that
 * it is configured for, on one virtual clock. Time moves only when told to.
 */
export class Sandbox {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly aws: SimulatedAws;
  readonly account: AwsAccount;
  readonly secretsManager: SecretsManager;
  readonly cloudWatch: CloudWatch;
  /** Faults of the AWS side; those of the Claude side are in `claude.faults`. */
  readonly faults = new AwsFaults();
  /** Asks the Claude side in this process. */
  readonly fetchClaude: typeof fetch;
  readonly #parts: Parts;
  #claude: { readonly organization: EnvironmentOrganization; readonly settings: PlatformSettings } | undefined;
  #awsCalls = 0;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.seed = parts.seed;
    this.clock = parts.clock;
    this.random = parts.random;
    this.aws = parts.aws;
    this.account = parts.aws.account;
    this.secretsManager = parts.aws.secretsManager;
    this.cloudWatch = parts.aws.cloudWatch;
    this.fetchClaude = fetchFrom(parts.relays.claude.handle);
    this.account.observe({
      before: () => {
        this.#awsCalls += 1;
      },
    });
    this.account.observe(this.faults);
    const handler = createAwsHandler(this.account, (keyId) => this.aws.credentials.callerOf(keyId));
    parts.relays.aws.connect(withControl(this, handler));
    SANDBOXES_MADE.publish(this);
  }

  /** Builds the environment and deploys the stage into it. */
  static async create(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(await build(options));
    try {
      await sandbox.#deployStage(sandbox.#parts.stage);
    } catch (error) {
      await sandbox.dispose();
      throw error;
    }
    return sandbox;
  }

  get environment(): string {
    return this.#parts.stage.name;
  }

  get claude(): EnvironmentOrganization {
    return this.#configured.organization;
  }

  /** What the platform stack wrote for the CLI and for other stacks. */
  get settings(): PlatformSettings {
    return this.#configured.settings;
  }

  /** Calls to AWS APIs so far, those of one simulated service to another included. */
  get awsCalls(): number {
    return this.#awsCalls;
  }

  /** Deploys the stage from an assembly: the one it was created with, changed, or a later one. */
  async deploy(assembly: string): Promise<void> {
    await this.#deployStage(stageOf(readAssembly(assembly), this.environment));
  }

  async #deployStage(stage: AssemblyStage): Promise<void> {
    await this.account.consistency.exactDuring(async () => {
      await this.aws.deployment.deployStage(stage, () => this.#findOrganization());
      await this.settle();
    });
  }

  /** Lets virtual time pass, with everything that is due in it. */
  async advance(ms: number): Promise<void> {
    await this.clock.advanceBy(ms);
  }

  /** Waits for everything that runs at the present instant. */
  async settle(): Promise<void> {
    await this.clock.settle();
  }

  /** Ends every function, the passing of time, and both servers. */
  async dispose(): Promise<void> {
    const { runner, servers } = this.#parts;
    SANDBOXES_ENDING.publish(this);
    this.clock.stop();
    await runner.dispose();
    await Promise.all([servers?.aws.close(), servers?.claude.close()]);
  }

  /**
   * What to export so that any SDK, the AWS CLI and our own CLI reach this sandbox, as a caller: by default the administrator.
   * @throws when it does not listen
   */
  environmentVariables(caller: Caller = this.account.administrator): Readonly<Record<string, string>> {
    if (!this.#parts.servers) throw new Error('this sandbox does not listen: create it with `ports`');
    const { accessKeyId, secretAccessKey, sessionToken } = this.aws.credentials.issue(caller);
    return {
      ...endpointsOf(this.#parts.servers),
      AWS_REGION: this.account.region,
      AWS_DEFAULT_REGION: this.account.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
  }

  /** Opens environments for the CLI, by default as the administrator, in this process. What it waits for is virtual time. */
  openPlatform(caller: Caller = this.account.administrator): OpenPlatform {
    return composePlatform({
      aws: sdkSettings(this.account.region, this.aws.credentials.issue(caller), this.#parts.relays.aws.handle),
      claude: { fetch: this.fetchClaude },
      clock: this.clock,
      wait: (ms) => this.advance(ms),
    });
  }

  /** The registered services, by name. */
  services(): readonly string[] {
    const prefix = `${registrationsPath(this.environment)}/`;
    const names = this.aws.ssm.parameters().map(({ name }) => name);
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }

  /** A service's key as the service itself gets it: by our client, in the service's own role. */
  keyOf(service: string): ClaudeApiKey {
    const caller = this.#roleOf(service);
    const client = {
      send: (command: { readonly input: object }) =>
        this.account.call('secretsmanager', 'GetSecretValue', { ...command.input }, caller),
    };
    return claudeApiKey({ secretId: secretName(this.environment, service), client, clock: this.clock });
  }

  /** Shows every request to the Claude side to an observer; calls to AWS are shown by `account.observe`. */
  observeClaude(observer: (request: HttpRequest) => void): void {
    this.#parts.relays.claude.observe(observer);
  }

  /** What a person may see of all this: no value of a secret, no key's text. */
  state(): SandboxState {
    return stateOf(this.aws, this.claude, this.seed);
  }

  /** The last calls that the deployed policies refused, the oldest first, with the statements that decided. */
  denials(): readonly Denial[] {
    return this.aws.authorizer.denials();
  }

  /** Everything that was written where a key must never be found. */
  writtenTexts(): readonly WrittenText[] {
    return writtenTexts(this.aws, this.environment);
  }

  get #configured() {
    if (!this.#claude) throw new Error('the Claude organization is there once the platform stack is deployed');
    return this.#claude;
  }

  /** Which organization the environment is configured for is known as soon as its platform parameter is written. */
  #findOrganization(): void {
    const name = platformParameterName(this.environment, 'settings');
    const parameter = this.aws.ssm.parameters().find((each) => each.name === name);
    if (this.#claude || !parameter) return;
    const settings = JSON.parse(parameter.value) as PlatformSettings;
    const organization = new EnvironmentOrganization(settings, this.clock, this.random);
    this.#claude = { organization, settings };
    this.#parts.relays.claude.connect(createClaudeHandler(organization));
  }

  /** A session of the role that was granted the service's key, the first of them if there are several. */
  #roleOf(service: string): Caller {
    const name = secretName(this.environment, service);
    const secret = this.secretsManager.secrets().find((each) => each.name === name);
    const [roleArn] = readerRoleArns(secret?.resourcePolicy ?? '{}', this.environment);
    if (roleArn === undefined) throw new Error(`no role may read ${name}; grant it to one with grantRead`);
    return roleSession(this.account.id, roleNameOf(roleArn), service);
  }
}

async function build(options: SandboxOptions): Promise<Parts> {
  const { seed = 1, start = DEFAULT_START } = options;
  const stage = stageOf(readAssembly(options.assembly), options.stage);
  const clock = new VirtualClock(start);
  const random = new Random(seed);
  const relays = { aws: new Relay('AWS account'), claude: new Relay('Claude organization') };
  const calls = new OpenCalls(() => clock.noteChange());
  const runner = createRunner(options, clock, relays, calls);
  const listens = options.runner !== 'in-process' || options.ports !== undefined;
  const servers = listens ? await startServers(relays, calls, options) : undefined;
  const { account: accountId = DEFAULT_ACCOUNT, region = DEFAULT_REGION } = stage.stacks[0]?.environment ?? {};
  const { consistency } = options;
  const aws = new SimulatedAws({
    accountId,
    region,
    clock,
    random,
    runner,
    consistency,
    endpoints: servers ? endpointsOf(servers) : {},
  });
  return { stage, seed, random, clock, aws, runner, relays, servers };
}

async function startServers(
  relays: Parts['relays'],
  calls: OpenCalls,
  { ports = {}, wiretap }: SandboxOptions,
): Promise<Servers> {
  const aws = await LoopbackServer.start(relays.aws.handle, { port: ports.aws ?? 0, calls, wiretap });
  try {
    const claude = await LoopbackServer.start(relays.claude.handle, { port: ports.claude ?? 0, calls, wiretap });
    return { aws, claude };
  } catch (error) {
    await aws.close();
    throw error;
  }
}

function createRunner(
  options: SandboxOptions,
  clock: VirtualClock,
  relays: Parts['relays'],
  calls: OpenCalls,
): FunctionRunner {
  const { seed = 1, wiretap } = options;
  if (options.runner !== 'in-process') return new WorkerRunner({ clock, calls, seed, wiretap });
  const { handlers } = options;
  if (!handlers) throw new Error('the runner "in-process" needs the functions\' handlers');
  return new InProcessRunner({ clock, seed, handlers, aws: relays.aws.handle, claude: relays.claude.handle });
}

const endpointsOf = (servers: Servers) => ({
  AWS_ENDPOINT_URL: servers.aws.url,
  ANTHROPIC_BASE_URL: servers.claude.url,
});
