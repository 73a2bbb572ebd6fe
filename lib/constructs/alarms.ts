import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { CONDITION_SENTENCES } from '../contract/condition-sentences';
import { CONDITIONS, type Condition, DIMENSIONS, METRIC_NAMESPACE, METRICS, type Severity } from '../contract/metrics';
import { alarmName } from '../contract/names';
import { DEFAULT_POLICY, type UntoldConditions } from '../contract/registration';

const QUARTER_HOUR = Duration.minutes(15);

/**
 * What counts only when it lasts. A spare is staged by a person: six hours. A key is looked for in lists that may lag
 * by minutes, and a topic may fail for a moment: two runs. A report may fail for a while, and so may what is done for a service: an hour. Limits are looked at once in an hour: twice.
 */
const QUARTER_HOURS_UNTIL_ALARM: Partial<Record<Condition, number>> = {
  'no-spare': 24,
  'unknown-key': 2,
  'messages-failing': 2,
  'usage-report-old': 4,
  'service-failing': 5,
  'limits-not-kept': 5,
};

/** In a quarter of an hour. */
const REFUSED_CALLS_UNTIL_ALARM = 3;
const FAILING_CALLS_UNTIL_ALARM = DEFAULT_POLICY.clientErrorsPerQuarterHour;

/** Every condition, worst first. */
export const CONDITION_NAMES = Object.keys(CONDITIONS).filter((name): name is Condition => name in CONDITIONS);

/** Every alarm of an environment; each has a section of this name in `docs/runbook.md`. */
export const ALARM_NAMES: readonly string[] = [
  ...CONDITION_NAMES,
  'calls-refused',
  'calls-failing',
  'reconciler-silent',
  'reconcile-errors',
  'rotate-errors',
  'events-dropped',
];

/** What the alarms watch, and whom they tell. */
export interface AlarmsProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly topics: Readonly<Record<Severity, ITopic>>;
  readonly rotateFunction: IFunction;
  readonly reconcileFunction: IFunction;
  /** Conditions that have no alarm, each with the reason. */
  readonly untoldConditions: UntoldConditions;
  /** Where people read the runbook. */
  readonly runbookUrl: string;
}

/** The alarms of an environment: one per condition, whatever the number of services. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.alarms = [
      ...CONDITION_NAMES.filter((condition) => props.untoldConditions[condition] === undefined).map((condition) =>
        this.createConditionAlarm(condition),
      ),
      this.createRefusedCallsAlarm(),
      this.createFailingCallsAlarm(),
      this.createSilenceAlarm(),
      this.createReconcileErrorsAlarm(),
      this.createRotateErrorsAlarm(),
      this.createDroppedEventsAlarm(),
    ];
  }

  private createConditionAlarm(condition: Condition): Alarm {
    return this.createAlarm(condition, CONDITIONS[condition], CONDITION_SENTENCES[condition], {
      metric: conditionMetric(this.#props.environment, condition),
      evaluationPeriods: QUARTER_HOURS_UNTIL_ALARM[condition] ?? 1,
      threshold: 1,
    });
  }

  /** One refusal may be a service that met a rotation in the middle; what goes on has the wrong key. */
  private createRefusedCallsAlarm(): Alarm {
    return this.createAlarm('calls-refused', 'critical', 'Claude refuses the key that a service sends.', {
      metric: reportedMetric(this.#props.environment, METRICS.refusedCalls),
      evaluationPeriods: 1,
      threshold: REFUSED_CALLS_UNTIL_ALARM,
    });
  }

  /** Errors of requests themselves, which no repetition puts right. Single ones are part of every service's life. */
  private createFailingCallsAlarm(): Alarm {
    return this.createAlarm(
      'calls-failing',
      'warning',
      'Claude answers many requests of services with an error (4xx).',
      {
        metric: reportedMetric(this.#props.environment, METRICS.clientErrors),
        evaluationPeriods: 1,
        threshold: FAILING_CALLS_UNTIL_ALARM,
      },
    );
  }

  /**
   * A new alarm begins in INSUFFICIENT_DATA, so going back there is the one change of state that means "it ran, and
   * now it does not": a first deploy tells nobody, a reconciler that stops does.
   */
  private createSilenceAlarm(): Alarm {
    const alarm = this.createAlarm(
      'reconciler-silent',
      'critical',
      'The reconciler has not completed a run for an hour.',
      {
        metric: heartbeatMetric(this.#props.environment),
        evaluationPeriods: 4,
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.MISSING,
      },
    );
    alarm.addInsufficientDataAction(new SnsAction(this.#props.topics.critical));
    return alarm;
  }

  private createReconcileErrorsAlarm(): Alarm {
    return this.createAlarm('reconcile-errors', 'critical', 'The reconciler failed four times within an hour.', {
      metric: this.#props.reconcileFunction.metricErrors({ period: Duration.hours(1) }),
      evaluationPeriods: 1,
      threshold: 4,
    });
  }

  private createRotateErrorsAlarm(): Alarm {
    return this.createAlarm('rotate-errors', 'warning', 'A step of a rotation failed; Secrets Manager repeats it.', {
      metric: this.#props.rotateFunction.metricErrors({ period: QUARTER_HOUR }),
      evaluationPeriods: 1,
      threshold: 1,
    });
  }

  /** What rules send comes once: a read that was refused, or a use of the role for emergencies, would go untold. */
  private createDroppedEventsAlarm(): Alarm {
    const { reconcileFunction } = this.#props;
    return this.createAlarm('events-dropped', 'warning', 'Lambda gave up an event for the reconciler.', {
      metric: reconcileFunction.metric('AsyncEventsDropped', { statistic: Stats.SUM, period: QUARTER_HOUR }),
      evaluationPeriods: 1,
      threshold: 1,
    });
  }

  private createAlarm(name: string, severity: Severity, sentence: string, watch: AlarmProps): Alarm {
    const alarm = new Alarm(this, name, {
      alarmName: alarmName(this.#props.environment, name),
      alarmDescription: `${sentence} ${this.#props.runbookUrl}#${name}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...watch,
    });
    alarm.addAlarmAction(new SnsAction(this.#props.topics[severity]));
    return alarm;
  }
}

/** How many services are in a condition. No datapoint means none. */
export function conditionMetric(environment: string, condition: Condition): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRICS.inCondition,
    dimensionsMap: { [DIMENSIONS.environment]: environment, [DIMENSIONS.condition]: condition },
    statistic: Stats.MAXIMUM,
    period: QUARTER_HOUR,
  });
}

/** How often the reconciler completed a run. */
export function heartbeatMetric(environment: string): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRICS.heartbeat,
    dimensionsMap: { [DIMENSIONS.environment]: environment },
    statistic: Stats.SUM,
    period: QUARTER_HOUR,
  });
}

/** Requests that services report as failed. Nothing here publishes it: `reportRefusals` and `reportErrors` of the client do. */
function reportedMetric(environment: string, metricName: string): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [DIMENSIONS.environment]: environment },
    statistic: Stats.SUM,
    period: QUARTER_HOUR,
  });
}
