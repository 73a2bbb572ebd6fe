import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
const read = <Content>(path: string): Content => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Content;

/** AGPL-3.0: whoever passes it on, or offers it as a service, has to do so with the source of all that it is part of. */
const COPYLEFT = /@cloud-copilot\//;
/** Licences that let anybody use and pass on a work, also as part of another one. */
const PERMISSIVE = new Set([
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
]);

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly license?: string; readonly dev?: true }>>;
}

/** The packages that some modules import, themselves or by what they import of this repository. */
async function importedPackages(...entryPoints: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: entryPoints.map((path) => join(ROOT, path)),
    absWorkingDir: ROOT,
    outdir: 'nowhere',
    bundle: true,
    packages: 'external',
    platform: 'node',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return imports.filter(({ external }) => external).map(({ path }) => path);
}

const copyleft = (names: readonly string[]): readonly string[] => names.filter((name) => COPYLEFT.test(name));

describe('code under a copyleft licence', () => {
  it.each(['rotate', 'reconcile'])('is in no bundle: %s', (name) => {
    const inputs = Object.keys(read<Metafile>(`build/functions/${name}.meta.json`).inputs);

    expect(inputs.length).toBeGreaterThan(10);
    expect(copyleft(inputs)).toEqual([]);
  });

  it('is imported by nothing that the package ships', async () => {
    const { files } = read<{ readonly files: readonly string[] }>('tsconfig.build.json');

    const imported = await importedPackages(...files);

    expect(imported).toContain('aws-cdk-lib');
    expect(copyleft(imported)).toEqual([]);
  });

  it('would be found: the sandbox imports it', async () => {
    expect(copyleft(await importedPackages('bin/sandbox.ts'))).toContain('@cloud-copilot/iam-simulate');
  });

  it('is not among the dependencies of the package, nor among theirs', () => {
    const { packages } = read<Lock>('package-lock.json');
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
    const others = installed.filter(([, { license = 'none' }]) => !PERMISSIVE.has(license));

    expect(installed.length).toBeGreaterThan(20);
    expect(others).toEqual([]);
  });
});
