import { UnmodelledError } from '../../errors';
import type { Fields, ModelledFields } from '../fields';
import { AwsError } from '../service';
import type { AlarmState, Comparison, EvaluationRule, MissingData } from './evaluation';
import type { Dimension, MetricId, Statistic } from './metric-store';

/** What PutMetricAlarm declares. */
export interface AlarmDefinition extends EvaluationRule {
  readonly name: string;
  readonly description: string;
  readonly metric: MetricId;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly actionsEnabled: boolean;
  /** ARNs by the state that triggers them. */
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
}

export interface StateChange {
  readonly time: Date;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

/** An alarm as it stands. */
export interface Alarm {
  definition: AlarmDefinition;
  state: AlarmState;
  stateSince: Date;
  readonly history: StateChange[];
}

const STATISTICS: readonly string[] = ['Sum', 'Minimum', 'Maximum', 'Average', 'SampleCount'];
const COMPARISONS: readonly string[] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanOrEqualToThreshold',
  'LessThanThreshold',
];
const MISSING_DATA: readonly string[] = ['breaching', 'notBreaching', 'ignore', 'missing'];
const ONE_DAY_SECONDS = 86_400;

/** Field names of a metric's dimensions. */
export const DIMENSIONS = { Dimensions: ['Name', 'Value'] };

/** What PutMetricAlarm, and an alarm in a template, may say. */
export const ALARM_FIELDS: ModelledFields = {
  fields: [
    ...['AlarmName', 'AlarmDescription', 'ActionsEnabled', 'AlarmActions', 'OKActions', 'InsufficientDataActions'],
    ...['Namespace', 'MetricName', DIMENSIONS, 'Statistic', 'Period'],
    ...['EvaluationPeriods', 'DatapointsToAlarm', 'ComparisonOperator', 'Threshold', 'TreatMissingData'],
  ],
  withoutEffect: ['Tags', 'Unit'],
};

/** Reads the input of PutMetricAlarm: one metric, one static threshold. Metric math, percentiles and anomaly bands are not modelled. */
export function readAlarm(input: Fields): AlarmDefinition {
  const evaluationPeriods = input.number('EvaluationPeriods');
  return {
    name: input.string('AlarmName'),
    description: input.optionalString('AlarmDescription') ?? '',
    metric: {
      namespace: input.string('Namespace'),
      name: input.string('MetricName'),
      dimensions: readDimensions(input),
    },
    statistic: oneOf(input, 'Statistic', STATISTICS) as Statistic,
    periodSeconds: readPeriod(input, evaluationPeriods),
    evaluationPeriods,
    datapointsToAlarm: input.optionalNumber('DatapointsToAlarm') ?? evaluationPeriods,
    comparison: oneOf(input, 'ComparisonOperator', COMPARISONS) as Comparison,
    threshold: input.number('Threshold'),
    treatMissingData: oneOf(input, 'TreatMissingData', MISSING_DATA, 'missing') as MissingData,
    actionsEnabled: input.optionalBoolean('ActionsEnabled') ?? true,
    actions: {
      ALARM: input.strings('AlarmActions'),
      OK: input.strings('OKActions'),
      INSUFFICIENT_DATA: input.strings('InsufficientDataActions'),
    },
  };
}

/** The dimensions of a metric, as API inputs list them. */
export function readDimensions(input: Fields): readonly Dimension[] {
  return input.structures('Dimensions').map((each) => ({ Name: each.string('Name'), Value: each.string('Value') }));
}

function readPeriod(input: Fields, evaluationPeriods: number): number {
  const seconds = input.number('Period');
  if (seconds < 60 || seconds % 60 !== 0) throw new UnmodelledError(`alarms with a period of ${seconds} seconds`);
  if (seconds < 3600 && seconds * evaluationPeriods > ONE_DAY_SECONDS)
    throw new AwsError(
      'ValidationError',
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period)',
    );
  return seconds;
}

function oneOf(input: Fields, field: string, known: readonly string[], byDefault?: string): string {
  const value = input.optionalString(field) ?? byDefault ?? input.string(field);
  if (!known.includes(value)) throw new UnmodelledError(`${field} ${value} of an alarm`);
  return value;
}
