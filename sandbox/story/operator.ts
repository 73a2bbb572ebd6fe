import type { CliIo, Progress } from '../../lib/cli/io';
import type { OpenPlatform } from '../../lib/cli/platform';
import { main as runCli } from '../../lib/cli/program';
import type { ClaudeOrganization } from '../claude/organization';

export interface OperatorOptions {
  readonly environment: string;
  readonly workspaceId: string;
  readonly claude: ClaudeOrganization;
  /** Opens the platform with the operator's own credentials. */
  readonly open: OpenPlatform;
}

/**
 * A person of the platform team: runs the real CLI, creates in the Console the keys that it asks for, and pastes
 * them. Sees nothing that a person would not see.
 */
export class Operator {
  /** Everything the CLI printed: searched for keys in the end. */
  readonly transcript: string[] = [];

  constructor(private readonly options: OperatorOptions) {}

  /** Runs `stage <environment> --missing` and serves it. @returns how many keys were created */
  async stageMissing(): Promise<number> {
    const { environment, open } = this.options;
    const io = new PastingIo(this.transcript, (name) => this.#createInConsole(name));
    const exitCode = await runCli(['node', 'claude-keys', 'stage', environment, '--missing'], io, open);
    if (exitCode !== 0)
      throw new Error(`staging ended with exit code ${exitCode}:\n${this.transcript.slice(-6).join('\n')}`);
    return io.created;
  }

  #createInConsole(name: string): string {
    return this.options.claude.createKey({ workspaceId: this.options.workspaceId, name }).rawKey;
  }
}

/** Reads the names of the keys to create off the output, and answers with the new keys on standard input. */
class PastingIo implements CliIo {
  readonly isTerminal = false;
  readonly #names: string[] = [];
  created = 0;

  constructor(
    readonly transcript: string[],
    readonly create: (name: string) => string,
  ) {}

  out(line: string): void {
    this.transcript.push(...line.split('\n'));
    const name = /^ {2}(\S+)/.exec(line)?.[1];
    if (name) this.#names.push(name);
  }

  err(line: string): void {
    this.transcript.push(...line.split('\n'));
  }

  hideInput(): void {}

  askHidden(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  confirm(): Promise<boolean> {
    return Promise.resolve(false);
  }

  readStdin(): Promise<string> {
    const keys = this.#names.map((name) => this.create(name));
    this.created = keys.length;
    return Promise.resolve(keys.join('\n'));
  }

  progress(): Progress {
    return { update: () => {}, done: () => {} };
  }
}
