import { makeKeyText } from '../../../sandbox/claude/key-text';
import { Random } from '../../../sandbox/random';
import { inputOf } from '../../cli/recording-io';
import { tsProgram } from '../../sandbox/processes';
import { World } from '../world';

/*
 * A suite in which every test passes, and leaks part of a key in one kind of place. `key-watch.test.ts` runs it in a jest
 * of its own, and has the watch find them all.
 */

const KEY = makeKeyText(new Random(1), 'api03');
/** Twelve characters: as little as is ever recognised. */
const PART = KEY.slice(40, 52);

describe('a suite that leaks', () => {
  it('on standard output', () => {
    process.stdout.write(`it is ${PART}\n`);
  });

  it('on standard error', () => {
    process.stderr.write(`it is ${PART}\n`);
  });

  it('on the console', () => {
    // biome-ignore lint/suspicious/noConsole: this is what it shows
    console.warn('it is', PART);
  });

  it('in an error that is thrown', () => {
    expect(() => {
      throw new Error(`bad key ${PART}`);
    }).toThrow('bad key');
  });

  it('in the cause of an error that is rejected with', async () => {
    const cause = new Error(`bad key ${PART}`);
    await expect(Promise.reject(new Error('bad key', { cause }))).rejects.toThrow('bad key');
  });

  it("on an operator's terminal", () => {
    inputOf('').out(`it is ${PART}`);
  });

  it('in what a program prints', async () => {
    await tsProgram('-e', [`process.stdout.write('${PART}')`]).ended;
  });

  it('by shape, in a key that nobody knows', () => {
    inputOf('').err(['sk', 'ant', 'api03', 'x'.repeat(20)].join('-'));
  });

  it('in a log, a message and the answer of a function, in a sandbox', async () => {
    const world = await World.deploy('prod');
    const { account, aws } = world.sandbox;
    const { rawKey } = await world.stage();
    aws.logs.append('/aws/lambda/x', 'stream', [rawKey.slice(50, 62)]);
    const { TopicArn } = await account.call('sns', 'CreateTopic', { Name: 'news' }, account.administrator);
    const Message = rawKey.slice(50, 62);
    await account.call('sns', 'Publish', { TopicArn, Message }, account.administrator);
    await world.reconcile({ action: rawKey.slice(50, 62) }).catch(() => undefined);
    await world.dispose();
  });
});
