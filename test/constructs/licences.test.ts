import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledPackages, licenceNotices } from '../../lambda/licences';

/** A scratch folder in which a package is installed. */
function installed(name: string, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'licences-'));
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return root;
}

const input = { bytes: 0, imports: [] };

describe('bundledPackages', () => {
  it('reads each package in a bundle once, with the licence it brings', async () => {
    const manifest = JSON.stringify({ name: '@scope/part', version: '1.2.3', license: 'MIT' });
    const root = installed('@scope/part', { 'package.json': manifest, LICENSE: 'Keep this notice.' });
    const inputs = {
      'lambda/rotate/index.ts': input,
      'node_modules/@scope/part/a.js': input,
      'node_modules/@scope/part/lib/b.js': input,
    };
    expect(await bundledPackages({ inputs }, root)).toEqual([
      { name: '@scope/part', version: '1.2.3', license: 'MIT', text: 'Keep this notice.' },
    ]);
  });
});

describe('licenceNotices', () => {
  it('names every package, and writes equal texts once', () => {
    const notices = licenceNotices([
      { name: 'one', version: '1.0.0', license: 'MIT', text: 'Keep this notice.\n' },
      { name: 'two', version: '2.0.0', license: 'MIT', text: 'Keep this notice.\n' },
      { name: 'three', version: '3.0.0' },
    ]);
    expect(notices.split('Keep this notice.')).toHaveLength(2);
    expect(notices).toContain('one 1.0.0 (MIT)\ntwo 2.0.0 (MIT)\n\nKeep this notice.');
    expect(notices).toContain('three 3.0.0 (no licence stated)');
  });
});
