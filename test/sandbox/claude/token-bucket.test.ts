import fc from 'fast-check';
import { TokenBucket } from '../../../sandbox/claude/token-bucket';

const START_MS = Date.parse('2026-11-20T09:30:00Z');

describe('TokenBucket', () => {
  it('grants a minute’s worth at once, and one more at the very instant it names', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (limit) => {
        const bucket = new TokenBucket();
        const start = new Date(START_MS);
        for (let i = 0; i < limit; i++) expect(bucket.take(limit, start).granted).toBe(true);
        const refused = bucket.take(limit, start);
        expect(refused.granted).toBe(false);
        const later = new Date(START_MS + refused.retryAfterSeconds * 1000);
        expect(bucket.take(limit, later).granted).toBe(true);
      }),
    );
  });

  it('never grants more than two minutes’ worth in any minute', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), steps, (limit, gaps) => {
        const bucket = new TokenBucket();
        let now = START_MS;
        const granted: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (bucket.take(limit, new Date(now)).granted) granted.push(now);
        }
        for (const from of granted) {
          const inMinute = granted.filter((each) => each >= from && each < from + 60_000);
          expect(inMinute.length).toBeLessThanOrEqual(2 * limit);
        }
      }),
    );
  });
});
