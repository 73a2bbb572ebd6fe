import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package of which there is code in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; undefined where the package states none. */
  readonly license?: string;
  /** The text it asks to be passed on; undefined where it brings none. */
  readonly text?: string;
}

const LICENCE_FILE = /^licen[cs]e(-mit)?(\.md|\.txt)?$/i;

/** The packages in a bundle, in the order of their names. */
export async function bundledPackages({ inputs }: Pick<Metafile, 'inputs'>, root: string): Promise<BundledPackage[]> {
  const folders = Object.keys(inputs).flatMap((input) => packageFolderOf(input) ?? []);
  return Promise.all([...new Set(folders)].sort().map((folder) => readPackage(join(root, folder))));
}

/** What the licences in a bundle ask to be told to whoever gets it; equal texts are written once. */
export function licenceNotices(packages: readonly BundledPackage[]): string {
  const namesByText = new Map<string, string[]>();
  for (const { name, version, license = 'no licence stated', text = '' } of packages) {
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const chapters = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text.trim()}`.trim());
  return `${chapters.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** `node_modules/@aws-sdk/core/dist-es/index.js` is in `node_modules/@aws-sdk/core`. */
const packageFolderOf = (input: string): string | undefined => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];

async function readPackage(folder: string): Promise<BundledPackage> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(text) as BundledPackage;
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return {
    name,
    version,
    ...(license === undefined ? {} : { license }),
    ...(texts.length === 0 ? {} : { text: texts.join('\n') }),
  };
}
