import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ALARM_NAMES } from '../../lib/constructs/alarms';
import { ERROR_KINDS } from '../../lib/core/errors';

const ROOT = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

describe('docs/runbook.md', () => {
  const runbook = read('docs/runbook.md');

  it('has a section for every alarm, and none for an alarm that does not exist', () => {
    const [, alarms = ''] = /\n## Alarms\n([\s\S]*?)\n## /.exec(runbook) ?? [];
    const headings = [...alarms.matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
    expect([...headings].sort()).toEqual([...ALARM_NAMES].sort());
  });

  it('explains every error code, and none that does not exist', () => {
    const [, errors = ''] = /\n## Errors\n([\s\S]*)$/.exec(runbook) ?? [];
    const codes = [...errors.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect([...codes].sort()).toEqual(Object.keys(ERROR_KINDS).sort());
  });
});

describe('the documents', () => {
  const documents = tracked.filter((path) => path.endsWith('.md'));

  it.each(documents)('%s links only to what is there', (document) => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    const missing = links.filter((link) => !existsSync(join(ROOT, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((path) =>
      [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script),
    );
    expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([]);
  });

  it('pipe what npm runs only where npm itself is silent', () => {
    const piped = documents.flatMap((path) => read(path).match(/npm (?:run|start)[^`\n]*?(?: --json| \| | > )/g) ?? []);
    expect(piped.filter((command) => !/npm run -s /.test(command))).toEqual([]);
  });

  it('name only files and tests that exist', () => {
    const named = documents.flatMap((path) =>
      [...read(path).matchAll(/`((?:bin|lib|lambda|sandbox|test)\/[\w/.-]+\.ts)`/g)].map(([, file = '']) => file),
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...new Set(named)].filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('keep the README short enough to read', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(200);
  });

  it('list every decision', () => {
    const decisions = readdirSync(join(ROOT, 'docs/decisions')).filter((file) => /^\d/.test(file));
    const index = read('docs/decisions/README.md');
    expect(decisions.filter((file) => !index.includes(file))).toEqual([]);
  });
});
