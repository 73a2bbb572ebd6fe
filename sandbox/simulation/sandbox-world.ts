import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { leakedTexts } from '../story/leaks';
import { synthesise } from '../synthesise';
import { reachDeployedGoal } from './deployed/deployed-goal';
import { DeployedPlayer } from './deployed/deployed-player';
import { DeployedWorld } from './deployed/deployed-world';
import { inWords } from './schedules/in-words';
import { MOST_CALLS, type Play } from './schedules/play';
import type { Finding } from './watch';

/** Where the test run and `npm start` leave the assembly of this app. */
const ASSEMBLY = join(__dirname, '..', '..', 'build', 'assembly');

let assembly: Promise<string> | undefined;

/**
 * Plays a schedule on a deployed environment, the functions from source on the real SDKs, until an invariant is broken, or
 * all is well again in the end.
 */
export const playOnSandbox: Play = async (schedule, { telling = false } = {}) => {
  assembly ??= existsSync(join(ASSEMBLY, 'manifest.json')) ? Promise.resolve(ASSEMBLY) : synthesise();
  const world = await DeployedWorld.create(schedule.setting, await assembly);
  if (telling) world.story = [];
  const player = new DeployedPlayer(world);
  try {
    for (const step of schedule.steps) {
      world.tell(inWords(step, schedule.setting));
      await player.perform(step);
      if (world.judge.findings.length > 0) break;
    }
    const goal = world.judge.findings.length > 0 ? [] : await reachDeployedGoal(world, player);
    const findings = [...world.judge.findings, ...goal, ...leaked(world), ...tooMany(world)];
    const { judged, excused } = world.judge;
    return { findings, calls: world.calls, struck: world.struck, judged, excused, story: world.story ?? [] };
  } finally {
    await world.sandbox.dispose();
  }
};

function leaked({ sandbox, terminal, judge }: DeployedWorld): readonly Finding[] {
  judge.count('I6');
  return leakedTexts(sandbox, terminal.transcript);
}

const tooMany = ({ calls }: DeployedWorld): readonly Finding[] =>
  calls > MOST_CALLS ? [{ invariant: 'I9', what: `it took ${calls} calls to the outside` }] : [];
