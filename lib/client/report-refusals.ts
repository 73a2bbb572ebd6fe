import { METRICS } from '../contract/metrics';
import { type ReportOptions, writeError } from './error-line';
import type { KeyMiddleware } from './retry-on-refusal';

const REFUSED = 401;

/** Who reports, and where to. */
export type RefusalReportOptions = Omit<ReportOptions, 'perService'>;

/**
 * Reports each request that Claude refuses the key of, so that an alarm tells of a key that was retired too early:
 * Claude's own reports do not have such requests. Put it last:
 *
 *     new Anthropic({ ...key, middleware: [...key.middleware, reportRefusals({ environment, service })] })
 */
export function reportRefusals(options: RefusalReportOptions): KeyMiddleware {
  return async (request, next) => {
    const response = await next(request);
    if (response.status === REFUSED) writeError(METRICS.refusedCalls, options);
    return response;
  };
}
