import { availableParallelism } from 'node:os';
import { playOnSandbox } from '../sandbox-world';
import { type Progress, playMany, playManyInThreads } from './many';
import { type Play, playOnPorts } from './play';
import type { Tally } from './tally';
import { type Depth, explain, type Violation, violationLines } from './violation';

export interface SimOptions {
  readonly seeds: number;
  /** Real time after which no further schedule is begun. */
  readonly minutes?: number;
  readonly from: number;
  readonly depth: Depth;
  readonly jobs: number;
}

/** What `npm run sim` found. */
export interface SimReport extends Tally {
  readonly depth: Depth;
  readonly from: number;
  readonly seconds: number;
  /** The first broken schedules, explained. */
  readonly violations: readonly Violation[];
}

/** How many threads are used when nobody says. */
export const DEFAULT_JOBS = availableParallelism();
/** How many seeds are played at a time: enough that handing them out costs nothing, few enough for frequent lines of progress. */
const BATCHES: Record<Depth, number> = { ports: 250, sandbox: 5 };
/** Fewer seeds than this are not worth a thread. */
const FEW = 2_000;
/** So many violations are explained; the others are listed by their seeds. */
const EXPLAINED = 3;
const PROGRESS_EVERY_MS = 1_000;

/** Plays random schedules, and explains what they break. */
export async function simulate(options: SimOptions, tell: (line: string) => void): Promise<SimReport> {
  const { from, seeds: count, depth, jobs, minutes = Number.POSITIVE_INFINITY } = options;
  const startMs = performance.now();
  const goOn = (): boolean => performance.now() - startMs < minutes * 60_000;
  const work = { from, count, batch: BATCHES[depth], goOn };
  const play = playAt(depth);
  const progress = progressOn(tell, startMs, count);
  const inThreads = depth === 'ports' && jobs > 1 && count > FEW;
  const tally = await (inThreads ? playManyInThreads(work, jobs, progress) : playMany(work, play, progress));
  const seconds = (performance.now() - startMs) / 1_000;
  const violations: Violation[] = [];
  for (const { seed, findings } of tally.broken.slice(0, EXPLAINED)) {
    tell(`seed ${seed} breaks ${findings[0]?.invariant}; looking for the shortest story …`);
    violations.push(await explain(seed, findings, play, depth));
  }
  return { ...tally, depth, from, seconds, violations };
}

const playAt = (depth: Depth): Play => (depth === 'ports' ? playOnPorts : playOnSandbox);

function progressOn(tell: (line: string) => void, startMs: number, count: number): Progress {
  let toldMs = startMs;
  return ({ schedules, broken }) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = nowMs;
    const rate = Math.round((schedules / (nowMs - startMs)) * 1_000);
    tell(`${schedules} of ${count} schedules, ${rate} a second, ${broken.length} with violations`);
  };
}

/** The report as lines of text. */
export function simLines(report: SimReport): readonly string[] {
  const { schedules, steps, calls, seconds, broken, violations, depth, from } = report;
  return [
    `schedules    ${schedules} from seed ${from}, depth ${depth}, ${(schedules / seconds).toFixed(1)} a second`,
    `played       ${steps} steps, ${calls} calls to the outside`,
    `faults       ${listed(report.faults)}`,
    `judged       ${listed(report.judged)}`,
    `excused      ${listed(report.excused)}`,
    `violations   ${broken.length}`,
    ...violations.flatMap((violation) => ['', ...violationLines(violation)]),
    ...broken
      .slice(violations.length)
      .map(({ seed, findings }) => `seed ${seed} breaks ${findings[0]?.invariant}: ${findings[0]?.what}`),
  ];
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
