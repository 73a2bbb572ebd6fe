import { VirtualClock } from '../../../sandbox/clock';
import { type FunctionFactory, InProcessRunner } from '../../../sandbox/functions/in-process-runner';
import { OpenCalls } from '../../../sandbox/functions/open-calls';
import type { FunctionRunner, RunResult } from '../../../sandbox/functions/runner';
import { WorkerRunner } from '../../../sandbox/functions/worker-runner';
import { functionFolder } from '../scratch-folder';

const START = new Date('2030-01-01T00:00:00Z');
const MINUTE_MS = 60_000;

/** A function as text: the same runs in a worker and in this process. */
type Code = (event: never, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

const runners: FunctionRunner[] = [];

afterEach(async () => {
  await Promise.all(runners.splice(0).map((each) => each.dispose()));
});

/** One function on one runner. */
function setUp(kind: string, code: Code, timeoutSeconds = 900) {
  const clock = new VirtualClock(START);
  const runner = kind === 'worker' ? workerRunner(clock) : inProcessRunner(clock, code);
  runners.push(runner);
  const target = {
    name: 'fn',
    codeDirectory: functionFolder(`export const handler = ${String(code)};`),
    handler: 'index.handler',
    environment: {},
    timeoutSeconds,
    revision: 1,
  };
  const invoke = (event: unknown = {}): Promise<RunResult> => {
    const invocation = { requestId: 'r', functionArn: 'arn', payload: JSON.stringify(event), time: clock.now() };
    return runner.run(target, invocation);
  };
  return { clock, invoke, run: (event?: unknown) => clock.run('fn', () => invoke(event)) };
}

const workerRunner = (clock: VirtualClock) =>
  new WorkerRunner({ clock, calls: new OpenCalls(() => clock.noteChange()) });

function inProcessRunner(clock: VirtualClock, code: Code) {
  const nobody = () => Promise.reject(new Error('there is no other side'));
  const handlers = new Map([['fn', (() => code) as unknown as FunctionFactory]]);
  return new InProcessRunner({ clock, aws: nobody, claude: nobody, handlers });
}

const answerOf = ({ outcome }: RunResult): unknown => ('payload' in outcome ? JSON.parse(outcome.payload) : outcome);
const secondsSince = (time: Date): number => (time.getTime() - START.getTime()) / 1000;

/** Waits for as many milliseconds as its event says, and answers how many passed. In process, `Date` itself is real. */
const sleeper: Code = async (ms: number, context) => {
  const before = context.getRemainingTimeInMillis();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return before - context.getRemainingTimeInMillis();
};

describe.each(['worker', 'in-process'])('virtual time in a function, run by the %s runner', (kind) => {
  it('passes while the function does nothing but wait for it', async () => {
    const { clock, run } = setUp(kind, async (_, context) => {
      const before = context.getRemainingTimeInMillis();
      await new Promise((resolve) => setTimeout(resolve, 600_000));
      return [before, context.getRemainingTimeInMillis()];
    });

    expect(answerOf(await run())).toEqual([900_000, 300_000]);
    expect(secondsSince(clock.now())).toBe(600);
  });

  it('gives every wait its turn, one after another, with all that is due in between', async () => {
    const { clock, run } = setUp(kind, async () => {
      const woken: string[] = [];
      const waitFor = async (name: string, ms: number) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        woken.push(name);
      };
      const interval = setInterval(() => woken.push('tick'), 60_000);
      await Promise.all([waitFor('late', 150_000), waitFor('early', 30_000).then(() => waitFor('then', 60_000))]);
      clearInterval(interval);
      const stopped = setTimeout(() => woken.push('never'), 1);
      clearTimeout(stopped);
      await waitFor('last', 10);
      return woken;
    });
    const ticks: number[] = [];
    clock.every(MINUTE_MS, 'ticks', () => ticks.push(secondsSince(clock.now())));

    expect(answerOf(await run())).toEqual(['early', 'tick', 'then', 'tick', 'late', 'last']);
    expect(ticks).toEqual([60, 120]);
  });

  it('stops at the declared limit a function that waits for longer, and what it was waiting for never comes', async () => {
    const { clock, run } = setUp(
      kind,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 31_000));
        throw new Error('too late');
      },
      30,
    );

    const { outcome } = await run();

    expect(outcome).toMatchObject({
      failure: { errorMessage: expect.stringContaining('timed out after 30.00 seconds') },
    });
    expect(secondsSince(clock.now())).toBe(30);
    await clock.advanceBy(MINUTE_MS);
    expect(secondsSince(clock.now())).toBe(90);
  });

  it('stops at the declared limit a function that never answers', async () => {
    const { clock, run } = setUp(kind, () => new Promise(() => {}), 30);

    expect((await run()).outcome).toMatchObject({ failure: { errorType: 'Sandbox.Timedout' } });
    expect(secondsSince(clock.now())).toBe(30);
  });

  it('ends what a signal bounds', async () => {
    const { clock, run } = setUp(kind, async (_, context) => {
      const signal = AbortSignal.timeout(20_000);
      const bounded = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      const ping = setInterval(() => {}, 15_000);
      const error = await bounded.catch((each: Error) => each);
      clearInterval(ping);
      return [(error as Error).name, context.getRemainingTimeInMillis()];
    });

    expect(answerOf(await run())).toEqual(['TimeoutError', 880_000]);
    expect(secondsSince(clock.now())).toBe(20);
  });

  it('goes no further than it is told to: what waits for longer goes on waiting', async () => {
    const { clock, invoke } = setUp(kind, sleeper);
    let answer: unknown;
    clock.background(async () => {
      answer = answerOf(await invoke(90_000));
    });

    await clock.advanceBy(MINUTE_MS);
    expect(answer).toBeUndefined();
    expect(secondsSince(clock.now())).toBe(60);

    await clock.advanceBy(MINUTE_MS);
    expect(answer).toBe(90_000);
    expect(secondsSince(clock.now())).toBe(120);
  });

  it('moves by itself as far as what is under way needs, when that is settled', async () => {
    const { clock, invoke } = setUp(kind, sleeper);
    clock.background(() => invoke(90_000));
    const laterTask = jest.fn();
    clock.after(2 * MINUTE_MS, 'later', laterTask);

    await clock.settle();

    expect(secondsSince(clock.now())).toBe(90);
    expect(laterTask).not.toHaveBeenCalled();
  });

  it('has invocations that wait at the same time go on in the order of their instants', async () => {
    const { clock, run } = setUp(kind, sleeper);
    const order: number[] = [];
    const runFor = async (ms: number) => {
      const passed = answerOf(await run(ms));
      order.push(secondsSince(clock.now()));
      return passed;
    };

    const waits = await Promise.all([runFor(90_000), runFor(30_000), runFor(60_000)]);

    expect(waits).toEqual([90_000, 30_000, 60_000]);
    expect(order).toEqual([30, 60, 90]);
    expect(secondsSince(clock.now())).toBe(90);
  });

  it('is the same for a task of the clock that runs a function, settles and lets time pass by itself', async () => {
    const { clock, run } = setUp(kind, sleeper);
    const seen: number[] = [];
    clock.after(MINUTE_MS, 'task', async () => {
      clock.background(() => run(30_000));
      await clock.settle();
      seen.push(secondsSince(clock.now()));
      await run(10_000);
      seen.push(secondsSince(clock.now()));
      await clock.advanceBy(MINUTE_MS);
      seen.push(secondsSince(clock.now()));
    });

    await clock.advanceBy(10 * MINUTE_MS);

    expect(seen).toEqual([90, 100, 160]);
    expect(secondsSince(clock.now())).toBe(600);
  });

  it('leaves the timers of an invocation that has ended for nobody to wait for', async () => {
    const { clock, run } = setUp(kind, async () => {
      setTimeout(() => {}, 3_600_000);
    });

    await run();
    await clock.settle();

    expect(secondsSince(clock.now())).toBe(0);
  });
});

describe('a worker that stays warm', () => {
  it('has what became due between two invocations happen when the second begins, so that timers do not pile up', async () => {
    const { clock, run } = setUp('worker', async () => {
      const warm = globalThis as { fired?: number };
      const fired = warm.fired ?? 0;
      setTimeout(() => {
        warm.fired = fired + 1;
      }, 20_000).unref();
      return fired;
    });

    expect(answerOf(await run())).toBe(0);
    await clock.advanceBy(15 * MINUTE_MS);
    expect(answerOf(await run())).toBe(1);
  });
});
