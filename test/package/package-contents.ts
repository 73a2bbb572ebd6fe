import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundledPackages } from '../../lambda/licences';
import { expectThat } from '../support/check-script';

/** Every file that may be in the package. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^docs\/runbook\.md$/,
  /^build\/functions\/(rotate|reconcile)(\/index\.mjs|\.licences\.txt)$/,
  /^dist\/bin\/keys\.js$/,
  /^dist\/lib\/index\.(js|d\.ts)$/,
  /^dist\/lib\/(aws|cli|client|config|constructs|contract|core|issuers|stacks)\/[a-z/-]+\.(js|d\.ts)$/,
];

/** Files without which it does not work. */
const NEEDED = [
  'LICENSE',
  'docs/runbook.md',
  'build/functions/rotate/index.mjs',
  'build/functions/reconcile/index.mjs',
  'build/functions/rotate.licences.txt',
  'build/functions/reconcile.licences.txt',
  'dist/bin/keys.js',
  'dist/lib/index.js',
  'dist/lib/index.d.ts',
  'dist/lib/client/index.js',
  'dist/lib/client/index.d.ts',
];

/** What a credential looks like: a Claude key, an AWS access key, a private key. */
const SECRETS = [/sk-ant-[a-z0-9]+-[\w-]{16,}/, /\b(AKIA|ASIA)[A-Z0-9]{16}\b/, /-----BEGIN [A-Z ]*PRIVATE KEY-----/];

/** Licences that let anybody use and pass on a work, also as part of another one. */
const FREE_LICENCES = new Set([
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Unlicense',
]);

/** Fails when a file is there that should not be, or one is missing. */
export function checkFileList(files: readonly string[]): void {
  const strangers = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
  expectThat(strangers.length === 0, `the package must not hold ${strangers.join(', ')}`);
  const missing = NEEDED.filter((file) => !files.includes(file));
  expectThat(missing.length === 0, `the package lacks ${missing.join(', ')}`);
}

/** Fails when a file holds anything like a credential; the error names the file alone. */
export async function checkForSecrets(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    expectThat(!SECRETS.some((pattern) => pattern.test(text)), `${file} holds what looks like a credential`);
  }
}

/** Licence of each package that was installed into a folder, by path. */
export async function installedLicences(folder: string): Promise<ReadonlyMap<string, string>> {
  const lock = JSON.parse(await readFile(join(folder, 'node_modules', '.package-lock.json'), 'utf8')) as {
    packages: Record<string, { license?: string }>;
  };
  return new Map(Object.entries(lock.packages).map(([path, { license = 'none' }]) => [path, license]));
}

/** Licence of each package of which there is code in a function's bundle, by name. */
export async function bundledLicences(root: string, name: string): Promise<ReadonlyMap<string, string>> {
  const metafile = JSON.parse(
    await readFile(join(root, 'build', 'functions', `${name}.meta.json`), 'utf8'),
  ) as Metafile;
  const packages = await bundledPackages(metafile, root);
  return new Map(packages.map((each) => [each.name, each.license ?? 'none']));
}

/** Fails when a licence asks more of a user than to keep a notice. */
export function checkLicences(licences: ReadonlyMap<string, string>): void {
  expectThat(licences.size > 0, 'no package was found whose licence could be checked');
  const others = [...licences].filter(([, licence]) => !isFree(licence));
  expectThat(others.length === 0, `not free to pass on: ${others.map((each) => each.join(' ')).join(', ')}`);
}

/** `(MIT OR GPL-3.0-or-later)` leaves the choice to the user. */
const isFree = (licence: string): boolean =>
  licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => FREE_LICENCES.has(choice));
