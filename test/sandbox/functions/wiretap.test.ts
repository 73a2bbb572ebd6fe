import { VirtualClock } from '../../../sandbox/clock';
import { OpenCalls } from '../../../sandbox/functions/open-calls';
import type { FunctionTarget, Invocation } from '../../../sandbox/functions/runner';
import type { Wiretap } from '../../../sandbox/functions/wiretap';
import { WorkerRunner } from '../../../sandbox/functions/worker-runner';
import { functionFolder } from '../scratch-folder';

const START = new Date('2030-01-01T00:00:00Z');
/** Remembers its invocations, which a process that is gone does not; every second one waits for ever. */
const COUNTING =
  'let count = 0; export const handler = async () => { count += 1; if (count === 2) await new Promise(() => {}); return count; };';

describe('a wiretap', () => {
  it('can end the process of a function in the middle of an invocation', async () => {
    const clock = new VirtualClock(START);
    let invocations = 0;
    const wiretap: Wiretap = {
      ran: async (_target, _invocation, run, exit) => {
        invocations += 1;
        const result = run();
        if (invocations === 2) await exit();
        return result;
      },
      asked: (_functionName, _request, answer) => answer(),
    };
    const runner = new WorkerRunner({ clock, calls: new OpenCalls(() => clock.noteChange()), wiretap });
    const target: FunctionTarget = {
      name: 'test',
      codeDirectory: functionFolder(COUNTING),
      handler: 'index.handler',
      environment: {},
      timeoutSeconds: 60,
      revision: 1,
    };
    const invocation: Invocation = { requestId: '1', functionArn: 'arn:aws:lambda:::test', payload: '{}', time: START };
    const run = () => clock.run('test', () => runner.run(target, invocation));

    const outcomes = [(await run()).outcome, (await run()).outcome, (await run()).outcome];
    await runner.dispose();

    const died = { failure: expect.objectContaining({ errorType: 'Runtime.ExitError' }) };
    expect(outcomes).toEqual([{ payload: '1' }, died, { payload: '1' }]);
  });
});
