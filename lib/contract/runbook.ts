/** What alarms and messages point to, with a section's name behind it, where an environment does not say where people read it. */
export const RUNBOOK = 'docs/runbook.md';
