import { AWS_CURRENT, AWS_PENDING } from '../../../lib/contract/labels';
import { registrationParameterName, rotateFunctionName, secretName } from '../../../lib/contract/names';
import { DEFAULT_POLICY, type Registration } from '../../../lib/contract/registration';
import { ApiKey } from '../../../lib/core/api-key';
import { putAdminKey } from '../../admin-key';
import type { AwsInput } from '../../aws/service';
import { Sandbox } from '../../sandbox';
import { readTruth } from '../../truth';
import { isRead, type OutsideCall, type Way } from '../cut';
import { Hands } from '../hands';
import type { Invocation } from '../invocation';
import { type Fate, OutsideCalls, presentInvocation, STALE_WHERE_CUT } from '../outside-calls';
import { Judge } from '../schedules/judge';
import type { Judged, JudgedRun, WorldTruth } from '../schedules/judged';
import type { FaultKind, Setting } from '../schedules/schedule';
import { Terminal } from '../terminal';
import { type Told, watchedHandlers } from './watched-handlers';

/** A fault that strikes at a call to come. */
export interface Planned {
  readonly fault: FaultKind;
  left: number;
}

/** A step of a rotation that Secrets Manager has delivered. */
export interface Delivery {
  readonly arn: string;
  readonly token: string;
  readonly step: string;
}

const NOBODY: JudgedRun = { name: 'nobody' };
/** The reconciler runs when a schedule says so, and not by itself. */
const ASLEEP = { code: 'ServiceException', message: 'asleep', status: 500 };

/** A deployed environment, whose functions run from source on the real SDKs, and which is judged after every change. */
export class DeployedWorld implements Judged {
  readonly keyMark = 'sk-ant-';
  readonly planned: Planned[] = [];
  readonly struck = new Map<FaultKind, number>();
  readonly deliveries: Delivery[] = [];
  /** Keys of which somebody has said that they have leaked. */
  readonly leaked = new Set<string>();
  readonly services: readonly string[];
  readonly terminal: Terminal;
  readonly judge: Judge;
  /** Told of every call to the outside before it is made; what it returns happens first. */
  onCall: (() => (() => Promise<void>) | undefined) | undefined;
  /** What happened, line by line; undefined while nobody wants to know. */
  story: string[] | undefined;
  calls = 0;
  #truth: WorldTruth;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #runs = new WeakMap<Invocation, JudgedRun & { isStruck: boolean }>();

