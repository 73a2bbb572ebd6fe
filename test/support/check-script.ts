import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The repository's root. */
export const ROOT = join(__dirname, '..', '..');

const LINES_OF_A_FAILURE = 40;

/** Runs a check in a scratch folder that is removed afterwards; a failure is told on standard error and ends with code 1. */
export async function runCheck(name: string, check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  try {
    await check(folder);
    process.stdout.write(`${name}: passed\n`);
  } catch (error) {
    process.stderr.write(`${name}: failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tells what is done next, does it, and tells what came of it and how long it took. */
export async function step<Result>(
  text: string,
  action: () => Promise<Result>,
  outcome: (result: Result) => string = () => 'done',
): Promise<Result> {
  process.stdout.write(`${text} … `);
  const start = performance.now();
  try {
    const result = await action();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${outcome(result)} (${seconds} s)\n`);
    return result;
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}

/** Fails the check unless something holds. */
export function expectThat(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/**
 * Runs a program to its end.
 * @returns its standard output; what it wrote is part of the error when it fails
 */
export async function run(
  cwd: string,
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const options = { cwd, env: { ...process.env, ...variables }, maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)(program, [...args], options)).stdout;
  } catch (error) {
    throw new Error(`${[program, ...args].join(' ')}\n${lastWords(error)}`);
  }
}

function lastWords(error: unknown): string {
  const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
  const lines = `${stdout}${stderr}`.trimEnd().split('\n');
  return lines.length > 1 ? lines.slice(-LINES_OF_A_FAILURE).join('\n') : message;
}
