import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');
const FOLDERS = ['bin', 'lib', 'lambda', 'sandbox', 'test'];

const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly rule: { readonly name: string } }[];
  };
}

const cruise = (folders: readonly string[]): Cruise => {
  const binary = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const options = ['--config', '.dependency-cruiser.js', '--output-type', 'json'];
  try {
    return JSON.parse(
      execFileSync(process.execPath, [binary, ...options, ...folders], {
        cwd: ROOT,
        encoding: 'utf8',
        maxBuffer: 2 ** 27,
        stdio: 'pipe',
      }),
    ) as Cruise;
  } catch (error) {
    return JSON.parse((error as { readonly stdout: string }).stdout) as Cruise;
  }
};

describe('imports', () => {
  it('go only in the allowed directions', () => {
    const { summary } = cruise(FOLDERS);
    expect(summary.violations).toEqual([]);
    // A tool that no longer understands the sources finds no violation either.
    expect(summary.totalCruised).toBeGreaterThan(sources.length);
  });

  it('are really checked: a forbidden one is found', () => {
    const folder = mkdtempSync(join(ROOT, 'lib', 'core', 'tidy-'));
    try {
      writeFileSync(
        join(folder, 'planted.ts'),
        "import { AwsSecrets } from '../../aws/secrets';\nexport const planted = AwsSecrets;\n",
      );
      const names = cruise(['lib']).summary.violations.map(({ rule }) => rule.name);
      expect(names).toContain('core-is-pure');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the sources', () => {
  it('leave no test out by accident', () => {
    const marked = sources.filter((path) => path.startsWith('test/') && !path.startsWith('test/tidy/'));
    expect(marked.filter((path) => /\b(describe|it|test)\.only\(/.test(read(path)))).toEqual([]);
  });

  it('say nothing of the machine they were written on', () => {
    expect(sources.filter((path) => /['"`]\/(work|home|Users)\//.test(read(path)))).toEqual([]);
  });

  it('keep functions to a screen', () => {
    const long = sources.filter((path) => !path.startsWith('test/')).flatMap((path) => longFunctions(path, 70));
    expect(long).toEqual([]);
  });
});

/** Functions of more lines than `most`, by file and line. */
function longFunctions(path: string, most: number): readonly string[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const [first, last] = [node.getStart(), node.getEnd()].map((at) => file.getLineAndCharacterOfPosition(at).line);
      if (first !== undefined && last !== undefined && last - first >= most) found.push(`${path}:${first + 1}`);
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}