  private constructor(
    readonly setting: Setting,
    readonly sandbox: Sandbox,
    readonly outside: OutsideCalls,
    readonly assembly: string,
    truth: WorldTruth,
  ) {
    this.services = [...truth.services.keys()];
    this.#truth = truth;
    this.judge = new Judge(this);
    this.terminal = new Terminal(sandbox, outside);
    sandbox.account.observe({ before: ({ operation, input }) => this.#noteDelivery(operation, input) });
  }

  /** Deploys the environment of a setting, and wakes nothing in it. */
  static async create(setting: Setting, assembly: string): Promise<DeployedWorld> {
    let world: DeployedWorld | undefined;
    const outside = new OutsideCalls(
      {
        called: async (call) => world?.tell(`    ${call}`),
        ended: async (invocation) => world?.ended(invocation),
        make: (call, invocation, ask) => world?.make(call, invocation, ask) ?? ask(),
      },
      (call, invocation) => world?.fateOf(call, invocation),
    );
    const stage = setting.access === 'manual' ? 'dev' : 'prod';
    const told: Told = {
      described: (secret) => world?.judge.described(world.presentRun, secret),
      verified: (key, verdict) => {
        const id = world && idOf(world.sandbox, key);
        if (world && id) world.judge.verified(world.presentRun, id, verdict);
      },
      listed: (keys) => world?.judge.listed(world.presentRun, keys),
      reported: (report) => world?.judge.reported(world.presentRun, report),
    };
    const handlers = outside.around(watchedHandlers(stage, told, setting.skewSeconds * 1_000));
    const sandbox = await Sandbox.create({
      assembly,
      stage,
      runner: 'in-process',
      handlers,
      consistency: STALE_WHERE_CUT,
    });
    await prepare(sandbox, setting);
    const services = sandbox.services().slice(0, setting.services);
    world = new DeployedWorld(setting, sandbox, outside, assembly, worldTruth(sandbox, services));
    return world;
  }

  get isManual(): boolean {
    return this.setting.access === 'manual';
  }

  get skewMs(): number {
    return 2 * Math.abs(this.setting.skewSeconds) * 1_000;
  }

  get presentRun(): JudgedRun {
    const invocation = presentInvocation();
    return invocation ? this.#runOf(invocation) : NOBODY;
  }

  truth(): WorldTruth {
    return this.#truth;
  }

  hasLeaked(keyId: string): boolean {
    return this.leaked.has(keyId);
  }

  wasUsed(keyId: string, after: Date, upTo: Date): boolean {
    return (this.sandbox.claude.use.get(keyId)?.between(after, upTo) ?? 0) > 0;
  }

  /** Something may have changed: by a run, or, without one, by people, the issuer or time. */
  changed(run?: JudgedRun): void {
    this.#truth = worldTruth(this.sandbox, this.services);
    this.judge.changed(run);
  }

  tell(line: string): void {
    this.story?.push(`${this.sandbox.clock.now().toISOString().slice(0, 16)}  ${line}`);
  }

  serviceOf({ service }: { readonly service: number }): string {
    return this.services[service % this.services.length] ?? '';
  }

  /** A key by its number, in the order of creation. */
  keyAt(index: number): { readonly id: string; readonly name: string } | undefined {
    const keys = [...this.sandbox.claude.keys()].reverse();
    return keys[index % Math.max(keys.length, 1)];
  }

  /** Whether a rotation of a service has begun and not ended. */
  isUnfinished(service: string): boolean {
    const name = secretName(this.sandbox.environment, service);
    const versions = this.sandbox.secretsManager.secrets().find((each) => each.name === name)?.versions ?? [];
    return versions.some(({ labels }) => labels.includes(AWS_PENDING) && !labels.includes(AWS_CURRENT));
  }

  /** Secrets Manager delivers a step once more. */
  async deliver({ arn, token, step }: Delivery): Promise<void> {
    const { account, environment } = this.sandbox;
    const event = { Step: step, SecretId: arn, ClientRequestToken: token };
    const input = { FunctionName: rotateFunctionName(environment), Payload: JSON.stringify(event) };
    await account.call('lambda', 'Invoke', input, account.administrator);
  }

  /** What becomes of a call that is about to be made. */
  fateOf({ operation }: OutsideCall, invocation: Invocation): Fate {
    this.calls += 1;
    const first = this.onCall?.();
    return { ...(first ? { first } : {}), way: this.#wayOf(operation, invocation) };
  }

  #wayOf(operation: string, invocation: Invocation): Way | undefined {
    if (this.setting.figuresFail && /PutMetricData/.test(operation)) return 'fails';
    for (const each of this.planned) each.left -= 1;
    const due = this.planned.find(({ fault, left }) => left <= 0 && (fault !== 'stale' || isRead(operation)));
    if (!due) return undefined;
    this.planned.splice(this.planned.indexOf(due), 1);
    this.struck.set(due.fault, (this.struck.get(due.fault) ?? 0) + 1);
    this.#runOf(invocation).isStruck = true;
    this.tell(`    ${due.fault} at ${invocation.name}: ${operation}`);
    // Whoever waits at a terminal without an answer ends the command.
    return due.fault === 'hangs' && invocation.purpose.startsWith('claude-keys') ? 'dies-before' : due.fault;
  }

  /** Makes one call, alone, so that whoever made a change answers for it. */
  async make<Answer>(call: OutsideCall, invocation: Invocation, ask: () => Promise<Answer>): Promise<Answer> {
    // What it asks makes calls of its own.
    if (call.operation === 'lambda.Invoke') return ask();
    const before = this.#turn;
    let free = (): void => {};
    this.#turn = new Promise<void>((resolve) => {
      free = resolve;
    });
    await before;
    try {
      if (this.sandbox.clock.now() > this.#truth.now) this.changed();
      const answer = ask();
      // A function that was stopped gets no answer any more.
      await Promise.race([answer, invocation.over]);
      if (!isRead(call.operation)) this.changed(this.#runOf(invocation));
      return answer;
    } finally {
      free();
    }
  }

  ended(invocation: Invocation): void {
    const run = this.#runOf(invocation);
    this.tell(`  ${invocation.name}: ended`);
    this.judge.ended(run, !invocation.dead && !run.isStruck);
  }

  #runOf(invocation: Invocation): JudgedRun & { isStruck: boolean } {
    const run = this.#runs.get(invocation) ?? { name: invocation.purpose, isStruck: false };
    this.#runs.set(invocation, run);
    return run;
  }

  #noteDelivery(operation: string, { Payload }: AwsInput): void {
    if (operation !== 'Invoke' || typeof Payload !== 'string') return;
    const { Step, SecretId, ClientRequestToken } = JSON.parse(Payload) as Readonly<Record<string, string>>;
    if (Step && SecretId && ClientRequestToken)
      this.deliveries.push({ arn: SecretId, token: ClientRequestToken, step: Step });
  }
}

/** What a person does once after the first deployment, with the policies of a schedule. */
async function prepare(sandbox: Sandbox, { policy }: Setting): Promise<void> {
  await putAdminKey(sandbox);
  for (const service of sandbox.services()) await new Hands(sandbox, service).changePolicy(policy);
  const caller = 'events.amazonaws.com';
  const times = Number.MAX_SAFE_INTEGER;
  sandbox.faults.plan({
    service: 'lambda',
    operation: 'Invoke',
    caller,
    times,
    skip: 0,
    side: 'before',
    error: ASLEEP,
  });
}

function worldTruth(sandbox: Sandbox, services: readonly string[]): WorldTruth {
  const entitled = services.map((service) => {
    const name = registrationParameterName(sandbox.environment, service);
    const value = sandbox.aws.ssm.parameters().find((each) => each.name === name)?.value;
    const policy = value === undefined ? DEFAULT_POLICY : (JSON.parse(value) as Registration).policy;
    return [service, { registered: value !== undefined, policy }] as const;
  });
  return { ...readTruth(sandbox), services: new Map(entitled) };
}

const idOf = ({ claude }: Sandbox, key: ApiKey): string | undefined =>
  claude.keys().find(({ id }) => key.equals(new ApiKey(claude.rawKeyOf(id))))?.id;
