import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { CONDITIONS, type Condition, DIMENSIONS, METRIC_NAMESPACE, METRICS, type Severity } from '../contract/metrics';
import { alarmName, topicName } from '../contract/names';
import type { ServicePolicy } from '../contract/registration';

/** What the alarms of one service need to know. */
export interface ServiceAlarmsProps {
  /** Name of the environment, whose platform publishes the metrics (`serviceMetrics`). */
  readonly environment: string;
  readonly service: string;
  readonly policy: ServicePolicy;
}

/** Alarms on the age and the use of one service's key, named after the service; they tell the environment's topics. */
export class ServiceAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  readonly #props: ServiceAlarmsProps;
  readonly #topics = new Map<Severity, ITopic>();

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { untoldConditions = {} } = props.policy;
    const told = (['key-too-old', 'requests-above-baseline'] as const).filter((each) => !untoldConditions[each]);
    this.alarms = told.map((condition) => this.createAlarm(condition));
  }

  private createAlarm(condition: 'key-too-old' | 'requests-above-baseline'): Alarm {
    const { environment, service } = this.#props;
    const alarm = new Alarm(this, condition, {
      alarmName: alarmName(environment, `${service}-${condition}`),
      alarmDescription: `${service} in ${environment}. docs/runbook.md#${condition}`,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      evaluationPeriods: 1,
      ...this.watch(condition),
    });
    alarm.addAlarmAction(new SnsAction(this.topic(CONDITIONS[condition])));
    return alarm;
  }

  private watch(condition: Condition): Pick<AlarmProps, 'metric' | 'threshold' | 'comparisonOperator'> {
    const { maxAgeDays, requestsWarningRatio } = this.#props.policy;
    if (condition === 'key-too-old') {
      return {
        metric: this.metric(METRICS.keyAgeDays),
        threshold: maxAgeDays,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      };
    }
    return {
      metric: this.metric(METRICS.requestsRatio),
      threshold: requestsWarningRatio,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    };
  }

  private metric(metricName: string): Metric {
    const { environment, service } = this.#props;
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [DIMENSIONS.environment]: environment, [DIMENSIONS.service]: service },
      statistic: Stats.MAXIMUM,
      period: Duration.hours(1),
    });
  }

  private topic(severity: Severity): ITopic {
    const known = this.#topics.get(severity);
    if (known) return known;
    const topicArn = Stack.of(this).formatArn({
      service: 'sns',
      resource: topicName(this.#props.environment, severity),
    });
    const topic = Topic.fromTopicArn(this, `Topic-${severity}`, topicArn);
    this.#topics.set(severity, topic);
    return topic;
  }
}
