import { putAdminKey } from '../admin-key';
import type { FunctionFactory } from '../functions/in-process-runner';
import { Sandbox } from '../sandbox';
import { leakedTexts } from '../story/leaks';
import { consumer, Traffic } from '../story/traffic';
import { HOUR_MS } from '../utc-time';
import { type Cut, callName, cutName, type OutsideCall, type Way } from './cut';
import { Hands, QUARTER_HOUR_MS } from './hands';
import type { Invocation } from './invocation';
import { outcomeOf } from './outcome';
import { type Fate, OutsideCalls, STALE_WHERE_CUT } from './outside-calls';
import { type Scenario, SHORT_WAITS } from './scenarios';
import { Terminal } from './terminal';
import { type Finding, Watch } from './watch';

export interface CutOptions {
  /** Directory of a cloud assembly. */
  readonly assembly: string;
  /** The environment to deploy. */
  readonly stage: string;
  /** One of its services. */
  readonly service: string;
  /** The functions that are judged. */
  readonly handlers: ReadonlyMap<string, FunctionFactory>;
  /** @default 1 */
  readonly seed?: number;
}

/** What is done to a run, and where it should end all the same. */
export interface Aim {
  /** Calls to cut off, in the order in which they come. */
  readonly cuts: readonly Cut[];
  /** What happens when a call comes, before it is made. */
  readonly event?: MidEvent;
  /** @default - wherever it is after the time that it may take */
  readonly goal?: string;
}

/** Something that happens in the middle of a run. */
export interface MidEvent {
  readonly at: OutsideCall;
  readonly happen: (hands: Hands) => Promise<void>;
}

/** How a scenario went. */
export interface RunReport {
  readonly outcome: string;
  readonly findings: readonly Finding[];
  readonly calls: readonly OutsideCall[];
  /** How many calls had been made when the last of the cuts struck, that one included. */
  readonly struckAfter: number;
  /** How many calls had been made when the run had come to its goal. */
  readonly settledAfter: number;
  /** What happened from where the scenario began to act, line by line. */
  readonly story: readonly string[];
}

/** How long Secrets Manager and the reconciler may take, once everything is healthy again. */
const MOST_TO_CONVERGE_MS = 10 * HOUR_MS;

const TO_REST_MS = HOUR_MS;

/**
 * Plays a scenario, and with an aim cuts calls off, until it has come to the end it should have come to, or time is up.
 */
export async function play(scenario: Scenario, options: CutOptions, aim?: Aim): Promise<RunReport> {
  const run = await CutRun.prepare(scenario, options, aim);
  try {
    return await run.play();
  } finally {
    await run.dispose();
  }
}

class CutRun {
  readonly #story: string[] = [];
  readonly #watch: Watch;
  readonly #traffic: Traffic;
  readonly #hands: Hands;
  readonly #terminal: Terminal;
  readonly #more: Finding[] = [];
  readonly #cutsLeft: Cut[];
  #struckAfter = 0;
  #settledAfter = 0;
  #happened = false;
  #outcome = '';

  private constructor(
    private readonly scenario: Scenario,
    private readonly sandbox: Sandbox,
    private readonly outside: OutsideCalls,
    private readonly service: string,
    private readonly aim: Aim | undefined,
    assembly: string,
  ) {
    this.#cutsLeft = [...(aim?.cuts ?? [])];
    this.#watch = new Watch(sandbox, service);
    this.#traffic = new Traffic([consumer(service, sandbox.keyOf(service), sandbox.fetchClaude)]);
    this.#terminal = new Terminal(sandbox, outside);
    const beat = () => this.#beat();
    this.#hands = new Hands(sandbox, service, { beat, terminal: this.#terminal, assembly });
  }

