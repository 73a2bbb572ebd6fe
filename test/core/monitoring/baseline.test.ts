import fc from 'fast-check';
import { ratioTo, usualCount } from '../../../lib/core/monitoring/baseline';

const week = (...counts: number[]) => ({ used: true, counts });
const silent = { used: false, counts: [0, 0, 0] };

describe('usualCount', () => {
  it('is the median of the weeks, so that one odd week does not move it', () => {
    expect(usualCount([week(100), week(110), week(90), week(5_000)])).toBe(105);
    expect(usualCount([week(100), week(110), week(5_000)])).toBe(110);
  });

  it('takes the busiest of the hour and its neighbours, so that a job may run a little early or late', () => {
    expect(usualCount([week(0, 0, 300), week(300, 0, 0)])).toBe(300);
  });

  it('knows nothing of a service that was used in fewer than two weeks', () => {
    expect(usualCount([])).toBe('none');
    expect(usualCount([week(100), silent, silent, silent])).toBe('none');
    expect(usualCount([week(100), week(100), silent, silent])).toBe(100);
  });

  it('knows an hour in which nothing ever happens', () => {
    expect(usualCount([week(0, 0, 0), week(0, 0, 0)])).toBe(0);
  });

  it('lies between the least and the greatest week, in whatever order they come', () => {
    const weeks = fc.array(fc.nat(10_000), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(weeks, (counts) => {
        const usual = usualCount(counts.map((count) => week(count)));
        expect(usual).toBe(usualCount([...counts].reverse().map((count) => week(count))));
        expect(usual).toBeGreaterThanOrEqual(Math.min(...counts));
        expect(usual).toBeLessThanOrEqual(Math.max(...counts));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('ratioTo', () => {
  it('takes an hour that is usually quiet for one of the floor', () => {
    expect(ratioTo(400, 800, 100)).toBe(2);
    expect(ratioTo(3, 90, 100)).toBe(0.9);
    expect(ratioTo(0, 5, 0)).toBe(5);
  });
});
