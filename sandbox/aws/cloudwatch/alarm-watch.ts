import { UnmodelledError } from '../../errors';
import { MINUTE_MS } from '../../utc-time';
import type { AwsAccount } from '../account';
import { AwsError } from '../service';
import type { Alarm, AlarmDefinition, StateChange } from './alarm';
import { type AlarmState, breaches, type Datapoint, evaluate, evaluationRange } from './evaluation';
import { type MetricStore, type MinuteBucket, metricKey, minuteOf, statisticOf } from './metric-store';

/** A message of an alarm that its topic, or the topic's key, did not take. CloudWatch tells nobody. */
export interface FailedAction {
  readonly at: Date;
  readonly alarm: string;
  readonly topicArn: string;
  readonly error: string;
}

/**
 * Evaluates alarms. CloudWatch looks at every alarm every minute, over periods that end at that minute. Nothing can
 * change in between data that arrives and data that moves from one period to the next or out of the range, so only
 * those minutes are evaluated here: a hundred days cost what their datapoints cost.
 */
export class AlarmWatch {
  readonly #alarms = new Map<string, Alarm>();
  readonly #byMetric = new Map<string, Set<string>>();
  readonly #failed: FailedAction[] = [];
  readonly #due = new Map<string, { readonly timeMs: number; readonly cancel: () => void }>();

  constructor(
    private readonly account: AwsAccount,
    private readonly store: MetricStore,
  ) {}

  all(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  failedActions(): readonly FailedAction[] {
    return this.#failed;
  }

  arnOf(name: string): string {
    return `arn:aws:cloudwatch:${this.account.region}:${this.account.id}:alarm:${name}`;
  }

  /** Adds an alarm, or changes one, which keeps its state until it is next evaluated. */
  put(definition: AlarmDefinition): void {
    for (const action of Object.values(definition.actions).flat()) checkAction(action);
    const alarm = this.#alarms.get(definition.name);
    if (alarm) {
      this.#byMetric.get(metricKey(alarm.definition.metric))?.delete(definition.name);
      alarm.definition = definition;
    } else {
      const stateSince = this.account.clock.now();
      this.#alarms.set(definition.name, { definition, state: 'INSUFFICIENT_DATA', stateSince, history: [] });
    }
    const key = metricKey(definition.metric);
    this.#byMetric.set(key, (this.#byMetric.get(key) ?? new Set()).add(definition.name));
    this.#evaluateAt(definition.name, this.#nextMinuteMs());
  }

  remove(name: string): void {
    const alarm = this.#alarms.get(name);
    if (!alarm) return;
    this.#byMetric.get(metricKey(alarm.definition.metric))?.delete(name);
    this.#alarms.delete(name);
    this.#due.get(name)?.cancel();
    this.#due.delete(name);
  }

  /** Has the alarms of a metric evaluated at the end of the present minute. */
  dataArrived(key: string): void {
    for (const name of this.#byMetric.get(key) ?? []) this.#evaluateAt(name, this.#nextMinuteMs());
  }

  #nextMinuteMs(): number {
    return minuteOf(this.account.clock.now().getTime()) + MINUTE_MS;
  }

  /** Plans one evaluation; the earlier wins, since each evaluation plans the one after it. */
  #evaluateAt(name: string, timeMs: number): void {
    const planned = this.#due.get(name);
    if (planned && planned.timeMs <= timeMs) return;
    planned?.cancel();
    const cancel = this.account.clock.at(new Date(timeMs), `alarm ${name}`, () => {
      this.#due.delete(name);
      return this.#evaluate(name, timeMs);
    });
    this.#due.set(name, { timeMs, cancel });
  }

