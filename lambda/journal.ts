import { Logger } from '@aws-lambda-powertools/logger';
import type { Journal } from '../lib/core/ports';

/** A journal on the function's log: one JSON line per event, with the event's name as its message. Handlers never log the event they got. */
export function createJournal(serviceName: string): Journal {
  const logger = new Logger({ serviceName });
  return {
    // The logger keeps `service` for the function's own name.
    note: (event, { service, ...fields } = {}) =>
      logger.info(event, service === undefined ? fields : { serviceName: service, ...fields }),
  };
}
