import { MINUTE_MS } from '../../utc-time';

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** What identifies a metric: the same name with other dimensions is another metric. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** The values of one metric in one minute, which is as finely as CloudWatch keeps them. */
export interface MinuteBucket {
  readonly startMs: number;
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
}

/** The start of the minute that an instant lies in. */
export const minuteOf = (timeMs: number): number => Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;

/** One text per metric, whatever the order of its dimensions. */
export function metricKey({ namespace, name, dimensions }: MetricId): string {
  const pairs = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return JSON.stringify([namespace, name, ...pairs]);
}

/** Every metric ever published, by minute, oldest minute first. */
export class MetricStore {
  readonly #metrics = new Map<string, { readonly id: MetricId; readonly buckets: MinuteBucket[] }>();

  add(id: MetricId, time: Date, value: number, count = 1): void {
    const key = metricKey(id);
    const metric = this.#metrics.get(key) ?? { id, buckets: [] };
    this.#metrics.set(key, metric);
    const bucket = bucketAt(metric.buckets, minuteOf(time.getTime()));
    bucket.count += count;
    bucket.sum += value * count;
    bucket.minimum = Math.min(bucket.minimum, value);
    bucket.maximum = Math.max(bucket.maximum, value);
  }

  metrics(): readonly MetricId[] {
    return [...this.#metrics.values()].map(({ id }) => id);
  }

  /** Buckets of a metric from one instant up to, not including, another, newest first. */
  between(key: string, fromMs: number, toMs: number): readonly MinuteBucket[] {
    const buckets = this.#metrics.get(key)?.buckets ?? [];
    const found: MinuteBucket[] = [];
    for (let index = buckets.length - 1; index >= 0; index--) {
      const bucket = buckets[index];
      if (!bucket || bucket.startMs < fromMs) break;
      if (bucket.startMs < toMs) found.push(bucket);
    }
    return found;
  }
}

/** The bucket of a minute, made when there is none. Looks from the end, where it nearly always is. */
function bucketAt(buckets: MinuteBucket[], startMs: number): MinuteBucket {
  let index = buckets.length;
  for (let before = buckets[index - 1]; before && before.startMs >= startMs; before = buckets[index - 1]) {
    if (before.startMs === startMs) return before;
    index--;
  }
  const bucket: MinuteBucket = { startMs, count: 0, sum: 0, minimum: Infinity, maximum: -Infinity };
  buckets.splice(index, 0, bucket);
  return bucket;
}

export type Statistic = 'Sum' | 'Minimum' | 'Maximum' | 'Average' | 'SampleCount';

/** One figure from several minutes; undefined when there are none. */
export function statisticOf(buckets: readonly MinuteBucket[], statistic: Statistic): number | undefined {
  if (buckets.length === 0) return undefined;
  const count = buckets.reduce((total, bucket) => total + bucket.count, 0);
  const sum = buckets.reduce((total, bucket) => total + bucket.sum, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return Math.min(...buckets.map((bucket) => bucket.minimum));
    case 'Maximum':
      return Math.max(...buckets.map((bucket) => bucket.maximum));
  }
}