  async #evaluate(name: string, nowMs: number): Promise<void> {
    const alarm = this.#alarms.get(name);
    if (!alarm) return;
    const { definition } = alarm;
    const periodMs = definition.periodSeconds * 1000;
    const range = evaluationRange(definition.evaluationPeriods);
    const buckets = this.store.between(metricKey(definition.metric), nowMs - range * periodMs, nowMs);
    const state = evaluate(datapoints(buckets, definition, nowMs), definition, alarm.state);
    const next = nextChangeMs(buckets, periodMs, nowMs);
    if (next !== undefined) this.#evaluateAt(name, next);
    if (state !== alarm.state) await this.#change(alarm, state);
  }

  async #change(alarm: Alarm, to: AlarmState): Promise<void> {
    const time = this.account.clock.now();
    const { definition } = alarm;
    const change: StateChange = { time, from: alarm.state, to, reason: reasonOf(definition, to) };
    alarm.history.push(change);
    alarm.state = to;
    alarm.stateSince = time;
    if (!definition.actionsEnabled) return;
    for (const topicArn of definition.actions[to]) await this.#notify(topicArn, definition, change);
  }

  /** Publishes a state change. CloudWatch never says so when a topic does not take it: it is in `failedActions` alone. */
  async #notify(TopicArn: string, definition: AlarmDefinition, change: StateChange): Promise<void> {
    const message = {
      AlarmName: definition.name,
      AlarmDescription: definition.description,
      AWSAccountId: this.account.id,
      NewStateValue: change.to,
      NewStateReason: change.reason,
      StateChangeTime: change.time.toISOString(),
      Region: this.account.region,
      AlarmArn: this.arnOf(definition.name),
      OldStateValue: change.from,
    };
    const Subject = `${change.to}: "${definition.name}" in ${this.account.region}`.slice(0, 100);
    const caller = {
      principal: 'cloudwatch.amazonaws.com',
      accountId: this.account.id,
      sourceArn: this.arnOf(definition.name),
    };
    const published = this.account.call(
      'sns',
      'Publish',
      { TopicArn, Subject, Message: JSON.stringify(message) },
      caller,
    );
    await published.catch((error: unknown) => this.#noteFailure(error, definition.name, TopicArn));
  }

  #noteFailure(error: unknown, alarm: string, topicArn: string): void {
    if (!(error instanceof AwsError)) throw error;
    this.#failed.push({ at: this.account.clock.now(), alarm, topicArn, error: error.message });
  }
}

/** Datapoints of the periods that end at `nowMs`, newest first. */
function datapoints(
  buckets: readonly MinuteBucket[],
  definition: AlarmDefinition,
  nowMs: number,
): readonly Datapoint[] {
  const periodMs = definition.periodSeconds * 1000;
  const periods: MinuteBucket[][] = Array.from({ length: evaluationRange(definition.evaluationPeriods) }, () => []);
  for (const bucket of buckets) periods[Math.ceil((nowMs - bucket.startMs) / periodMs) - 1]?.push(bucket);
  return periods.map((period) => {
    const value = statisticOf(period, definition.statistic);
    return value === undefined ? undefined : breaches(value, definition.comparison, definition.threshold);
  });
}

/** The first minute at which one of these buckets leaves the period that it is in at `nowMs`. */
function nextChangeMs(buckets: readonly MinuteBucket[], periodMs: number, nowMs: number): number | undefined {
  if (buckets.length === 0) return undefined;
  const leaving = buckets.map(
    ({ startMs }) => startMs + Math.ceil((nowMs - startMs) / periodMs) * periodMs + MINUTE_MS,
  );
  return Math.min(...leaving);
}

function reasonOf(definition: AlarmDefinition, state: AlarmState): string {
  const { datapointsToAlarm, evaluationPeriods, comparison, threshold } = definition;
  if (state === 'INSUFFICIENT_DATA')
    return `too few datapoints in the last ${evaluationRange(evaluationPeriods)} periods`;
  const wording = state === 'ALARM' ? 'at least' : 'fewer than';
  return `${wording} ${datapointsToAlarm} of ${evaluationPeriods} datapoints: ${comparison} ${threshold}`;
}

function checkAction(arn: string): void {
  if (!arn.startsWith('arn:aws:sns:')) throw new UnmodelledError(`the alarm action ${arn}`);
}
