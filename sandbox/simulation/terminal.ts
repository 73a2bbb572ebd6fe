import { composePlatform } from '../../lib/cli/compose';
import type { CliIo } from '../../lib/cli/io';
import type { OpenPlatform, Platform } from '../../lib/cli/platform';
import { main } from '../../lib/cli/program';
import { createAwsHandler } from '../aws/http';
import { sdkSettings } from '../functions/in-process-http';
import type { Sandbox } from '../sandbox';
import { fetchThrough, RequestHandlerThrough } from './attempts';
import type { OutsideCalls } from './outside-calls';

/** How a command ended: with its exit code, or with its machine. */
export interface CommandEnd {
  readonly exitCode: number | 'died';
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** An operator's terminal, at which each command is a process of its own, whose calls may be cut off. */
export class Terminal {
  /** Everything that was shown. */
  readonly transcript: string[] = [];

  constructor(
    private readonly sandbox: Sandbox,
    private readonly outside: OutsideCalls,
    /** What the CLI makes of its platform, where a bug is put in on purpose. */
    private readonly change: (platform: Platform) => Platform = (platform) => platform,
  ) {}

  /** Runs one command of the CLI. @param input what standard input holds */
  async run(args: readonly string[], input = ''): Promise<CommandEnd> {
    const invocation = this.outside.begun(`claude-keys ${args[0]}`);
    const [out, err]: [string[], string[]] = [[], []];
    const through = this.outside.through(() => invocation);
    const command = main(['node', 'claude-keys', ...args], ioOf(input, out, err), this.#open(through));
    const exitCode = await Promise.race([command, invocation.death]).catch(() => 'died' as const);
    await this.outside.ended(invocation);
    await this.sandbox.settle();
    this.transcript.push(...out, ...err);
    return { exitCode, out, err };
  }

  #open(through: ReturnType<OutsideCalls['through']>): OpenPlatform {
    const { account, aws, clock, fetchClaude } = this.sandbox;
    const handler = createAwsHandler(account, (keyId) => aws.credentials.callerOf(keyId));
    const direct = sdkSettings(account.region, aws.credentials.issue(account.administrator), handler);
    const requestHandler = new RequestHandlerThrough(direct.requestHandler, through);
    const open = composePlatform({
      aws: { ...direct, requestHandler },
      claude: { fetch: fetchThrough(fetchClaude, through) },
      clock,
      wait: (ms) => this.sandbox.advance(ms),
    });
    return async (environment) => this.change(await open(environment));
  }
}

function ioOf(input: string, out: string[], err: string[]): CliIo {
  return {
    isTerminal: false,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    hideInput: () => {},
    askHidden: () => Promise.resolve(undefined),
    confirm: () => Promise.resolve(false),
    readStdin: () => Promise.resolve(input),
    progress: (text) => {
      err.push(text);
      return { update: (next) => void err.push(next), done: () => {} };
    },
  };
}
