import type { Finding } from '../watch';
import { drawSchedule } from './draw';
import type { Play } from './play';
import type { Schedule } from './schedule';

/** What came of a number of schedules, as counts that can be added up. */
export interface Tally {
  readonly schedules: number;
  readonly steps: number;
  readonly calls: number;
  /** By kind: how often it was drawn, struck, or had something to judge. */
  readonly stepKinds: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly judged: Readonly<Record<string, number>>;
  readonly excused: Readonly<Record<string, number>>;
  readonly broken: readonly { readonly seed: number; readonly findings: readonly Finding[] }[];
}

export const NOTHING: Tally = {
  schedules: 0,
  steps: 0,
  calls: 0,
  stepKinds: {},
  faults: {},
  judged: {},
  excused: {},
  broken: [],
};

/** More broken seeds than anybody looks at. */
const MOST_BROKEN = 20;

/** Plays the schedules of a stretch of seeds, one after the other. */
export async function tallySeeds(from: number, count: number, play: Play): Promise<Tally> {
  const [stepKinds, faults, judged, excused] = [new Counter(), new Counter(), new Counter(), new Counter()];
  const broken: { seed: number; findings: readonly Finding[] }[] = [];
  let [steps, calls] = [0, 0];
  for (let seed = from; seed < from + count; seed++) {
    const schedule = drawSchedule(seed);
    const played = await play(schedule);
    steps += schedule.steps.length;
    calls += played.calls;
    countKinds(schedule, stepKinds);
    faults.addAll(played.struck);
    judged.addAll(played.judged);
    excused.addAll(played.excused);
    if (played.findings.length > 0 && broken.length < MOST_BROKEN) broken.push({ seed, findings: played.findings });
  }
  return {
    schedules: count,
    steps,
    calls,
    stepKinds: stepKinds.counts,
    faults: faults.counts,
    judged: judged.counts,
    excused: excused.counts,
    broken,
  };
}

/** Two tallies as one. */
export function sum(one: Tally, other: Tally): Tally {
  return {
    schedules: one.schedules + other.schedules,
    steps: one.steps + other.steps,
    calls: one.calls + other.calls,
    stepKinds: added(one.stepKinds, other.stepKinds),
    faults: added(one.faults, other.faults),
    judged: added(one.judged, other.judged),
    excused: added(one.excused, other.excused),
    broken: [...one.broken, ...other.broken].slice(0, MOST_BROKEN),
  };
}

/** What happens in the middle of a run counts as well as what happens by itself. */
function countKinds({ steps }: Schedule, counter: Counter): void {
  for (const step of steps) {
    counter.add(step.kind);
    if (step.kind !== 'meanwhile') continue;
    counter.add(step.run.kind);
    counter.add(step.other.kind);
  }
}

function added(one: Tally['faults'], other: Tally['faults']): Record<string, number> {
  const counter = new Counter();
  counter.addAll(Object.entries(one));
  counter.addAll(Object.entries(other));
  return counter.counts;
}

class Counter {
  readonly counts: Record<string, number> = {};

  add(name: string, count = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + count;
  }

  addAll(counts: Iterable<readonly [string, number]>): void {
    for (const [name, count] of counts) this.add(name, count);
  }
}
