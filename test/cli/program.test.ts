import { randomBytes } from 'node:crypto';
import { exitCodeOf } from '../../lib/cli/exit-codes';
import type { OpenPlatform } from '../../lib/cli/platform';
import { main } from '../../lib/cli/program';
import { ERROR_KINDS, type ErrorCode, KeyRotationError } from '../../lib/core/errors';
import { inputOf, terminalWith } from './recording-io';

const neverOpened: OpenPlatform = async () => {
  throw new Error('the platform was opened');
};

describe('the command line', () => {
  it.each<[readonly string[], string]>([
    [['--help'], 'Exit codes:'],
    [['stage', '--help'], 'claude-keys stage prod --missing'],
    [['status', '--help'], 'claude-keys status prod rag-service --json'],
    [['rotate', '--help'], 'claude-keys rotate prod rag-service'],
    [['rotate', '--help'], 'claude-keys rotate prod rag-service --leaked'],
    [['undo', '--help'], 'claude-keys undo prod rag-service'],
    [['help', 'stage'], 'hidden prompt or standard input'],
  ])('explains %j with examples on standard output', async (args, said) => {
    const io = terminalWith();

    expect(await run(args, io)).toBe(0);
    expect(io.outLines.join('\n')).toContain(said);
    expect(io.errLines).toEqual([]);
  });

  it('states in its help what each exit code means', async () => {
    const io = terminalWith();

    await run(['--help'], io);

    expect(io.outLines.join('\n')).toMatch(/ 0 {2}done.* 1 {2}the operation failed.* 2 {2}wrong usage/s);
  });

  it('rejects a command line without a command by showing the help as an error', async () => {
    const io = terminalWith();

    expect(await run([], io)).toBe(2);
    expect(io.outLines).toEqual([]);
    expect(io.errLines.join('\n')).toContain('Usage: claude-keys');
  });

  it.each<[string, readonly string[], string]>([
    ['an unknown command', ['destroy', 'prod'], "unknown command 'destroy'"],
    ['an unknown option', ['status', 'prod', '--yaml'], "unknown option '--yaml'"],
    ['a missing environment', ['status'], "missing required argument 'environment'"],
    ['a missing service', ['rotate', 'prod'], "missing required argument 'service'"],
    ['an argument too many', ['undo', 'prod', 'rag', 'chat'], 'too many arguments'],
    ['staging without a service', ['stage', 'prod'], 'name a service, or use --missing'],
    ['--missing with a service', ['stage', 'prod', 'rag', '--missing'], '--missing goes with neither'],
    ['--missing with a name', ['stage', 'prod', '--missing', '--name', 'n'], '--missing goes with neither'],
    ['an environment that cannot be one', ['status', 'Prod/..'], '"Prod/.." cannot be the name of an environment'],
    ['a service that cannot be one', ['stage', 'prod', '../admin'], '"../admin" cannot be the name of a service'],
    ['a service of 64 characters', ['undo', 'prod', 'a'.repeat(64)], 'at most 63'],
    ['an empty service', ['rotate', 'prod', ''], '"" cannot be the name of a service'],
    ['a timeout of nothing', ['rotate', 'prod', 'rag', '--timeout', '0'], 'from 1 to 3600, not "0"'],
    ['a timeout of words', ['rotate', 'prod', 'rag', '--timeout', 'soon'], 'from 1 to 3600, not "soon"'],
    ['--leaked with --no-wait', ['rotate', 'prod', 'rag', '--leaked', '--no-wait'], 'does not go with --no-wait'],
    [
      'a leaked key that cannot be one',
      ['rotate', 'prod', 'rag', '--leaked', '../x'],
      '"../x" cannot be the id of a key',
    ],
    ['an empty leaked key', ['rotate', 'prod', 'rag', '--leaked='], '"" cannot be the id of a key'],
    [
      '--leaked where it takes the service for a key',
      ['rotate', 'prod', '--leaked', 'rag'],
      "missing required argument 'service'",
    ],
    ['a timeout of more than an hour', ['rotate', 'prod', 'rag', '--timeout', '3601'], 'from 1 to 3600'],
  ])('rejects %s as wrong usage, before any call', async (_what, args, said) => {
    const io = terminalWith();

    expect(await run(args, io)).toBe(2);
    expect(io.errLines).toHaveLength(1);
    expect(io.errLines[0]).toMatch(/^error BadRequest: /);
    expect(io.errLines[0]).toContain(said);
    expect(io.errLines[0]).toMatch(/Nothing was (changed|staged)/);
  });

  it.each<[string, (key: string) => readonly string[]]>([
    ['as the last argument', (key) => ['stage', 'prod', 'rag', key]],
    ['in place of the service', (key) => ['stage', 'prod', key]],
    ['in place of the command', (key) => [key]],
    ['as an unknown option', (key) => ['stage', 'prod', 'rag', `--${key}`]],
    ['as the value of an option', (key) => ['stage', 'prod', 'rag', '--name', key]],
    ['behind an equals sign', (key) => ['stage', 'prod', 'rag', `--key=${key}`]],
    ['after two hyphens', (key) => ['stage', 'prod', '--', key]],
    ['beside --help', (key) => ['--help', key]],
    ['as the one that has leaked', (key) => ['rotate', 'prod', 'rag', '--leaked', key]],
    ['as the one that has leaked, behind an equals sign', (key) => ['rotate', 'prod', 'rag', `--leaked=${key}`]],
    ['dressed up as an id', (key) => ['rotate', 'prod', 'rag', '--leaked', `apikey_${key.slice(20)}`]],
    ['with its first half cut off', (key) => ['stage', 'prod', 'rag', key.slice(50)]],
    ['with its second half cut off', (key) => ['stage', 'prod', 'rag', key.slice(0, 20)]],
  ])('rejects a key %s, and does not repeat it', async (_where, argsWith) => {
    const key = consoleKey();
    const io = terminalWith();

    expect(await run(argsWith(key), io)).toBe(2);
    expect(io.errLines).toEqual([expect.stringMatching(/^error KeyAsArgument: .*counts as leaked/)]);
    for (let start = 13; start + 8 <= key.length; start += 8) {
      expect(io.everything()).not.toContain(key.slice(start, start + 8));
    }
  });

  it.each([
    ['', (id: string) => ['--leaked', id]],
    [' behind an equals sign', (id: string) => [`--leaked=${id}`]],
  ])('takes the id of a key for what it is%s', async (_how, options) => {
    const id = `apikey_01${randomBytes(30).toString('base64').replace(/\W/g, '').slice(0, 18)}aB3`;
    const io = terminalWith();

    await run(['rotate', 'prod', 'rag', ...options(id)], io);

    // The platform was opened, which here fails.
    expect(io.errLines).toEqual([expect.stringMatching(/^error Unexpected/)]);
  });

  it('takes long names for what they are', async () => {
    const io = terminalWith();
    const service = 'the-service-that-answers-all-questions-of-customers-2';

    await run(['status', 'prod', service], io);

    expect(io.errLines.join()).not.toContain('KeyAsArgument');
  });
});

