import { playMany, type Work } from '../../../sandbox/simulation/schedules/many';
import { playOnPorts } from '../../../sandbox/simulation/schedules/play';

const workOf = (some: Partial<Work>): Work => ({ from: 1, count: 10, batch: 4, goOn: () => true, ...some });

describe('playing many schedules', () => {
  it('plays each seed once, and tells after every batch how far it is', async () => {
    const told: number[] = [];
    const tally = await playMany(workOf({}), playOnPorts, ({ schedules }) => told.push(schedules));
    expect(told).toEqual([4, 8, 10]);
    expect(tally.schedules).toBe(10);
  });

  it('ends with the batch in which its time is up', async () => {
    let asked = 0;
    const tally = await playMany(workOf({ goOn: () => ++asked <= 2 }), playOnPorts, () => undefined);
    expect(tally.schedules).toBe(8);
  });
});
