import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

describe('the command, started by npm', () => {
  it('suggests itself as it was started, silent where its output goes elsewhere', () => {
    const { stdout } = byNpm('report', '--help');

    expect(stdout).toMatch(/^Usage: /);
    expect(stdout).toContain('npm run -s keys -- report prod > review.md');
    expect(byNpm('rotate', '--help').stdout).toContain('npm run keys -- rotate prod rag-service');
  });

  it('leaves standard output empty when it fails', () => {
    const { status, stdout, stderr } = byNpm('nonsense');

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('See npm run keys -- --help');
  });
});

/** As in a terminal: nothing of the npm that runs the tests. */
function byNpm(...args: readonly string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return spawnSync('npm', ['run', '-s', 'keys', '--', ...args], { cwd: ROOT, encoding: 'utf8', env });
}
