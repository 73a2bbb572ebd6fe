import { DIMENSIONS, METRIC_NAMESPACE } from '../contract/metrics';
import type { Clock } from '../core/ports';

/** Who reports errors, and where to. */
export interface ReportOptions {
  /** Name of the environment. */
  readonly environment: string;
  readonly service: string;
  /**
   * Whether the service has metrics of its own besides those of the environment, for alarms of its own. Each costs as
   * much as any custom metric, in the hours in which there are errors.
   * @default false
   */
  readonly perService?: boolean;
  /**
   * Takes a line of JSON in CloudWatch's embedded metric format, without its end of line.
   * @default - standard output, which in Lambda and in ECS with the awslogs driver is the log
   */
  readonly write?: (line: string) => void;
  /** @default - the system's clock */
  readonly clock?: Clock;
}

/**
 * Writes one error as a metric. Which service it was is in the line, and costs no metric unless the service wants one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function writeError(metric: string, options: ReportOptions): void {
  const { environment, service, perService = false } = options;
  const write = options.write ?? ((line: string) => void process.stdout.write(`${line}\n`));
  const now = options.clock?.now() ?? new Date();
  const ofService = perService ? [[DIMENSIONS.environment, DIMENSIONS.service]] : [];
  const metrics = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [[DIMENSIONS.environment], ...ofService],
    Metrics: [{ Name: metric, Unit: 'Count' }],
  };
  write(
    JSON.stringify({
      _aws: { Timestamp: now.getTime(), CloudWatchMetrics: [metrics] },
      [DIMENSIONS.environment]: environment,
      [DIMENSIONS.service]: service,
      [metric]: 1,
    }),
  );
}
