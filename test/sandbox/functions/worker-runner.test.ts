// biome-ignore-all lint/suspicious/noTemplateCurlyInString: code of functions, as text
import { VirtualClock } from '../../../sandbox/clock';
import { OpenCalls } from '../../../sandbox/functions/open-calls';
import type { FunctionTarget, Invocation } from '../../../sandbox/functions/runner';
import { WorkerRunner } from '../../../sandbox/functions/worker-runner';
import { functionFolder } from '../scratch-folder';

const START = new Date('2030-01-01T00:00:00Z');
const runners: WorkerRunner[] = [];

afterEach(async () => {
  await Promise.all(runners.splice(0).map((each) => each.dispose()));
});

function setUp(source: string, environment: Record<string, string> = {}, patienceMs = 30_000) {
  const clock = new VirtualClock(START, { patienceMs });
  const runner = new WorkerRunner({ clock, calls: new OpenCalls(() => clock.noteChange()) });
  runners.push(runner);
  const target: FunctionTarget = {
    name: 'test',
    codeDirectory: functionFolder(source),
    handler: 'index.handler',
    environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256', ...environment },
    timeoutSeconds: 60,
    revision: 1,
  };
  const run = (event: unknown, change: Partial<FunctionTarget> = {}) => {
    const invocation: Invocation = {
      requestId: 'request-1',
      functionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:test',
      payload: JSON.stringify(event),
      time: clock.now(),
    };
    return clock.run('test', () => runner.run({ ...target, ...change }, invocation));
  };
  return { clock, run };
}

describe('WorkerRunner', () => {
  it('gives a function its event, its context and the environment it is declared with, and no other', async () => {
    const { run } = setUp(
      `export const handler = async (event, context) => ({
        event, name: context.functionName, memory: context.memoryLimitInMB, left: context.getRemainingTimeInMillis(),
        names: Object.keys(process.env).sort(), value: process.env.DECLARED });`,
      { DECLARED: 'yes' },
    );

    const { outcome } = await run({ Step: 'testSecret' });

    expect(JSON.parse('payload' in outcome ? outcome.payload : '')).toEqual({
      event: { Step: 'testSecret' },
      name: 'test',
      memory: '256',
      left: 60_000,
      names: ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'DECLARED'],
      value: 'yes',
    });
  });

  it('has the function see virtual time, at import and at every invocation', async () => {
    const { clock, run } = setUp(
      'const born = new Date().toISOString(); export const handler = async () => [born, new Date().toISOString()];',
    );

    const first = await run({});
    await clock.advanceTo(new Date('2031-01-01T00:00:00Z'));
    const second = await run({});

    expect(first.outcome).toEqual({ payload: '["2030-01-01T00:00:00.000Z","2030-01-01T00:00:00.000Z"]' });
    expect(second.outcome).toEqual({ payload: '["2030-01-01T00:00:00.000Z","2031-01-01T00:00:00.000Z"]' });
  });

  it('stays warm until the function is deployed again', async () => {
    const { run } = setUp('let count = 0; export const handler = async () => ++count;');

    const payloads = [await run({}), await run({}), await run({}, { revision: 2 })].map(({ outcome }) => outcome);

    expect(payloads).toEqual([{ payload: '1' }, { payload: '2' }, { payload: '1' }]);
  });

  it('hands over what the function wrote, by invocation', async () => {
    const { run } = setUp(
      'export const handler = async ({ n }) => { console.log(`one ${n}`); console.error("two"); process.stdout.write("three"); };',
    );

    const [first, second] = [await run({ n: 1 }), await run({ n: 2 })];

    expect(first).toEqual({ outcome: { payload: 'null' }, lines: ['one 1', 'two', 'three'] });
    expect(second?.lines).toEqual(['one 2', 'two', 'three']);
  });

  it.each([
    [
      'an error the handler lets out',
      'export const handler = async () => { throw new RangeError("no"); };',
      'RangeError',
      'no',
    ],
    [
      'a handler that is not there',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    ['code that does not load', 'throw new TypeError("broken");', 'TypeError', 'broken'],
  ])('reports %s as Lambda does', async (_, source, errorType, errorMessage) => {
    const { run } = setUp(source);

    const { outcome } = await run({});

    expect(outcome).toMatchObject({ failure: { errorType, errorMessage } });
  });

  it('starts anew after a function has ended its process', async () => {
    const { run } = setUp('export const handler = async ({ die }) => { if (die) process.exit(1); return "alive"; };');

    const dead = await run({ die: true });
    const next = await run({ die: false });

    expect(dead.outcome).toMatchObject({ failure: { errorType: 'Runtime.ExitError' } });
    expect(next.outcome).toEqual({ payload: '"alive"' });
  });

  it('stops a function that does not answer at its declared limit', async () => {
    const { clock, run } = setUp('export const handler = () => new Promise(() => {});');

    const { outcome } = await run({});

    expect(clock.now()).toEqual(new Date('2030-01-01T00:01:00Z'));
    expect(outcome).toEqual({
      failure: {
        errorType: 'Sandbox.Timedout',
        errorMessage: 'RequestId: request-1 Error: Task timed out after 60.00 seconds',
      },
    });
  });
});
