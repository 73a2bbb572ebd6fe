import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WrittenText } from '../../../sandbox/written-texts';

/** Where this repository writes what it builds and reports. */
export const BUILD = join(__dirname, '..', '..', '..', 'build');

/** Every file below a folder that was written since then, with what is in it; none where there is no folder. */
export function filesWritten(folder: string, since: Date): readonly WrittenText[] {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mtime ?? 0) >= since)
    .flatMap(textOf);
}

/** A file that somebody else takes away meanwhile is none. */
function textOf(path: string): readonly WrittenText[] {
  try {
    return [{ where: `the file ${path}`, text: readFileSync(path, 'utf8') }];
  } catch (error) {
    if (!existsSync(path)) return [];
    throw error;
  }
}
