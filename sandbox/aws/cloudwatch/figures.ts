import type { Fields } from '../fields';
import { AwsError } from '../service';
import { readDimensions } from './alarm';
import type { MetricId } from './metric-store';

/** What a request puts down for one metric: values, each with how often it counts. */
export interface Figure {
  readonly id: MetricId;
  /** @default - now */
  readonly time: Date | undefined;
  readonly values: readonly (readonly [value: number, count: number])[];
}

const MOST_METRICS = 1000;
const MOST_BYTES = 1024 * 1024;
const MOST_DIMENSIONS = 30;
const MOST_VALUES = 150;
const LARGEST = 2 ** 360;

/** Reads the figures of a PutMetricData, within the limits of its API. */
export function readFigures(input: Fields, namespace: string): readonly Figure[] {
  const data = input.structures('MetricData');
  checkSize('MetricData', data.length, MOST_METRICS);
  if (Buffer.byteLength(JSON.stringify(input.all())) > MOST_BYTES)
    throw new AwsError('RequestEntityTooLarge', 'Request size exceeded 1048576 bytes.', 413);
  return data.map((datum) => readFigure(datum, namespace));
}

function readFigure(datum: Fields, namespace: string): Figure {
  const id = { namespace, name: datum.string('MetricName'), dimensions: readDimensions(datum) };
  checkSize('Dimensions', id.dimensions.length, MOST_DIMENSIONS);
  return { id, time: datum.optionalDate('Timestamp'), values: readValues(datum) };
}

function readValues(datum: Fields): Figure['values'] {
  const values = datum.numbers('Values');
  const counts = datum.numbers('Counts');
  checkSize('Values', values.length, MOST_VALUES);
  if (counts.length > 0 && counts.length !== values.length)
    throw invalid('The parameters Values and Counts must be of the same size.');
  const pairs: Figure['values'] =
    values.length === 0 ? [[datum.number('Value'), 1]] : values.map((value, index) => [value, counts[index] ?? 1]);
  for (const [value] of pairs)
    if (Math.abs(value) > LARGEST) throw invalid('A value must be between -2^360 and 2^360.');
  return pairs;
}

function checkSize(collection: string, size: number, most: number): void {
  if (size > most) throw invalid(`The collection ${collection} must not have a size greater than ${most}.`);
}

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValue', message);
