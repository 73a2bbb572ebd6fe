import { readdirSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { expect } from 'expect';
import { type DeclaredTest, DeclaredTests } from './declared-tests';

const TEST_FILE = /\.test\.ts$/;

/** Stryker's configuration, as far as it is ours. */
interface Options {
  readonly inProcess: {
    /** Files with tests, and folders of such; loaded in this order. */
    readonly tests: readonly string[];
    /** Code that keeps something from one call to the next: it is loaded anew for each of its mutants. */
    readonly loadedAnew: readonly string[];
  };
}

/** What instrumented code and Stryker tell each other, in the global scope. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  readonly mutantCoverage?: object;
}

/** What Stryker asks for, as far as it matters here. */
interface MutantRun {
  readonly activeMutant: { readonly id: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly disableBail: boolean;
  readonly mutantActivation: 'static' | 'runtime';
  readonly sandboxFileName: string;
}

interface Result {
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  readonly timeSpentMs: number;
  /** The wire's numbers: 0 is success, 1 is failure. */
  readonly status: 0 | 1;
  readonly failureMessage?: string;
}

/**
 * Runs tests for Stryker in its own process, where they are loaded once for all mutants: a mutant then costs
 * milliseconds. Under Jest, which loads everything anew for each, it costs seconds.
 */
export class InProcessRunner {
  static readonly inject = ['options'] as const;
  #tests: readonly DeclaredTest[] = [];
  /** How long each test took when no mutant was active: the quick ones go first, since one that fails ends the run. */
  readonly #timesMs = new Map<string, number>();
  /** Whether a mutant may have left something in the code that is loaded. */
  #loadedMutated = false;

  constructor(private readonly options: Options) {}

  capabilities(): object {
    return { reloadEnvironment: true };
  }

  init(): void {
    this.#load();
  }

  async dryRun(): Promise<object> {
    const tests = await this.#run(this.#tests, true);
    for (const { id, timeSpentMs } of tests) this.#timesMs.set(id, timeSpentMs);
    return { status: 'complete', tests, mutantCoverage: instrumented().mutantCoverage };
  }

  async mutantRun(run: MutantRun): Promise<object> {
    const space = instrumented();
    const isStatic = run.mutantActivation === 'static';
    if (isStatic) space.activeMutant = run.activeMutant.id;
    if (isStatic || this.#loadedMutated || this.#keepsSomething(run)) this.#load();
    this.#loadedMutated = isStatic || this.#keepsSomething(run);
    Object.assign(space, { activeMutant: run.activeMutant.id, hitCount: 0, hitLimit: run.hitLimit });
    const chosen = run.testFilter && new Set(run.testFilter);
    const tests = this.#tests
      .filter(({ id }) => !chosen || chosen.has(id))
      .sort((one, other) => this.#timeOf(one) - this.#timeOf(other));
    const results = await this.#run(tests, run.disableBail);
    const hits = space.hitCount ?? 0;
    Object.assign(space, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    return run.hitLimit !== undefined && hits > run.hitLimit ? { status: 'timeout' } : verdict(results);
  }

  #keepsSomething({ sandboxFileName }: MutantRun): boolean {
    return this.options.inProcess.loadedAnew.some((path) => resolve(path) === resolve(sandboxFileName));
  }

  #timeOf({ id }: DeclaredTest): number {
    return this.#timesMs.get(id) ?? 0;
  }

  /** Loads tests and code, anew where they were loaded before. */
  #load(): void {
    for (const path of Object.keys(require.cache)) if (isOurs(path)) delete require.cache[path];
    module.children.length = 0; // Else what was loaded before is kept by whoever loaded it.
    const declared = new DeclaredTests();
    Object.assign(globalThis, { expect, ...declared.words() });
    for (const path of this.options.inProcess.tests.flatMap(testFiles))
      declared.declare(path, () => require(resolve(path)));
    this.#tests = declared.all;
  }

  async #run(tests: readonly DeclaredTest[], disableBail: boolean): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (const test of tests) {
      const result = await perform(test);
      results.push(result);
      if (result.status === 1 && !disableBail) break;
    }
    return results;
  }
}

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner }];

/** What Stryker may find in its configuration for this plugin. */
export const strykerValidationSchema = { properties: { inProcess: { type: 'object' } } };

/** A file by itself, or all test files in a folder and below. */
const testFiles = (path: string): readonly string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => TEST_FILE.test(name))
        .map((name) => `${path}/${name}`);

const isOurs = (path: string): boolean =>
  path.startsWith(`${process.cwd()}${sep}`) && !path.includes(`${sep}node_modules${sep}`);

async function perform({ id, fileName, perform: body }: DeclaredTest): Promise<Result> {
  const space = instrumented();
  const startMs = performance.now();
  space.currentTestId = id;
  const failure = await body().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  space.currentTestId = undefined;
  const result = { id, name: id, fileName: resolve(fileName), timeSpentMs: performance.now() - startMs };
  return failure === undefined ? { ...result, status: 0 } : { ...result, status: 1, failureMessage: failure };
}

function verdict(results: readonly Result[]): object {
  const failed = results.filter(({ status }) => status === 1);
  const nrOfTests = results.length;
  const [first] = failed;
  if (!first) return { status: 'survived', nrOfTests };
  return { status: 'killed', killedBy: failed.map(({ id }) => id), failureMessage: first.failureMessage, nrOfTests };
}

function instrumented(): Instrumented {
  const scope: { __stryker__?: Instrumented } = globalThis as object;
  scope.__stryker__ ??= {};
  return scope.__stryker__;
}
