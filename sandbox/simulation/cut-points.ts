import { putAdminKey } from '../admin-key';
import type { FunctionFactory } from '../functions/in-process-runner';
import { Sandbox } from '../sandbox';
import { consumer, Traffic } from '../story/traffic';
import { HOUR_MS } from '../utc-time';
import { type Cut, callName, cutsOf, type OutsideCall } from './cut';
import { Hands, QUARTER_HOUR_MS } from './hands';
import { outcomeOf } from './outcome';
import { OutsideCalls } from './outside-calls';
import { type Scenario, SHORT_WAITS } from './scenarios';
import { type Finding, Watch } from './watch';

export interface CutOptions {
  /** Directory of a cloud assembly. */
  readonly assembly: string;
  /** The environment to deploy, with an admin key. */
  readonly stage: string;
  /** One of its services. */
  readonly service: string;
  /** The functions that are judged. */
  readonly handlers: ReadonlyMap<string, FunctionFactory>;
  /** @default 1 */
  readonly seed?: number;
}

/** How a scenario went. */
export interface RunReport {
  readonly outcome: string;
  readonly findings: readonly Finding[];
  readonly calls: readonly OutsideCall[];
  /** What happened from where the scenario began to act, line by line. */
  readonly story: readonly string[];
}

/** How long Secrets Manager and the reconciler may take, once everything is healthy again. */
const MOST_TO_CONVERGE_MS = 10 * HOUR_MS;

/** Plays a scenario in which nothing is cut off. */
export const playWhole = (scenario: Scenario, options: CutOptions): Promise<RunReport> => play(scenario, options);

/** Plays a scenario with one call cut off, until it has come to the end it should have come to, or time is up. */
function playCut(scenario: Scenario, cut: Cut, goal: string, options: CutOptions): Promise<RunReport> {
  return play(scenario, options, { cut, goal });
}

/** What came of cutting every call of a scenario off. */
export interface CutsReport {
  readonly calls: number;
  readonly cuts: number;
  /** A text on each run that did harm. */
  readonly failures: readonly string[];
}

/**
 * Cuts every call of a scenario off, one in each run, in every way.
 * @param goal how it should end; by default as it does when nothing is cut off
 * @param mostFailures to stop after
 */
export async function cutEverywhere(
  scenario: Scenario,
  options: CutOptions,
  goal?: string,
  mostFailures = Number.POSITIVE_INFINITY,
): Promise<CutsReport> {
  const whole = await playWhole(scenario, options);
  const failures = whole.findings.length > 0 ? [describeFailure(scenario, 'nothing cut', whole, options)] : [];
  const cuts = cutsOf(whole.calls);
  for (const cut of cuts) {
    if (failures.length >= mostFailures) break;
    const report = await playCut(scenario, cut, goal ?? whole.outcome, options);
    const what = `${cut.way} at ${callName(cut.call)}`;
    if (report.findings.length > 0) failures.push(describeFailure(scenario, what, report, options));
  }
  return { cuts: cuts.length, calls: whole.calls.length, failures };
}

function describeFailure({ name }: Scenario, what: string, report: RunReport, { seed = 1 }: CutOptions): string {
  return [
    `${name}, seed ${seed}, ${what}`,
    ...report.findings.map(({ invariant, what }) => `  ${invariant}: ${what}`),
    ...report.story.map((line) => `    ${line}`),
  ].join('\n');
}

interface Aim {
  readonly cut: Cut;
  readonly goal: string;
}

async function play(scenario: Scenario, options: CutOptions, aim?: Aim): Promise<RunReport> {
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
  readonly #more: Finding[] = [];
  #outcome = '';

  private constructor(
    private readonly scenario: Scenario,
    private readonly sandbox: Sandbox,
    private readonly outside: OutsideCalls,
    private readonly service: string,
    private readonly aim: Aim | undefined,
  ) {
    this.#watch = new Watch(sandbox, service);
    this.#traffic = new Traffic([consumer(service, sandbox.keyOf(service), sandbox.fetchClaude)]);
    this.#hands = new Hands(sandbox, service, () => this.#beat());
  }

  static async prepare(scenario: Scenario, options: CutOptions, aim?: Aim): Promise<CutRun> {
    const { assembly, stage, service, handlers, seed = 1 } = options;
    let run: CutRun | undefined;
    const listener = {
      called: async (call: string) => run?.called(call),
      ended: async (invocation: string) => run?.ended(invocation),
    };
    const outside = new OutsideCalls(listener, aim?.cut);
    const around = outside.around(handlers);
    const sandbox = await Sandbox.create({ assembly, stage, seed, runner: 'in-process', handlers: around });
    await putAdminKey(sandbox);
    run = new CutRun(scenario, sandbox, outside, service, aim);
    await run.#hands.changePolicy(SHORT_WAITS);
    await scenario.prepare(run.#hands);
    return run;
  }

  async play(): Promise<RunReport> {
    await this.#tellOutcome();
    this.outside.begin();
    await this.scenario.act(this.#hands);
    if (this.aim) await this.#converge(this.aim);
    this.outside.end();
    await this.#beat();
    const outcome = await outcomeOf(this.sandbox, this.service);
    const findings = [...this.#watch.findings, ...this.#suffered(), ...this.#more];
    return { outcome, findings, calls: this.outside.calls, story: this.#story };
  }

  dispose(): Promise<void> {
    return this.sandbox.dispose();
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

  async #converge({ cut, goal }: Aim): Promise<void> {
    if (!this.outside.struck) this.#more.push({ invariant: 'harness', what: `${callName(cut.call)} never came` });
    const end = this.sandbox.clock.now().getTime() + MOST_TO_CONVERGE_MS;
    while ((await outcomeOf(this.sandbox, this.service)) !== goal && this.sandbox.clock.now().getTime() < end) {
      await this.#hands.pass(QUARTER_HOUR_MS);
    }
    // What has converged must stay so.
    await this.#hands.pass(QUARTER_HOUR_MS);
    const outcome = await outcomeOf(this.sandbox, this.service);
    if (outcome !== goal)
      this.#more.push({ invariant: 'I7, I9', what: `it ends with\n${outcome}\ninstead of\n${goal}` });
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
