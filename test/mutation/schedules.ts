import { drawSchedule } from '../../sandbox/simulation/schedules/draw';
import { KEPT } from '../../sandbox/simulation/schedules/kept-seeds';
import { playOnPorts } from '../../sandbox/simulation/schedules/play';

const SEEDS = 40;

/** Few schedules, for mutation testing: each test is one, so that it runs for the mutants that it reaches. */
describe('random schedules on the ports of the core', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => index + 1))('break no invariant: seed %i', async (seed) => {
    expect((await playOnPorts(drawSchedule(seed))).findings).toEqual([]);
  });

  it.each(KEPT)('break none any more: $showed', async ({ schedule }) => {
    expect((await playOnPorts(schedule)).findings).toEqual([]);
  });
});
