import type { Violation } from '../invariants';
import type { Change, Life, Stage } from './lives';

/** A change of an alarm's state to ALARM. */
export interface AlarmFired {
  readonly name: string;
  readonly at: Date;
}

/** How a run ended. Printed as JSON by `--json`; dates are ISO 8601 there. */
export interface Summary {
  readonly environment: string;
  readonly seed: number;
  readonly virtualDays: number;
  readonly services: number;
  /** First keys are not counted: nothing was replaced. */
  readonly rotations: number;
  /** Old keys that were disabled. */
  readonly retirements: number;
  /** Spares that were disabled because they had waited too long. */
  readonly discardedSpares: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** What the first of them failed with. */
  readonly failures: readonly string[];
  /** Keys by the stage they are in at the end. */
  readonly keys: Readonly<Partial<Record<Stage, number>>>;
  readonly alarms: readonly AlarmFired[];
  /** How many times an invariant was judged. */
  readonly invariantsChecked: number;
  readonly violations: readonly Violation[];
  readonly awsCalls: number;
}

/** Keys by their last stage. */
export function countStages(lives: readonly Life[]): Summary['keys'] {
  const counts: Partial<Record<Stage, number>> = {};
  for (const { spans } of lives) {
    const stage = spans.at(-1)?.stage;
    if (stage) counts[stage] = (counts[stage] ?? 0) + 1;
  }
  return counts;
}

/** Keys that were disabled, by what they had been. */
export function countDisabled(changes: readonly Change[]): Pick<Summary, 'retirements' | 'discardedSpares'> {
  const disabled = changes.filter(({ to }) => to === 'disabled');
  const discardedSpares = disabled.filter(({ from }) => from === 'spare').length;
  return { retirements: disabled.length - discardedSpares, discardedSpares };
}

/** Whether a run showed what it should: rotations without a failed request or a broken invariant. */
export const isSound = (summary: Summary): boolean => shortcomings(summary).length === 0;

/** What keeps a run from being sound, in words. A run in which no key was replaced has shown nothing, however quiet it was. */
function shortcomings({ rotations, failedRequests, violations, virtualDays }: Summary): readonly string[] {
  const none = `no key was rotated in ${virtualDays} days; a service's turn comes within 90 days, so let at least 91 pass`;
  return [
    ...(rotations > 0 ? [] : [none]),
    ...(failedRequests === 0 ? [] : [`failed requests: ${failedRequests}`]),
    ...(violations.length === 0 ? [] : [`broken invariants: ${violations.length}`]),
  ];
}

/** The summary as lines for a person. */
export function summaryLines(summary: Summary): readonly string[] {
  const { keys, alarms, violations } = summary;
  const stages = Object.entries(keys).map(([stage, count]) => `${count} ${stage}`);
  return [
    `${summary.virtualDays} virtual days of ${summary.environment}, ${summary.services} services, seed ${summary.seed}`,
    `rotations             ${summary.rotations}`,
    `old keys disabled     ${summary.retirements}`,
    `spares discarded      ${summary.discardedSpares}`,
    `requests              ${summary.requests}, failed ${summary.failedRequests}`,
    `keys at the end       ${stages.join(', ')}`,
    `alarms                ${alarmText(alarms)}`,
    `invariants judged     ${summary.invariantsChecked} times, broken ${violations.length}`,
    `AWS calls simulated   ${summary.awsCalls}`,
    `verdict               ${shortcomings(summary).join('; ') || 'sound'}`,
    ...summary.failures.map((failure) => `  failed request at ${failure}`),
    ...violations.slice(0, 20).map(({ invariant, at, what }) => `  ${invariant} at ${at.toISOString()}: ${what}`),
  ];
}

/** Which alarms fired, and how often. */
export function alarmText(alarms: readonly AlarmFired[]): string {
  const counts = new Map<string, number>();
  for (const { name } of alarms) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count} times)`)).join(', ') || 'none';
}
