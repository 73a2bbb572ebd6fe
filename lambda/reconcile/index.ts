import { lambdaWiring } from '../wiring';
import { createHandler } from './handler';

/** The entry point that Lambda calls. */
export const handler = createHandler(lambdaWiring());
