import { DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../contract/metrics';
import type { Clock } from '../core/ports';
import type { KeyMiddleware } from './retry-on-refusal';

const REFUSED = 401;

/** Who reports, and where to. */
export interface RefusalReportOptions {
  /** Name of the environment. */
  readonly environment: string;
  readonly service: string;
  /**
   * Takes a line of JSON in CloudWatch's embedded metric format, without its end of line.
   * @default - standard output, which in Lambda and in ECS with the awslogs driver is the log
   */
  readonly write?: (line: string) => void;
  /** @default - the system's clock */
  readonly clock?: Clock;
}

/**
 * Reports each request that Claude refuses the key of, so that an alarm tells of a key that was retired too early:
 * Claude's own reports do not have such requests. Put it last:
 *
 *     new Anthropic({ ...key, middleware: [...key.middleware, reportRefusals({ environment, service })] })
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function reportRefusals(options: RefusalReportOptions): KeyMiddleware {
  const write = options.write ?? ((line: string) => void process.stdout.write(`${line}\n`));
  const clock = options.clock ?? { now: () => new Date() };
  return async (request, next) => {
    const response = await next(request);
    if (response.status === REFUSED) write(JSON.stringify(refusal(options, clock.now())));
    return response;
  };
}

/** One metric for the environment; which service it was is in the line, and costs no metric. */
const refusal = ({ environment, service }: RefusalReportOptions, now: Date): object => ({
  _aws: {
    Timestamp: now.getTime(),
    CloudWatchMetrics: [
      {
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[DIMENSIONS.environment]],
        Metrics: [{ Name: METRICS.refusedCalls, Unit: 'Count' }],
      },
    ],
  },
  [DIMENSIONS.environment]: environment,
  [DIMENSIONS.service]: service,
  [METRICS.refusedCalls]: 1,
});
