import { KeyCache } from '../../lib/client/key-cache';
import { VirtualClock } from '../../sandbox/clock';

const TIMES = { freshMs: 20_000, usableMs: 300_000, pauseMs: 1_000 };

describe('KeyCache', () => {
  it('reads once more when the read under way at a refusal saw the old key', async () => {
    const clock = new VirtualClock(new Date('2026-11-20T09:30:00Z'));
    const values = ['old', 'old', 'new'];
    let reads = 0;
    let release = (): void => {};
    let gate: Promise<void> = Promise.resolve();
    const read = async (): Promise<string> => {
      const value = values[reads++] ?? 'none';
      await gate;
      return value;
    };
    const cache = new KeyCache(read, TIMES, clock);
    await cache.current();
    await clock.advanceBy(TIMES.freshMs);
    gate = new Promise((resolve) => {
      release = resolve;
    });
    const underWay = cache.current();

    const instead = cache.insteadOf('old');
    release();

    expect(await underWay).toBe('old');
    expect(await instead).toBe('new');
    expect(reads).toBe(3);
  });

  it('gives the key it has when that is another than the refused one, without reading', async () => {
    const clock = new VirtualClock(new Date('2026-11-20T09:30:00Z'));
    const values = ['old', 'new'];
    let reads = 0;
    const cache = new KeyCache(async () => values[reads++] ?? 'none', TIMES, clock);
    await cache.current();
    await clock.advanceBy(TIMES.freshMs);
    await cache.current();
    expect(await cache.insteadOf('old')).toBe('new');
    expect(reads).toBe(2);
  });
});
