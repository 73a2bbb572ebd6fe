import { createProbe } from './probe';

/** The probe as Lambda would load it. */
export const handler = createProbe({ env: process.env, clock: { now: () => new Date() } });
