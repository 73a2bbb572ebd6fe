import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, gone when the test file has run. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  made.push(folder);
  return folder;
}

/** A folder with the code of a function in it. */
export function functionFolder(source: string): string {
  const folder = join(scratchFolder(), 'code');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), source);
  return folder;
}
