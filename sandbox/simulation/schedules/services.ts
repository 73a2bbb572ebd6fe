/** The services of a schedule, as many of them as its setting says. */
export const SERVICES = ['rag', 'chat', 'batch'] as const;
