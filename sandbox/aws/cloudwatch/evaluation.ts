/** How an alarm's state follows from its datapoints: pure, so that every rule can be held against the documentation. */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type MissingData = 'breaching' | 'notBreaching' | 'ignore' | 'missing';
export type Comparison =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanOrEqualToThreshold'
  | 'LessThanThreshold';

/** A period of the evaluation range: breaching or not, undefined when no data arrived in it. */
export type Datapoint = boolean | undefined;

export interface EvaluationRule {
  /** N: how many datapoints count. */
  readonly evaluationPeriods: number;
  /** M: how many of them have to breach. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: MissingData;
}

/**
 * How many periods further back than N an evaluation looks for data. CloudWatch documents that it looks further, not
 * how far; its examples show 5 periods for N = 3.
 */
const EXTRA_PERIODS = 2;

/** How many periods an alarm looks at. */
export const evaluationRange = (evaluationPeriods: number): number => evaluationPeriods + EXTRA_PERIODS;

/** Whether a value breaches a threshold. */
export function breaches(value: number, comparison: Comparison, threshold: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    case 'LessThanThreshold':
      return value < threshold;
  }
}

/**
 * The state that follows from the datapoints of an evaluation range, newest first.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function evaluate(newestFirst: readonly Datapoint[], rule: EvaluationRule, present: AlarmState): AlarmState {
  const real = newestFirst.filter((each) => each !== undefined);
  const counted = real.slice(0, rule.evaluationPeriods);
  const breaching = counted.filter(Boolean).length;
  if (breaching >= rule.datapointsToAlarm) return 'ALARM';
  // With enough real datapoints, how to treat missing ones does not matter.
  if (real.length >= rule.evaluationPeriods) return 'OK';
  switch (rule.treatMissingData) {
    case 'notBreaching':
      return 'OK';
    case 'breaching':
      return breaching + rule.evaluationPeriods - real.length >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
    case 'ignore':
      return real.includes(false) ? 'OK' : present;
    case 'missing':
      return real.includes(false) ? 'OK' : onlyBreaching(newestFirst, rule);
  }
}

/** Real datapoints, if any, all breach, but are fewer than M: an alarm when the breach began at least M periods ago. */
function onlyBreaching(newestFirst: readonly Datapoint[], rule: EvaluationRule): AlarmState {
  const oldest = newestFirst.lastIndexOf(true);
  return oldest + 1 >= rule.datapointsToAlarm && oldest >= 0 ? 'ALARM' : 'INSUFFICIENT_DATA';
}
