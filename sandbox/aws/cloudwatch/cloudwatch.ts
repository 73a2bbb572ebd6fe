import type { AwsAccount } from '../account';
import type { Fields } from '../fields';
import { type Operations, perform } from '../operations';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from '../service';
import { ALARM_FIELDS, type Alarm, DIMENSIONS, readAlarm, readDimensions } from './alarm';
import { AlarmWatch, type FailedAction } from './alarm-watch';
import { readFigures } from './figures';
import { type MetricId, MetricStore, metricKey, type Statistic, statisticOf } from './metric-store';

/** CloudWatch metrics, alarms and dashboards. */
export class CloudWatch implements AwsService {
  readonly name = 'monitoring';
  readonly #store = new MetricStore();
  readonly #alarms: AlarmWatch;
  readonly #dashboards = new Map<string, string>();
  readonly #operations: Operations = {
    PutMetricData: {
      fields: ['Namespace', { MetricData: ['MetricName', 'Timestamp', 'Value', 'Values', 'Counts', DIMENSIONS] }],
      withoutEffect: [{ MetricData: ['Unit', 'StorageResolution'] }],
      run: (input) => this.#putMetricData(input),
    },
    PutMetricAlarm: {
      ...ALARM_FIELDS,
      run: (input) => {
        this.#alarms.put(readAlarm(input));
        return {};
      },
    },
    DescribeAlarms: {
      fields: ['AlarmNames', 'AlarmNamePrefix', 'StateValue'],
      withoutEffect: ['AlarmTypes', 'MaxRecords'],
      run: (input) => this.#describeAlarms(input),
    },
    DeleteAlarms: {
      fields: ['AlarmNames'],
      run: (input) => {
        for (const name of input.strings('AlarmNames')) this.#alarms.remove(name);
        return {};
      },
    },
    GetMetricStatistics: {
      fields: ['Namespace', 'MetricName', 'Statistics', 'StartTime', 'EndTime', 'Period', DIMENSIONS],
      withoutEffect: ['Unit'],
      run: (input) => this.#getMetricStatistics(input),
    },
    PutDashboard: { fields: ['DashboardName', 'DashboardBody'], run: (input) => this.#putDashboard(input) },
    DeleteDashboards: {
      fields: ['DashboardNames'],
      run: (input) => {
        for (const name of input.strings('DashboardNames')) this.#dashboards.delete(name);
        return {};
      },
    },
  };

  constructor(private readonly account: AwsAccount) {
    this.#alarms = new AlarmWatch(account, this.#store);
  }

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  /** Records a figure as AWS services do with their own, in namespaces that begin with `AWS/`. */
  record(metric: MetricId, value: number, time = this.account.clock.now(), count = 1): void {
    this.#store.add(metric, time, value, count);
    this.#alarms.dataArrived(metricKey(metric));
  }

  alarms(): readonly Alarm[] {
    return this.#alarms.all();
  }

  /** Messages of alarms that were lost, because a topic or its key did not take them. */
  failedActions(): readonly FailedAction[] {
    return this.#alarms.failedActions();
  }

  alarm(name: string): Alarm | undefined {
    return this.#alarms.all().find(({ definition }) => definition.name === name);
  }

  metrics(): readonly MetricId[] {
    return this.#store.metrics();
  }

  dashboards(): ReadonlyMap<string, string> {
    return this.#dashboards;
  }

  #putMetricData(input: Fields): AwsOutput {
    const namespace = input.string('Namespace');
    if (namespace.startsWith('AWS/'))
      throw new AwsError('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.');
    // All are read before one counts: a refused request has recorded nothing.
    for (const { id, time, values } of readFigures(input, namespace))
      for (const [value, count] of values) this.record(id, value, time, count);
    return {};
  }

  #describeAlarms(input: Fields): AwsOutput {
    const names = input.strings('AlarmNames');
    const prefix = input.optionalString('AlarmNamePrefix') ?? '';
    const state = input.optionalString('StateValue');
    const found = this.#alarms
      .all()
      .filter(({ definition: { name } }) => name.startsWith(prefix) && (names.length === 0 || names.includes(name)))
      .filter((alarm) => state === undefined || alarm.state === state);
    return { MetricAlarms: found.map((alarm) => this.#describe(alarm)), CompositeAlarms: [] };
  }

  #describe({ definition, state, stateSince, history }: Alarm): AwsOutput {
    return {
      AlarmName: definition.name,
      AlarmArn: this.#alarms.arnOf(definition.name),
      AlarmDescription: definition.description,
      ActionsEnabled: definition.actionsEnabled,
      AlarmActions: definition.actions.ALARM,
      OKActions: definition.actions.OK,
      InsufficientDataActions: definition.actions.INSUFFICIENT_DATA,
      StateValue: state,
      StateReason: history.at(-1)?.reason ?? 'Unchecked: Initial alarm creation',
      StateUpdatedTimestamp: stateSince,
      Namespace: definition.metric.namespace,
      MetricName: definition.metric.name,
      Dimensions: definition.metric.dimensions,
      Statistic: definition.statistic,
      Period: definition.periodSeconds,
      EvaluationPeriods: definition.evaluationPeriods,
      DatapointsToAlarm: definition.datapointsToAlarm,
      Threshold: definition.threshold,
      ComparisonOperator: definition.comparison,
      TreatMissingData: definition.treatMissingData,
    };
  }

  #getMetricStatistics(input: Fields): AwsOutput {
    const key = metricKey({
      namespace: input.string('Namespace'),
      name: input.string('MetricName'),
      dimensions: readDimensions(input),
    });
    const statistics = input.strings('Statistics') as readonly Statistic[];
    const from = input.optionalDate('StartTime')?.getTime() ?? 0;
    const to = input.optionalDate('EndTime')?.getTime() ?? this.account.clock.now().getTime();
    const periodMs = input.number('Period') * 1000;
    const starts = Array.from({ length: Math.ceil((to - from) / periodMs) }, (_, index) => from + index * periodMs);
    const points = starts.map((start) => {
      const buckets = this.#store.between(key, start, Math.min(start + periodMs, to));
      const figures = statistics.map((each) => [each, statisticOf(buckets, each)] as const);
      return buckets.length === 0 ? [] : [{ Timestamp: new Date(start), ...Object.fromEntries(figures) }];
    });
    return { Label: input.string('MetricName'), Datapoints: points.flat() };
  }

  #putDashboard(input: Fields): AwsOutput {
    const body = input.string('DashboardBody');
    const name = input.string('DashboardName');
    try {
      JSON.parse(body);
    } catch (cause) {
      throw new AwsError('InvalidParameterInput', `The dashboard body of ${name} is not JSON: ${String(cause)}`);
    }
    this.#dashboards.set(name, body);
    return { DashboardValidationMessages: [] };
  }
}
