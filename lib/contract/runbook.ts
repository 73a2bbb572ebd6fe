/** What alarms and messages point to, with a section's name behind it, where an environment does not say where people read it. */
export const RUNBOOK = 'docs/runbook.md';

/** What messages about records and settings that were changed by hand point to. */
export const PUTTING_BACK = `${RUNBOOK}#putting-back-what-was-changed-by-hand`;
