import { METRICS } from '../contract/metrics';
import { type ReportOptions, writeError } from './error-line';
import type { KeyMiddleware } from './retry-on-refusal';

/** Who reports, and where to. */
export type ErrorReportOptions = ReportOptions;

/**
 * Reports each request that Claude answers with an error, by class: a refused key, as `reportRefusals` does, any other
 * error of the request (4xx), a limit that was reached (429), and a failure of Claude (5xx). The SDK asks it for every
 * attempt. Use it in place of `reportRefusals`, as the last:
 *
 *     new Anthropic({ ...key, middleware: [...key.middleware, reportErrors({ environment, service })] })
 */
export function reportErrors(options: ErrorReportOptions): KeyMiddleware {
  return async (request, next) => {
    const response = await next(request);
    const metric = metricOf(response.status);
    if (metric !== undefined) writeError(metric, options);
    return response;
  };
}

function metricOf(status: number): string | undefined {
  if (status < 400) return undefined;
  if (status === 401) return METRICS.refusedCalls;
  if (status === 429) return METRICS.rateLimitedCalls;
  return status < 500 ? METRICS.clientErrors : METRICS.serverErrors;
}
