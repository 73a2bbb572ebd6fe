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
import { CONDITIONS, DIMENSIONS, METRIC_NAMESPACE, METRICS, type Severity } from '../contract/metrics';
import { alarmName, topicName } from '../contract/names';
import type { ServicePolicy } from '../contract/registration';
import { RUNBOOK } from '../contract/runbook';

type ServiceAlarm = 'key-too-old' | 'requests-above-baseline' | 'calls-failing';
type Watch = Pick<AlarmProps, 'metric' | 'threshold' | 'comparisonOperator'>;

const AT_LEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** What the alarms of one service need to know. */
export interface ServiceAlarmsProps {
  /** Name of the environment, whose platform publishes the metrics (`serviceMetrics`). */
  readonly environment: string;
  readonly service: string;
  readonly policy: ServicePolicy;
  /**
   * Where people read the runbook.
   * @default 'docs/runbook.md'
   */
  readonly runbookUrl?: string;
}

/** Alarms on the age and the use of one service's key and on its errors, named after the service; they tell the environment's topics. */
export class ServiceAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  readonly #props: ServiceAlarmsProps;
  readonly #topics = new Map<Severity, ITopic>();

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { untoldConditions = {} } = props.policy;
    const told = (['key-too-old', 'requests-above-baseline'] as const).filter((each) => !untoldConditions[each]);
    this.alarms = [...told, 'calls-failing' as const].map((name) => this.createAlarm(name));
  }

  private createAlarm(name: ServiceAlarm): Alarm {
    const { environment, service, runbookUrl = RUNBOOK } = this.#props;
    const alarm = new Alarm(this, name, {
      alarmName: alarmName(environment, `${service}-${name}`),
      alarmDescription: `${service} in ${environment}. ${runbookUrl}#${name}`,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      evaluationPeriods: 1,
      ...this.watch(name),
    });
    alarm.addAlarmAction(new SnsAction(this.topic(name === 'calls-failing' ? 'warning' : CONDITIONS[name])));
    return alarm;
  }

  private watch(name: ServiceAlarm): Watch {
    const { maxAgeDays, requestsWarningRatio, clientErrorsPerQuarterHour } = this.#props.policy;
    switch (name) {
      case 'key-too-old':
        return { metric: this.metric(METRICS.keyAgeDays), threshold: maxAgeDays, comparisonOperator: AT_LEAST };
      case 'requests-above-baseline':
        return {
          metric: this.metric(METRICS.requestsRatio),
          threshold: requestsWarningRatio,
          comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        };
      case 'calls-failing': // nothing here publishes it: `reportErrors` of the client does, when it is told `perService`
        return {
          metric: this.metric(METRICS.clientErrors).with({ statistic: Stats.SUM, period: Duration.minutes(15) }),
          threshold: clientErrorsPerQuarterHour,
          comparisonOperator: AT_LEAST,
        };
    }
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
