import type { Platform } from '../../lib/cli/platform';
import { putAdminKey } from '../admin-key';
import type { FunctionFactory } from '../functions/in-process-runner';
import { Sandbox } from '../sandbox';
import { leakedTexts } from '../story/leaks';
import { consumer, Traffic } from '../story/traffic';
import { readTruth, type Truth } from '../truth';
import { HOUR_MS } from '../utc-time';
import { BundleCalls } from './bundle-calls';
import { type Cut, callName, cutName, type OutsideCall, type Way } from './cut';
import { Hands, QUARTER_HOUR_MS } from './hands';
import type { Invocation } from './invocation';
import { outcomeOf } from './outcome';
import { type Fate, OutsideCalls, STALE_WHERE_CUT } from './outside-calls';
import { type Scenario, SHORT_WAITS, SUFFERED } from './scenarios';
import { Terminal } from './terminal';
import { type Finding, Watch } from './watch';

export interface CutOptions {
  /** Directory of a cloud assembly. */
  readonly assembly: string;
  /** The environment to deploy. */
  readonly stage: string;
  /** One of its services. */
  readonly service: string;
  /**
   * The functions that are judged, from source.
   * @default - the assembly's own bundles
   */
  readonly handlers?: ReadonlyMap<string, FunctionFactory>;
  /**
   * What the CLI makes of its platform, where a bug is put in on purpose.
   * @default - as it is
   */
  readonly cli?: (platform: Platform) => Platform;
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
  /** The invocations that were cut off. */
  readonly #struck = new Set<string>();
  readonly #cutsLeft: Cut[];
  #struckAfter = 0;
  #settledAfter = 0;
  #happened = false;
  #outcome = '';

  private constructor(
    private readonly scenario: Scenario,
    private readonly sandbox: Sandbox,
    private readonly outside: OutsideCalls,
    private readonly options: CutOptions,
    private readonly aim: Aim | undefined,
  ) {
    const { service, assembly, cli } = options;
    this.#cutsLeft = [...(aim?.cuts ?? [])];
    this.#watch = new Watch(sandbox, service);
    this.#traffic = new Traffic([consumer(service, sandbox.keyOf(service), sandbox.fetchClaude)]);
    this.#terminal = new Terminal(sandbox, outside, cli);
    const beat = () => this.#beat();
    this.#hands = new Hands(sandbox, service, { beat, terminal: this.#terminal, assembly });
  }

  static async prepare(scenario: Scenario, options: CutOptions, aim?: Aim): Promise<CutRun> {
    const { assembly, stage, handlers, seed = 1 } = options;
    let run: CutRun | undefined;
    const listener = {
      called: async (call: string) => run?.called(call),
      ended: async (invocation: Invocation) => run?.ended(invocation),
    };
    const outside = new OutsideCalls(listener, (call) => run?.fateOf(call));
    const functions = handlers
      ? ({ runner: 'in-process', handlers: outside.around(handlers) } as const)
      : ({ runner: 'worker', wiretap: new BundleCalls(outside) } as const);
    const sandbox = await Sandbox.create({ assembly, stage, seed, consistency: STALE_WHERE_CUT, ...functions });
    await putAdminKey(sandbox);
    run = new CutRun(scenario, sandbox, outside, options, aim);
    await run.#hands.changePolicy(SHORT_WAITS);
    await scenario.prepare(run.#hands);
    return run;
  }

  async play(): Promise<RunReport> {
    this.#tellOutcome();
    this.outside.begin();
    await this.scenario.act(this.#hands);
    if (this.aim) await this.#converge(this.aim.goal);
    this.outside.end();
    // What is on its way without being cut off comes to rest, so that there is an end to compare with.
    if (!this.aim) await this.#hands.pass(TO_REST_MS);
    await this.#beat();
    const outcome = outcomeOf(this.sandbox, this.options.service);
    const seen = this.#watch.findings.filter((finding) => !this.#isExcused(finding));
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
    this.#struck.add(call.invocation);
    this.#struckAfter = this.outside.calls.length;
    this.#tell(cutName(next));
    return next.way;
  }

  async called(call: string): Promise<void> {
    if (!this.outside.acting) return;
    this.#tell(call);
    const truth = readTruth(this.sandbox);
    this.#watch.look(truth);
    this.#tellOutcome(truth);
  }

  async ended({ name, purpose }: Invocation): Promise<void> {
    if (this.outside.acting) this.#tell(`${name}: ended`);
    if (purpose.startsWith('reconcile') && !this.#struck.has(name)) this.#hands.wholeRuns += 1;
    await this.#beat();
  }

  /** A consumer sends a request, and everything is looked at. */
  async #beat(): Promise<void> {
    const truth = readTruth(this.sandbox);
    this.#watch.look(truth);
    if (!outcomeOf(this.sandbox, this.options.service, truth).includes(' current')) return;
    // Asked beforehand: what excuses a failure may be over with the request.
    const isExcused = this.#isExcused({ invariant: 'I1', what: SUFFERED });
    const failures = await this.#traffic.beat(this.sandbox.clock.now());
    const found = failures.map((failure) => ({ invariant: 'I1', what: `${SUFFERED}: ${failure}` }));
    if (!isExcused) this.#more.push(...found);
  }

  async #converge(goal: string | undefined): Promise<void> {
    const end = this.sandbox.clock.now().getTime() + MOST_TO_CONVERGE_MS;
    while (!this.#isAt(goal) && this.sandbox.clock.now().getTime() < end) {
      await this.#hands.pass(QUARTER_HOUR_MS);
    }
    this.#settledAfter = this.outside.calls.length;
    // What has converged must stay so.
    await this.#hands.pass(QUARTER_HOUR_MS);
    for (const cut of this.#cutsLeft) this.#more.push({ invariant: 'harness', what: `${cutName(cut)} never came` });
    if (goal === undefined || this.#isAt(goal)) return;
    const outcome = outcomeOf(this.sandbox, this.options.service);
    this.#more.push({ invariant: 'I7, I9', what: `it ends with\n${outcome}\ninstead of\n${goal}` });
  }

  #isAt(goal: string | undefined): boolean {
    const outcome = outcomeOf(this.sandbox, this.options.service);
    return outcome === goal || (goal !== undefined && this.scenario.otherEnds?.includes(outcome) === true);
  }

  /** I6 over everything that was written and shown: a scenario is too short for its logs to be long. */
  #leaked(): readonly Finding[] {
    return leakedTexts(this.sandbox, this.#terminal.transcript);
  }

  #isExcused(finding: Finding): boolean {
    return this.scenario.excuse?.(finding, this.#hands, (this.aim?.cuts.length ?? 0) > 0) ?? false;
  }

  #tellOutcome(truth?: Truth): void {
    const outcome = outcomeOf(this.sandbox, this.options.service, truth);
    if (outcome === this.#outcome) return;
    this.#outcome = outcome;
    this.#tell(outcome.replaceAll('\n', '; '));
  }

  #tell(line: string): void {
    this.#story.push(`${this.sandbox.clock.now().toISOString()} ${line}`);
  }
}
