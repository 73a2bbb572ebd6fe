import { Command, CommanderError } from 'commander';
import { KeyRotationError } from '../core/errors';
import { checkKeyId, checkName, parseSeconds, refuseKeyAsArgument } from './arguments';
import { COMMAND, SILENT_COMMAND } from './command-name';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, guarded, withProgress } from './io';
import type { OpenPlatform, Platform } from './platform';
import { replaceLeaked } from './replace-leaked';
import { reportFailure } from './report';
import { REVIEW_FORMATS, review } from './review';
import { rotate } from './rotate';
import { stage } from './stage';
import { stageMissing } from './stage-missing';
import { status } from './status';
import { undo } from './undo';

/** What a run of the command works with. */
interface Session {
  readonly io: CliIo;
  readonly open: OpenPlatform;
  exitCode: ExitCode;
}

type Action = (platform: Platform, io: CliIo) => Promise<ExitCode>;

const DEFAULT_TIMEOUT_SECONDS = 120;

const GENERAL_HELP = `
In this repository: npm run keys -- <command>, or npm run -s keys -- <command> where its output is piped or kept
AWS credentials and region come from where the AWS CLI takes them (AWS_PROFILE, AWS_REGION).

Exit codes:
  0  done
  1  the operation failed; the message says what to do
  2  wrong usage or a bad input, such as a key that is refused; nothing was changed

CLAUDE_KEYS_DEBUG=1 adds stack traces to errors.`;

/**
 * Runs one command line and tells how it ended. Never rejects, and never prints a key.
 * @param argv as in process.argv: the first two entries are not looked at
 * @param debug adds stack traces
 */
export async function main(argv: readonly string[], io: CliIo, open: OpenPlatform, debug = false): Promise<ExitCode> {
  const session: Session = { io: guarded(io), open, exitCode: EXIT.ok };
  try {
    refuseKeyAsArgument(argv.slice(2));
    await createProgram(session).parseAsync([...argv]);
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error, session.io);
    return reportFailure(error, session.io, debug);
  }
}

function createProgram(session: Session): Command {
  const program = new Command('claude-keys')
    .description("Looks after the Claude API keys of an environment's services.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.io.out(text.trimEnd()),
      writeErr: (text) => session.io.err(text.trimEnd()),
      // Printed by reportUsage, in the form that all errors have.
      outputError: () => {},
    })
    .addHelpText('after', GENERAL_HELP);
  addStage(program, session);
  addStatus(program, session);
  addReport(program, session);
  addRotate(program, session);
  addUndo(program, session);
  return program;
}

function addStage(program: Command, session: Session): void {
  program
    .command('stage <environment> [service]')
    .description('take a new key from a hidden prompt or standard input, check it, and keep it as a spare')
    .option('--missing', 'take keys for every service that lacks one')
    .option('--name <name>', "the key's name in the Console, where the issuer's list cannot be read")
    .addHelpText(
      'after',
      examples(
        [`${COMMAND} stage prod rag-service`, 'asks for the key'],
        [`pass show new-key | ${COMMAND} stage prod rag-service`, 'takes it from standard input'],
        [`${COMMAND} stage prod --missing`, 'tells which keys to create, then takes them in any order'],
        [`pbpaste | ${COMMAND} stage prod --missing`, 'one key per line'],
      ),
    )
    .action(async (environment: string, service: string | undefined, options: { missing?: true; name?: string }) => {
      const action = stageAction(service, options);
      session.io.hideInput();
      await run(session, environment, action);
    });
}

function stageAction(service: string | undefined, options: { missing?: true; name?: string }): Action {
  if (options.missing) {
    if (service === undefined && options.name === undefined) return stageMissing;
    throw new KeyRotationError('BadRequest', '--missing goes with neither a service nor --name. Nothing was staged');
  }
  if (service === undefined) {
    throw new KeyRotationError('BadRequest', 'name a service, or use --missing. Nothing was staged');
  }
  checkName('service', service);
  const { name } = options;
  return (platform, io) => stage(name === undefined ? { service } : { service, name }, platform, io);
}