  static async prepare(scenario: Scenario, options: CutOptions, aim?: Aim): Promise<CutRun> {
    const { assembly, stage, service, handlers, seed = 1 } = options;
    let run: CutRun | undefined;
    const listener = {
      called: async (call: string) => run?.called(call),
      ended: async ({ name }: Invocation) => run?.ended(name),
    };
    const outside = new OutsideCalls(listener, (call) => run?.fateOf(call));
    const around = outside.around(handlers);
    const consistency = STALE_WHERE_CUT;
    const sandbox = await Sandbox.create({
      assembly,
      stage,
      seed,
      runner: 'in-process',
      handlers: around,
      consistency,
    });
    await putAdminKey(sandbox);
    run = new CutRun(scenario, sandbox, outside, service, aim, assembly);
    await run.#hands.changePolicy(SHORT_WAITS);
    await scenario.prepare(run.#hands);
    return run;
  }

  async play(): Promise<RunReport> {
    await this.#tellOutcome();
    this.outside.begin();
    await this.scenario.act(this.#hands);
    if (this.aim) await this.#converge(this.aim.goal);
    this.outside.end();
    // What is on its way without being cut off comes to rest, so that there is an end to compare with.
    if (!this.aim) await this.#hands.pass(TO_REST_MS);
    await this.#beat();
    const outcome = await outcomeOf(this.sandbox, this.service);
    const seen = [...this.#watch.findings, ...this.#suffered()].filter((finding) => !this.#isExcused(finding));
    const findings = [...seen, ...this.#leaked(), ...this.#more];
    const [struckAfter, settledAfter] = [this.#struckAfter, this.#settledAfter];
    return { outcome, findings, calls: this.outside.calls, struckAfter, settledAfter, story: this.#story };
  }

  dispose(): Promise<void> {
    return this.sandbox.dispose();
  }

  /** Cuts strike in their order, each once, after whatever else happens there. */
  fateOf(call: OutsideCall): Fate {
    const first = this.#midEvent(call) ?? this.#hands.eventAt(callName(call));
    return { ...(first ? { first } : {}), way: this.#cutAt(call) };
  }

  #midEvent(call: OutsideCall): (() => Promise<void>) | undefined {
    const { event } = this.aim ?? {};
    if (!event || this.#happened || callName(call) !== callName(event.at)) return undefined;
    this.#happened = true;
    return () => event.happen(this.#hands);
  }

  #cutAt(call: OutsideCall): Way | undefined {
    const [next] = this.#cutsLeft;
    if (!next || callName(call) !== callName(next.call)) return undefined;
    this.#cutsLeft.shift();
    this.#struckAfter = this.outside.calls.length;
    this.#tell(cutName(next));
    return next.way;
  }

  async called(call: string): Promise<void> {
    if (!this.outside.acting) return;
    this.#tell(call);
    await this.#watch.look();
    await this.#tellOutcome();
  }

  async ended(invocation: string): Promise<void> {
    if (this.outside.acting) this.#tell(`${invocation}: ended`);
    await this.#beat();
  }

  /** A consumer sends a request, and everything is looked at. */
  async #beat(): Promise<void> {
    await this.#watch.look();
    if (await this.#hasKey()) await this.#traffic.beat(this.sandbox.clock.now());
  }

  async #hasKey(): Promise<boolean> {
    return (await outcomeOf(this.sandbox, this.service)).includes(' current');
  }

  async #converge(goal: string | undefined): Promise<void> {
    const end = this.sandbox.clock.now().getTime() + MOST_TO_CONVERGE_MS;
    while ((await outcomeOf(this.sandbox, this.service)) !== goal && this.sandbox.clock.now().getTime() < end) {
      await this.#hands.pass(QUARTER_HOUR_MS);
    }
    this.#settledAfter = this.outside.calls.length;
    // What has converged must stay so.
    await this.#hands.pass(QUARTER_HOUR_MS);
    for (const cut of this.#cutsLeft) this.#more.push({ invariant: 'harness', what: `${cutName(cut)} never came` });
    const outcome = await outcomeOf(this.sandbox, this.service);
    if (goal !== undefined && outcome !== goal)
      this.#more.push({ invariant: 'I7, I9', what: `it ends with\n${outcome}\ninstead of\n${goal}` });
  }

  /** I6 over everything that was written and shown: a scenario is too short for its logs to be long. */
  #leaked(): readonly Finding[] {
    return leakedTexts(this.sandbox, this.#terminal.transcript);
  }

  #isExcused(finding: Finding): boolean {
    return this.scenario.excuse?.(finding, this.#hands, (this.aim?.cuts.length ?? 0) > 0) ?? false;
  }

  #suffered(): readonly Finding[] {
    return this.#traffic.failures.map((failure) => ({
      invariant: 'I1',
      what: `a consumer's request failed: ${failure}`,
    }));
  }

  async #tellOutcome(): Promise<void> {
    const outcome = await outcomeOf(this.sandbox, this.service);
    if (outcome === this.#outcome) return;
    this.#outcome = outcome;
    this.#tell(outcome.replaceAll('\n', '; '));
  }

  #tell(line: string): void {
    this.#story.push(`${this.sandbox.clock.now().toISOString()} ${line}`);
  }
}
