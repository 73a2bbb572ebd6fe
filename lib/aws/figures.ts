import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE } from '../contract/metrics';
import type { Clock, Figure, Figures } from '../core/ports';
import { callAws } from './errors';

/** CloudWatch takes at most this many metrics in one call. */
const BATCH_SIZE = 1000;

/** Figures as CloudWatch metrics of our namespace. */
export class AwsFigures implements Figures {
  constructor(
    private readonly client: CloudWatchClient,
    private readonly clock: Clock,
  ) {}

  async publish(figures: readonly Figure[]): Promise<void> {
    const timestamp = this.clock.now();
    for (let start = 0; start < figures.length; start += BATCH_SIZE) {
      const batch = figures.slice(start, start + BATCH_SIZE).map(({ name, value, dimensions }) => ({
        MetricName: name,
        Value: value,
        Unit: 'Count' as const,
        Timestamp: timestamp,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      }));
      await callAws('cloudwatch:PutMetricData', (limits) =>
        this.client.send(new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData: batch }), limits),
      );
    }
  }
}
