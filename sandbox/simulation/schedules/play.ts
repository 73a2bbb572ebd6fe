import type { Finding } from '../watch';
import { reachGoal } from './goal';
import { inWords } from './in-words';
import { Player } from './player';
import { type Bug, PortsWorld } from './ports-world';
import type { FaultKind, Schedule } from './schedule';

/** More calls to the outside than any schedule needs: one that makes more does not come to an end. */
export const MOST_CALLS = 6_000;

/** How a schedule went. */
export interface Played {
  /** The first invariants that were found broken; none when all is well. */
  readonly findings: readonly Finding[];
  readonly calls: number;
  readonly struck: ReadonlyMap<FaultKind, number>;
  /** How often each invariant had something to judge. */
  readonly judged: ReadonlyMap<string, number>;
  /** How often each excuse was taken. */
  readonly excused: ReadonlyMap<string, number>;
  /** What happened, where it was asked for. */
  readonly story: readonly string[];
}

export interface PlayOptions {
  /** Whether to tell what happens. */
  readonly telling?: boolean;
  /** Put in on purpose. */
  readonly bug?: Bug;
}

/** Plays a schedule in a world of one depth. */
export type Play = (schedule: Schedule, options?: PlayOptions) => Promise<Played>;

/** Plays a schedule on the core's ports until an invariant is broken, or all is well again in the end. */
export async function playOnPorts(
  schedule: Schedule,
  { telling = false, bug = {} }: PlayOptions = {},
): Promise<Played> {
  const world = new PortsWorld(schedule.setting, bug);
  if (telling) world.story = [];
  const player = new Player(world);
  for (const step of schedule.steps) {
    world.tell(inWords(step, schedule.setting));
    await player.perform(step);
    if (world.judge.findings.length > 0) break;
  }
  const goal = world.judge.findings.length > 0 ? [] : await reachGoal(world, player);
  const { calls, struck } = world.outside;
  const tooMany = calls > MOST_CALLS ? [{ invariant: 'I9', what: `it took ${calls} calls to the outside` }] : [];
  const findings = [...world.judge.findings, ...goal, ...tooMany];
  const { judged, excused } = world.judge;
  return { findings, calls, struck, judged, excused, story: world.story ?? [] };
}
