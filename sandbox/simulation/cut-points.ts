import { BREAKS, type Cut, callName, cutName, cutsOf, type OutsideCall } from './cut';
import { type CutOptions, play, type RunReport } from './cut-run';
import type { Hands } from './hands';
import type { MidEventKind } from './mid-events';
import type { Scenario } from './scenarios';

/** What came of cutting calls of a scenario off. */
export interface CutsReport {
  /** Calls that the scenario makes when nothing is cut off. */
  readonly calls: number;
  /** Runs that were cut off. */
  readonly cuts: number;
  /** How many there are to be cut off, where only a sample is. */
  readonly outOf?: number;
  /** A text on each run that did harm. */
  readonly failures: readonly string[];
}

/** Plays a scenario in which nothing is cut off. */
export const playWhole = (scenario: Scenario, options: CutOptions): Promise<RunReport> => play(scenario, options);

export interface CutEverywhereOptions {
  /**
   * How the scenario should end.
   * @default - as it does when nothing is cut off
   */
  readonly goal?: string;
  /**
   * Whether what has failed so far is enough to know.
   * @default - never
   */
  readonly isEnough?: (failures: readonly string[]) => boolean;
  /**
   * Which cuts are made.
   * @default - all
   */
  readonly isMeant?: (cut: Cut) => boolean;
  /**
   * So many of them at most, spread evenly.
   * @default - all
   */
  readonly sample?: number;
}

/** Cuts every call of a scenario off, one in each run, in every way. */
export async function cutEverywhere(
  scenario: Scenario,
  options: CutOptions,
  { goal, isEnough = () => false, isMeant = () => true, sample }: CutEverywhereOptions = {},
): Promise<CutsReport> {
  const whole = await playWhole(scenario, options);
  const failures = failuresOf(scenario, [], whole, options);
  const meant = cutsOf(whole.calls).filter(isMeant);
  const cuts = spread(meant, sample ?? meant.length);
  for (const cut of cuts) {
    if (isEnough(failures)) break;
    const report = await play(scenario, options, { cuts: [cut], goal: goal ?? whole.outcome });
    failures.push(...failuresOf(scenario, [cut], report, options));
  }
  return { cuts: cuts.length, outOf: meant.length, calls: whole.calls.length, failures };
}

/** So many of a list, evenly spread over it. */
function spread<Each>(all: readonly Each[], count: number): readonly Each[] {
  const bucketOf = (index: number): number => Math.floor(((index + 0.5) * count) / all.length);
  return count < all.length ? all.filter((_, index) => bucketOf(index) > bucketOf(index - 1)) : all;
}

/** The breaks with which pairs begin: those of every call for which `isFirst` holds. */
export async function firstCuts(
  scenario: Scenario,
  options: CutOptions,
  isFirst: (call: OutsideCall) => boolean,
): Promise<readonly Cut[]> {
  const { calls } = await playWhole(scenario, options);
  return cutsOf(calls, BREAKS).filter(({ call }) => isFirst(call));
}

/**
 * Cuts one call off, and then, one in each run, every call that comes after it and is meant, until the scenario has
 * come to its end all the same.
 */
export async function cutEverywhereAfter(
  first: Cut,
  scenario: Scenario,
  options: CutOptions,
  isMeant: (call: OutsideCall) => boolean,
): Promise<CutsReport> {
  const { outcome: goal } = await playWhole(scenario, options);
  const once = await play(scenario, options, { cuts: [first], goal });
  const failures = failuresOf(scenario, [first], once, options);
  const later = cutsOf(once.calls, BREAKS).filter(({ call }) => isMeant(call) && isBetween(call, once));
  for (const second of later) {
    const cuts = [first, second];
    failures.push(...failuresOf(scenario, cuts, await play(scenario, options, { cuts, goal }), options));
  }
  return { calls: once.calls.length, cuts: later.length, failures };
}

/**
 * Lets something happen before every call of a scenario that is meant, at one in each run.
 * @returns how many runs there were, and a text on each that did harm or ended otherwise than the first
 */
export async function interruptEverywhere(
  scenario: Scenario,
  kind: MidEventKind,
  options: CutOptions,
  isMeant: (call: OutsideCall) => boolean,
): Promise<CutsReport> {
  const { calls } = await playWhole(scenario, options);
  const interrupted = { ...scenario, ...(kind.excuse ? { excuse: kind.excuse } : {}) };
  const failures: string[] = [];
  const meant = calls.filter(isMeant);
  let goal: string | undefined;
  for (const at of meant) {
    const event = { at, happen: (hands: Hands) => kind.happen(hands, at) };
    const report = await play(interrupted, options, { cuts: [], event, ...(goal === undefined ? {} : { goal }) });
    goal ??= report.outcome;
    failures.push(...failuresOf(interrupted, [], report, options, `${kind.name} before ${callName(at)}`));
  }
  return { calls: calls.length, cuts: meant.length, failures };
}

/** True for a call that was made after the cut had struck, while the run was still on its way. */
function isBetween(call: OutsideCall, { calls, struckAfter, settledAfter }: RunReport): boolean {
  const index = calls.indexOf(call);
  return index >= struckAfter && index < settledAfter;
}

function failuresOf(
  { name }: Scenario,
  cuts: readonly Cut[],
  report: RunReport,
  { seed = 1 }: CutOptions,
  what = cuts.map(cutName).join(', then ') || 'nothing cut',
): string[] {
  if (report.findings.length === 0) return [];
  const lines = [
    `${name}, seed ${seed}, ${what}`,
    ...report.findings.map((finding) => `  ${finding.invariant}: ${finding.what}`),
    ...report.story.map((line) => `    ${line}`),
  ];
  return [lines.join('\n')];
}
