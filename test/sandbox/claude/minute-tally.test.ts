import { MinuteTally } from '../../../sandbox/claude/minute-tally';

const at = (minute: number, seconds = 0): Date => new Date(minute * 60_000 + seconds * 1000);

describe('MinuteTally', () => {
  it('counts from a minute up to, not including, another', () => {
    const tally = new MinuteTally();
    for (const minute of [10, 10, 11, 15]) tally.add(at(minute, 30));
    expect(tally.total).toBe(4);
    expect(tally.between(at(10), at(11))).toBe(2);
    expect(tally.between(at(11), at(15))).toBe(1);
    expect(tally.between(at(11), at(16))).toBe(2);
    expect(tally.between(at(16), at(99))).toBe(0);
  });

  it('sums by bucket, leaving out empty ones', () => {
    const tally = new MinuteTally();
    for (const minute of [59, 60, 61, 200]) tally.add(at(minute));
    expect([...tally.buckets(at(0), at(300), 3_600_000)]).toEqual([
      [0, 1],
      [3_600_000, 2],
      [3 * 3_600_000, 1],
    ]);
  });
});
