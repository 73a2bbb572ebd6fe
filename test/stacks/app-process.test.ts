import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runTs } from '../sandbox/processes';

const ROOT = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the app, as the CDK runs it', () => {
  it('tells a wrong configuration by its mistakes alone', async () => {
    const { code, out, err } = await runAppWith("[{ name: 'Prod' }]");

    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/^the configuration has \d+ mistakes:\n( {2}- environments\[0\]\..*\n)+$/);
  });

  it('prints nothing on standard output, where the template goes', () => {
    for (const file of ['bin/app.ts', 'lambda/bundle.ts']) expect(read(file)).not.toContain('process.stdout');
  });
});

/** The same app, beside other environments. */
async function runAppWith(environments: string) {
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'build', 'app-'));
  try {
    writeFileSync(join(folder, 'app.ts'), read('bin/app.ts').replaceAll("'../lib/", "'../../lib/"));
    writeFileSync(join(folder, 'environments.ts'), `export const environments = ${environments};\n`);
    return await runTs(`build/${basename(folder)}/app.ts`, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
