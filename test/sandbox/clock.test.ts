import { VirtualClock } from '../../sandbox/clock';

const START = new Date('2030-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;

function setUp(patienceMs?: number) {
  const clock = new VirtualClock(START, patienceMs === undefined ? {} : { patienceMs });
  const events: string[] = [];
  const note = (name: string) => void events.push(`${name} at ${(clock.now().getTime() - START.getTime()) / 1000}`);
  /** Work under way that waits. */
  const wait = (seconds: number) =>
    new Promise<void>((resolve) => void clock.awaited(seconds * 1000, 'a wait', () => resolve()));
  return { clock, events, note, wait };
}

describe('VirtualClock', () => {
  it('runs what is due up to the time it advances to, each at its instant, those of one instant in their order', async () => {
    const { clock, events, note } = setUp();
    for (const [name, seconds] of [
      ['late', 61],
      ['one', 30],
      ['two', 30],
      ['end', 60],
    ] as const)
      clock.after(seconds * 1000, name, () => note(name));
    clock.after(40_000, 'cancelled', () => note('cancelled'))();

    await clock.advanceBy(60_000);

    expect(events).toEqual(['one at 30', 'two at 30', 'end at 60']);
    expect(clock.now()).toEqual(new Date('2030-01-01T00:01:00Z'));
  });

  it('stands still until a task has ended, also one that does not wait for virtual time', async () => {
    const { clock, events, note } = setUp();
    clock.after(1_000, 'slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      note('slow');
    });
    clock.after(2_000, 'next', () => note('next'));

    await clock.advanceBy(5_000);

    expect(events).toEqual(['slow at 1', 'next at 2']);
  });

  it('goes on while a task waits for it, and lets it go on at its instant', async () => {
    const { clock, events, note, wait } = setUp();
    clock.after(1_000, 'waiting', async () => {
      await wait(10);
      note('waited');
    });
    clock.after(5_000, 'between', () => note('between'));

    await clock.advanceBy(20_000);

    expect(events).toEqual(['between at 5', 'waited at 11']);
  });

  it('is not let go on by a wait as long as other work is really busy', async () => {
    const { clock, events, note, wait } = setUp();
    clock.background(() => wait(10).then(() => note('waited')));
    const busy = { isWaiting: () => false };
    const leave = clock.attend(busy);
    setTimeout(() => {
      note('busy until');
      leave();
    }, 50);

    await clock.settle();

    expect(events).toEqual(['busy until at 0', 'waited at 10']);
  });

  it('settles by going to the waits of what is under way, and no further', async () => {
    const { clock, events, note, wait } = setUp();
    clock.background(() => wait(10).then(() => wait(10)));
    clock.after(15_000, 'due', () => note('due'));
    clock.after(21_000, 'later', () => note('later'));

    await clock.settle();

    expect(events).toEqual(['due at 15']);
    expect(clock.now()).toEqual(new Date('2030-01-01T00:00:20Z'));
  });

  it('moves for work that somebody waits for, and answers even if another wait is longer', async () => {
    const { clock, wait } = setUp();
    clock.background(() => wait(100));

    expect(await clock.run('work', () => wait(10).then(() => 'answer'))).toBe('answer');
    expect(clock.now()).toEqual(new Date('2030-01-01T00:00:10Z'));
  });

  it('serves several that move it at once', async () => {
    const { clock, events, note, wait } = setUp();

    await Promise.all([
      clock.run('a', () => wait(30).then(() => note('a'))),
      clock.advanceBy(20_000).then(() => note('advanced')),
      clock.run('b', () => wait(10).then(() => note('b'))),
      clock.settle().then(() => note('settled')),
    ]);

    expect([...events].sort()).toEqual(['a at 30', 'advanced at 30', 'b at 10', 'settled at 30']);
  });

  it('lets a task settle and advance, which waits for time that somebody else moves', async () => {
    const { clock, events, note, wait } = setUp();
    clock.after(1_000, 'task', async () => {
      clock.background(() => wait(9));
      await clock.settle();
      note('settled');
      await clock.advanceBy(HOUR_MS);
      note('advanced');
    });

    await clock.advanceBy(60_000);
    expect(events).toEqual(['settled at 10']);

    await clock.settle();
    expect(events).toEqual(['settled at 10', 'advanced at 3610']);
  });

  it('does not have two tasks that settle wait for each other', async () => {
    const { clock, events, note, wait } = setUp();
    for (const name of ['one', 'two'])
      clock.background(async () => {
        await wait(5);
        await clock.settle();
        note(name);
      });

    await clock.settle();

    expect(events).toEqual(['one at 5', 'two at 5']);
  });

  it.each([
    ['a task', (clock: VirtualClock, fail: () => Promise<never>) => clock.after(1_000, 'task', fail)],
    ['work in the background', (clock: VirtualClock, fail: () => Promise<never>) => clock.background(fail)],
  ])('fails the advance in which %s fails, once', async (_, start) => {
    const { clock } = setUp();
    start(clock, () => Promise.reject(new Error('broken')));

    await expect(clock.advanceBy(60_000)).rejects.toThrow('broken');
    await clock.advanceBy(60_000);
  });

  it('hands a failure to whoever waits for the work, and to nobody else', async () => {
    const { clock, wait } = setUp();
    const work = clock.run('work', async () => {
      await wait(1);
      throw new Error('broken');
    });

    await expect(work).rejects.toThrow('broken');
    await clock.settle();
  });

  it('rejects to wait for ever, and names what does not end', async () => {
    const { clock } = setUp(50);
    clock.background(() => new Promise(() => {}), 'the endless one');

    await expect(clock.settle()).rejects.toThrow(/^the sandbox is stuck: after 0.05 real seconds .*: the endless one$/);
  });

  it('rejects to move once it has been stopped', async () => {
    const { clock } = setUp();
    clock.after(1_000, 'task', () => {});
    clock.stop();

    await expect(clock.advanceBy(2_000)).rejects.toThrow('the clock has been stopped');
  });
});
