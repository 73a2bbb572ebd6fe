import { CONDITION_SENTENCES } from '../../contract/condition-sentences';
import { CONDITIONS } from '../../contract/metrics';
import { RUNBOOK } from '../../contract/runbook';
import type { Notice, OpenCondition } from '../ports';
import type { FoundCondition } from './open-conditions';

/** Under which name the conditions of the environment itself are noted and told. */
export const PLATFORM = 'platform';

/** Tells that a condition has been entered: of what, the figure, the limit, and where to read on. */
export function enteredMessage(
  environment: string,
  found: FoundCondition,
  open: OpenCondition,
  owner?: string,
): Notice {
  const { condition, subject, figure, limit } = found;
  return {
    subject: subjectLine(CONDITIONS[condition].toUpperCase(), open, environment),
    text: lines(
      CONDITION_SENTENCES[condition],
      ...about(environment, subject, owner),
      `Figure: ${figure}`,
      `Limit: ${limit}`,
      `Since: ${open.since.toISOString()}`,
      `What to do: ${RUNBOOK}#${condition}`,
    ),
  };
}

/** Tells that a condition is over. */
export function leftMessage(environment: string, open: OpenCondition): Notice {
  const { condition, subject, since } = open;
  return {
    subject: subjectLine('OVER', open, environment),
    text: lines(
      `No longer so: ${CONDITION_SENTENCES[condition]}`,
      ...about(environment, subject),
      `It began: ${since.toISOString()}`,
      `About it: ${RUNBOOK}#${condition}`,
    ),
  };
}

function subjectLine(word: string, { condition, subject }: OpenCondition, environment: string): string {
  const of = subject === PLATFORM ? environment : `${subject} (${environment})`;
  return `${word} ${condition}: ${of}`;
}

function about(environment: string, subject: string, owner?: string): readonly string[] {
  const service = subject === PLATFORM ? [] : [`Service: ${subject}`];
  return [`Environment: ${environment}`, ...service, ...(owner === undefined ? [] : [`Owner: ${owner}`])];
}

const lines = (...texts: readonly string[]): string => texts.join('\n');
