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
import { CONDITIONS, type Condition, DIMENSIONS, METRIC_NAMESPACE, METRICS, type Severity } from '../contract/metrics';
import { alarmName } from '../contract/names';

const QUARTER_HOUR = Duration.minutes(15);

/** What each alarm on a condition says in one sentence. */
const CONDITION_SENTENCES: Readonly<Record<Condition, string>> = {
  'current-key-dead': 'A service holds a key that Claude refuses.',
  'key-too-old': 'A service holds a key older than its policy allows.',
  'rotation-overdue': 'A service should have been rotated and was not.',
  'rotation-failed': 'A rotation failed and does not get further by itself.',
  'retirement-overdue': 'An old key could not be retired by its deadline.',
  'admin-access-failing': 'The reconciler cannot look at the keys at Claude.',
  'key-expiring': 'A key that is in use expires soon.',
  'no-spare': 'A service has fewer spare keys than it should.',
  'unknown-key': 'The workspace has a key that no service owns.',
  'admin-key-expiring': 'The admin key expires soon.',
};

/**
 * What counts only when it lasts. A spare is staged by a person: six hours. A key is looked for in lists that may lag
 * by minutes: two runs.
 */
const QUARTER_HOURS_UNTIL_ALARM: Partial<Record<Condition, number>> = { 'no-spare': 24, 'unknown-key': 2 };

/** Every condition, worst first. */
export const CONDITION_NAMES = Object.keys(CONDITIONS).filter((name): name is Condition => name in CONDITIONS);

/** Every alarm of an environment; each has a section of this name in `docs/runbook.md`. */
export const ALARM_NAMES: readonly string[] = [
  ...CONDITION_NAMES,
  'reconciler-silent',
  'reconcile-errors',
  'rotate-errors',
];

/** What the alarms watch, and whom they tell. */
export interface AlarmsProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly topics: Readonly<Record<Severity, ITopic>>;
  readonly rotateFunction: IFunction;
  readonly reconcileFunction: IFunction;
}

/** The alarms of an environment: one per condition, whatever the number of services. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.alarms = [
      ...CONDITION_NAMES.map((condition) => this.createConditionAlarm(condition)),
      this.createSilenceAlarm(),
      this.createReconcileErrorsAlarm(),
      this.createRotateErrorsAlarm(),
    ];
  }

  private createConditionAlarm(condition: Condition): Alarm {
    return this.createAlarm(condition, CONDITIONS[condition], CONDITION_SENTENCES[condition], {
      metric: conditionMetric(this.#props.environment, condition),
      evaluationPeriods: QUARTER_HOURS_UNTIL_ALARM[condition] ?? 1,
      threshold: 1,
    });
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

  private createAlarm(name: string, severity: Severity, sentence: string, watch: AlarmProps): Alarm {
    const alarm = new Alarm(this, name, {
      alarmName: alarmName(this.#props.environment, name),
      alarmDescription: `${sentence} docs/runbook.md#${name}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...watch,
    });
    alarm.addAlarmAction(new SnsAction(this.#props.topics[severity]));
    return alarm;
  }
}

/** How many services are in a condition. */
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
