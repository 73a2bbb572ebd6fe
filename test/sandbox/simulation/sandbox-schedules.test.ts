import { playOnSandbox } from '../../../sandbox/simulation/sandbox-world';
import { drawSchedule } from '../../../sandbox/simulation/schedules/draw';

/** `npm run sim -- --depth sandbox` plays more of them. */
const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);
const LONG_MS = 900_000;

describe('random schedules on the deployed sandbox', () => {
  it(
    'break no invariant, and come to the goal once all is healthy',
    async () => {
      const broken: string[] = [];
      const struck = new Map<string, number>();
      let calls = 0;
      for (const seed of SEEDS) {
        const played = await playOnSandbox(drawSchedule(seed));
        calls += played.calls;
        for (const [fault, times] of played.struck) struck.set(fault, (struck.get(fault) ?? 0) + times);
        for (const { invariant, what } of played.findings) broken.push(`seed ${seed}: ${invariant}: ${what}`);
      }
      const faults = [...struck].map(([fault, times]) => `${fault} ${times}`).join(', ');
      process.stderr.write(`${SEEDS.length} schedules on the sandbox, ${calls} calls, faults: ${faults}\n`);
      expect(broken).toEqual([]);
      expect(struck.size).toBeGreaterThan(4);
    },
    LONG_MS,
  );

  it('go the same way every time', async () => {
    const schedule = drawSchedule(2);
    const first = await playOnSandbox(schedule, { telling: true });
    const second = await playOnSandbox(schedule, { telling: true });
    expect(second.story).toEqual(first.story);
  });
});
