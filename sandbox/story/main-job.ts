import { putAdminKey } from '../admin-key';
import { checkInvariants, INVARIANTS, type Violation } from '../invariants';
import type { Sandbox } from '../sandbox';
import { readTruth } from '../truth';
import { leakedTexts } from './leaks';
import { type Change, type Life, Lives } from './lives';
import { type Narrator, sentence } from './narrator';
import { Operator } from './operator';
import { type AlarmFired, countDisabled, countStages, type Summary } from './summary';
import { consumer, Traffic } from './traffic';

export interface MainJobOptions {
  readonly sandbox: Sandbox;
  readonly days: number;
  readonly narrator: Narrator;
}

export interface MainJobResult {
  readonly summary: Summary;
  readonly lives: readonly Life[];
  readonly start: Date;
  readonly end: Date;
}

const BEAT_MS = 10 * 60_000;
const BEATS_PER_DAY = 144;
const FIRST_KEY_BEATS = 12;
/** The operator looks at the alarms once a day, at nine. */
const OFFICE_HOUR_UTC = 9;

/**
 * The main job: an environment is deployed, gets its admin key and first keys, serves steady traffic, and rotates and
 * retires keys by itself for as long as asked, while every invariant is judged every ten minutes.
 */
export async function runMainJob(options: MainJobOptions): Promise<MainJobResult> {
  const job = new MainJob(options);
  await job.prepare();
  for (let day = 0; day < options.days; day++) await job.passDay(day);
  return job.conclude();
}

class MainJob {
  readonly #sandbox: Sandbox;
  readonly #narrator: Narrator;
  readonly #days: number;
  readonly #start: Date;
  readonly #operator: Operator;
  readonly #traffic: Traffic;
  readonly #lives = new Lives();
  readonly #changes: Change[] = [];
  readonly #violations: Violation[] = [];
  #invariantsChecked = 0;
  #alarmsTold = 0;
  #day = 0;

  constructor({ sandbox, days, narrator }: MainJobOptions) {
    this.#sandbox = sandbox;
    this.#narrator = narrator;
    this.#days = days;
    this.#start = sandbox.clock.now();
    const { environment, workspaceId } = sandbox.settings;
    this.#operator = new Operator({ environment, workspaceId, claude: sandbox.claude, open: sandbox.openPlatform() });
    this.#traffic = new Traffic(
      sandbox.services().map((service) => consumer(service, sandbox.keyOf(service), sandbox.fetchClaude)),
    );
  }

  /** What a person does once after the first deployment. */
  async prepare(): Promise<void> {
    const { environment } = this.#sandbox.settings;
    this.#tell(
      `${environment} is deployed with ${this.#traffic.consumers.length} services, each holding a placeholder`,
    );
    if (!(await putAdminKey(this.#sandbox))) throw byHand(environment);
    this.#tell('the operator puts the admin key in its secret');
    await this.#stage('a first key and a spare for every service');
    await this.#awaitFirstKeys();
  }

  /** A service starts when its key is there, which is at once, or at the reconciler's next run where reads lag. */
  async #awaitFirstKeys(): Promise<void> {
    for (let beat = 0; beat < FIRST_KEY_BEATS; beat++) {
      const { current } = readTruth(this.#sandbox);
      if (![...current.values()].includes('placeholder')) return;
      await this.#sandbox.clock.advanceBy(BEAT_MS);
    }
    throw new Error('the first keys did not become current within two hours of their staging');
  }

  async passDay(day: number): Promise<void> {
    this.#day = day;
    for (let beat = 0; beat < BEATS_PER_DAY; beat++) {
      await this.#sandbox.clock.advanceBy(BEAT_MS);
      await this.#traffic.beat(this.#sandbox.clock.now());
      await this.#look();
      if (this.#isOfficeHour()) await this.#answerAlarms();
    }
    this.#showProgress();
  }

  conclude(): MainJobResult {
    this.#narrator.end();
    const end = this.#sandbox.clock.now();
    const lives = this.#lives.until(end);
    return { summary: this.#summary(lives), lives, start: this.#start, end };
  }

  async #stage(what: string): Promise<void> {
    const created = await this.#operator.stageMissing();
    this.#tell(
      `the operator stages ${what}: ${created === 1 ? 'one key' : `${created} keys`}, with "claude-keys stage ${this.#sandbox.settings.environment} --missing"`,
    );
    await this.#sandbox.settle();
    await this.#look();
  }

  /** Reads the truth, tells what changed, judges the invariants. */
  async #look(): Promise<void> {
    const truth = readTruth(this.#sandbox);
    for (const change of this.#lives.observe(truth)) {
      this.#changes.push(change);
      if (change.to !== 'made') this.#tell(sentence(change));
    }
    this.#violations.push(...checkInvariants(truth));
    this.#invariantsChecked += INVARIANTS.length;
    this.#tellAlarms();
  }

  #tellAlarms(): void {
    const fired = this.#alarmsFired();
    for (const { name } of fired.slice(this.#alarmsTold)) this.#tell(`ALARM ${name}`);
    this.#alarmsTold = fired.length;
  }

  #alarmsFired(): readonly AlarmFired[] {
    return this.#sandbox.cloudWatch
      .alarms()
      .flatMap(({ definition, history }) =>
        history.filter(({ to }) => to === 'ALARM').map(({ time }) => ({ name: definition.name, at: time })),
      )
      .sort((one, other) => one.at.getTime() - other.at.getTime());
  }

  #isOfficeHour(): boolean {
    const now = this.#sandbox.clock.now();
    return now.getUTCHours() === OFFICE_HOUR_UTC && now.getUTCMinutes() < BEAT_MS / 60_000;
  }

  async #answerAlarms(): Promise<void> {
    const short = this.#sandbox.cloudWatch
      .alarms()
      .some(({ definition, state }) => definition.name.endsWith('-no-spare') && state === 'ALARM');
    if (short) await this.#stage('a spare for every service that lacks one');
  }

  #showProgress(): void {
    const { requests, failed } = this.#traffic;
    this.#narrator.progress(`day ${this.#day + 1} of ${this.#days}, ${requests} requests, ${failed} failed`);
  }

  #summary(lives: readonly Life[]): Summary {
    const firstKeys = this.#traffic.consumers.length;
    return {
      environment: this.#sandbox.settings.environment,
      seed: this.#sandbox.random.seed,
      virtualDays: this.#days,
      services: firstKeys,
      rotations: this.#changes.filter(({ to }) => to === 'active').length - firstKeys,
      ...countDisabled(this.#changes),
      requests: this.#traffic.requests,
      failedRequests: this.#traffic.failed,
      failures: this.#traffic.failures,
      keys: countStages(lives),
      alarms: this.#alarmsFired(),
      invariantsChecked: this.#invariantsChecked + 1,
      violations: [...this.#violations, ...leakedTexts(this.#sandbox, this.#operator.transcript)],
      awsCalls: this.#sandbox.awsCalls,
    };
  }

  #tell(text: string): void {
    this.#narrator.tell(this.#sandbox.clock.now(), text);
  }
}

const byHand = (environment: string): Error =>
  new Error(
    `people look after the keys of ${environment} by hand (issuerAccess: manual), so they do not rotate by themselves: choose another environment, or look at this one with "npm run sandbox -- --env ${environment}"`,
  );