function addStatus(program: Command, session: Session): void {
  program
    .command('status <environment> [service]')
    .description('show every key: its state, ages, last use, next rotation, and what is wrong')
    .option('--json', 'print JSON instead of a table')
    .addHelpText(
      'after',
      examples(
        [`${COMMAND} status prod`, 'all services'],
        [`${SILENT_COMMAND} status prod rag-service --json`, 'one service, for a program to read'],
      ),
    )
    .action(async (environment: string, service: string | undefined, options: { json?: true }) => {
      const json = options.json ?? false;
      const request = service === undefined ? { json } : { json, service: checkName('service', service) };
      await run(session, environment, (platform, io) => status(request, platform, io));
    });
}

function addReport(program: Command, session: Session): void {
  program
    .command('report <environment>')
    .description('a review of every service and key, with ages, use, cost and what is wrong, to keep or to mail')
    .option('--format <format>', `${REVIEW_FORMATS.join(' or ')}; csv has one line per key`, 'markdown')
    .addHelpText(
      'after',
      examples(
        [`${SILENT_COMMAND} report prod > review.md`, 'the quarterly review'],
        [`${SILENT_COMMAND} report prod --format csv > keys.csv`, 'for a spreadsheet'],
      ),
    )
    .action(async (environment: string, { format }: { format: string }) => {
      const known = REVIEW_FORMATS.find((each) => each === format);
      if (!known) throw new KeyRotationError('BadRequest', `--format is markdown or csv. Nothing was asked`);
      await run(session, environment, (platform, io) => review(known, platform, io));
    });
}

function addRotate(program: Command, session: Session): void {
  program
    .command('rotate <environment> <service>')
    .description("replace a service's key now by its oldest good spare; the old key stays accepted for the overlap")
    .option('--timeout <seconds>', 'how long to wait for the new key', String(DEFAULT_TIMEOUT_SECONDS))
    .option('--no-wait', 'start the rotation and return')
    .option(
      '--leaked [keyId]',
      'the current key, or the one named, has leaked: disable it as soon as it is not current',
    )
    .option('--yes', 'with --leaked: do not ask before anything is changed')
    .addHelpText(
      'after',
      examples(
        [`${COMMAND} rotate prod rag-service`, 'waits until the new key is current'],
        [`${COMMAND} rotate prod rag-service --leaked`, 'then disables the old key at once'],
        [`${COMMAND} rotate prod rag-service --leaked <keyId>`, 'goes on with that after it was cut off'],
      ),
    )
    .action(async (environment: string, service: string, options: RotateOptions) => {
      const action = rotateAction(checkName('service', service), options);
      await run(session, environment, action);
    });
}

interface RotateOptions {
  readonly timeout: string;
  readonly wait: boolean;
  /** True: the current key. */
  readonly leaked?: string | true;
  readonly yes?: boolean;
}

function rotateAction(service: string, { timeout, wait, leaked, yes = false }: RotateOptions): Action {
  const request = { service, timeoutSeconds: parseSeconds('--timeout', timeout) };
  if (leaked === undefined) return (platform, io) => rotate({ ...request, wait }, platform, io);
  if (!wait) {
    throw new KeyRotationError(
      'BadRequest',
      '--leaked waits until the new key is current, so it does not go with --no-wait. Nothing was changed',
    );
  }
  const named = leaked === true ? {} : { keyId: checkKeyId(leaked) };
  return (platform, io) => replaceLeaked({ ...request, ...named, confirmed: yes }, platform, io);
}

function addUndo(program: Command, session: Session): void {
  program
    .command('undo <environment> <service>')
    .description('make the key before the last rotation current again, and pause rotation')
    .addHelpText('after', examples([`${COMMAND} undo prod rag-service`, 'until the old key is archived']))
    .action(async (environment: string, service: string) => {
      checkName('service', service);
      await run(session, environment, (platform, io) => undo(service, platform, io));
    });
}

async function run(session: Session, environment: string, action: Action): Promise<void> {
  checkName('environment', environment);
  const { io, open } = session;
  const platform = await withProgress(io, `looking for ${environment}`, () => open(environment));
  session.exitCode = await action(platform, io);
}

/** Help that was asked for is a success; anything else commander stops for is wrong usage. */
function reportUsage(error: CommanderError, io: CliIo): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code !== 'commander.help') {
    io.err(`error BadRequest: ${error.message.replace(/^error: /, '')}. See ${COMMAND} --help. Nothing was changed`);
  }
  return EXIT.badInput;
}

function examples(...lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`);
  return `\nExamples:\n${text.join('\n')}`;
}
