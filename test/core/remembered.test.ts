import { remembered } from '../../lib/core/remembered';
import { NOON, noonPlus } from '../support/observations';

describe('remembered', () => {
  let now: Date;
  let reads: number;
  beforeEach(() => {
    now = NOON;
    reads = 0;
  });
  const count = async (): Promise<number> => {
    reads += 1;
    return reads;
  };

  it('reads once for calls that come in a bunch', async () => {
    const read = remembered(count, 1_000, { now: () => now });
    expect(await Promise.all([read(), read()])).toEqual([1, 1]);
    now = noonPlus(999);
    expect(await read()).toBe(1);
  });

  it('reads again when its time is over, counted from the read', async () => {
    const read = remembered(count, 1_000, { now: () => now });
    await read();
    now = noonPlus(1_000);
    expect(await read()).toBe(2);
    now = noonPlus(1_999);
    expect(await read()).toBe(2);
  });

  it('remembers no failure', async () => {
    const read = remembered(async () => ((await count()) === 1 ? Promise.reject(new Error('no')) : reads), 1_000, {
      now: () => now,
    });
    await expect(read()).rejects.toThrow('no');
    expect(await read()).toBe(2);
  });
});
