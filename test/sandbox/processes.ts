import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { KEY_WATCH } from '../support/key-watch/key-watch';

const ROOT = join(__dirname, '..', '..');

/** Variables of this process that other programs need to start, and none that could lead one to a real account. */
const BASE = Object.fromEntries(
  ['PATH', 'HOME', 'LANG', 'TMPDIR', 'PYENV_ROOT'].flatMap((name) =>
    process.env[name] ? [[name, process.env[name]]] : [],
  ),
);

export interface Ended {
  /** Undefined when a signal that it does not handle ended it. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** On top of what any program needs to start. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it finds on standard input. */
  readonly input?: string;
}

/** A program in a process of its own, in the root of the repository. */
export class Program {
  out = '';
  err = '';
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], { env = {}, input = '' }: RunOptions = {}) {
    const child = spawn(command, args, { cwd: ROOT, env: { ...BASE, ...env } });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
    // A program that ends without reading its input breaks the pipe; how it ended is what counts.
    child.stdin.on('error', () => {}).end(input);
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => KEY_WATCH.note('what a program printed', `${this.out}\n${this.err}`));
      child.once('close', (code) => resolve({ code: code ?? undefined, out: this.out, err: this.err }));
    });
  }

  /** Waits until standard output has `text` in it; rejects when the program ends before. */
  async says(text: string): Promise<string> {
    const early = this.ended.then(({ code, err }) => Promise.reject(new Error(`ended with ${code} early: ${err}`)));
    const said = new Promise<string>((resolve) => {
      const look = () => this.out.includes(text) && resolve(this.out);
      this.#child.stdout?.on('data', look);
      look();
    });
    return Promise.race([said, early]);
  }

  stop(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

/** A TypeScript file of this repository as a program. */
export const tsProgram = (file: string, args: readonly string[], options?: RunOptions): Program =>
  new Program(process.execPath, ['--import', 'tsx', file, ...args], options);

/** Runs a TypeScript file to its end. */
export const runTs = (file: string, args: readonly string[], options?: RunOptions): Promise<Ended> =>
  tsProgram(file, args, options).ended;

/** Runs any command to its end. */
export const run = (command: string, args: readonly string[], options?: RunOptions): Promise<Ended> =>
  new Program(command, args, options).ended;

/** The variables that a served sandbox prints for other terminals. */
export function exportedVariables(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]);
  return Object.fromEntries(pairs);
}