describe('errors on the command line', () => {
  const failing =
    (error: unknown): OpenPlatform =>
    async () => {
      throw error;
    };

  it('print their code and message on standard error, and nothing on standard output', async () => {
    const io = inputOf('');

    const exitCode = await run(['status', 'prod'], io, failing(new KeyRotationError('UnknownEnvironment', 'no such')));

    expect(exitCode).toBe(2);
    expect(io.errLines).toEqual(['error UnknownEnvironment: no such']);
    expect(io.outLines).toEqual([]);
  });

  it('print no stack trace, and no text of an error that nobody planned for', async () => {
    const io = inputOf('');

    const exitCode = await run(['status', 'prod'], io, failing(new TypeError('something private')));

    expect(exitCode).toBe(1);
    expect(io.errLines).toEqual([expect.stringMatching(/^error Unexpected: a TypeError/)]);
    expect(io.everything()).not.toMatch(/private|at .*\.ts/);
  });

  it('print stack traces and causes when debugging, still without a key', async () => {
    const io = inputOf('');
    const key = consoleKey();
    const error = new KeyRotationError('AwsFailed', 'the call failed', { cause: new Error(`refused ${key}`) });

    await main(['node', 'keys', 'status', 'prod'], io, failing(error), true);

    expect(io.errLines[1]).toMatch(/^KeyRotationError: the call failed.*caused by Error: refused \[api key\]/s);
    expect(io.everything()).not.toContain(key.slice(20, 40));
  });

  it('never let a key or a control character through, wherever it comes from', async () => {
    const io = inputOf('');
    const key = consoleKey();

    await run(['status', 'prod'], io, failing(new KeyRotationError('AwsFailed', `\u001b[2Jsaid ${key}, ${key}\nmore`)));

    expect(io.errLines).toEqual(['error AwsFailed: ?[2Jsaid [api key], [api key]\nmore']);
  });

  it('tell bad input from failure by the exit code', () => {
    const badInput = (Object.keys(ERROR_KINDS) as ErrorCode[]).filter((code) => exitCodeOf(code) === 2);

    expect(badInput).toEqual([
      'UnknownEnvironment',
      'UnknownService',
      'KeyNotHeld',
      'KeyAsArgument',
      'KeyMalformed',
      'KeyDead',
      'KeyInWrongWorkspace',
      'KeyIsPersonal',
      'KeyExpiresTooSoon',
      'KeyAlreadyStaged',
      'KeyOfAnotherService',
      'KeyNotListed',
      'KeyAmbiguous',
      'BadRequest',
    ]);
  });
});

const run = (args: readonly string[], io: ReturnType<typeof inputOf>, open: OpenPlatform = neverOpened) =>
  main(['node', 'keys', ...args], io, open);

function consoleKey(): string {
  return `${['sk', 'ant', 'api03', ''].join('-')}${randomBytes(70).toString('base64url').slice(0, 93)}AA`;
}
