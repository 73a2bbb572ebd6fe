import type { Findings } from './proof';

export const NOTHING_WRONG = { unexpected: [], missing: [], idle: [] };

/** Enough of what is wrong to begin with. */
export const worst = ({ unexpected, missing, idle }: Findings) => ({
  unexpected: unexpected.slice(0, 10),
  missing: missing.slice(0, 10),
  idle: idle.slice(0, 10),
});

/** Says in the test's output how much was asked. */
export function printed(what: string, findings: Findings): void {
  const { askers, actions, targets, questions, decided, allowed, unexpected, missing } = findings;
  process.stderr.write(
    `${what}: ${askers} principals x ${actions} actions x ${targets} resources, ${questions} questions, ${decided} of them decided; ` +
      `${allowed} allowed and named, ${unexpected.length} unexpected allows, ${missing.length} missing\n`,
  );
}
