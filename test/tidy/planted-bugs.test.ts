import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantedBugTable } from '../sandbox/planted/table';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'reliability.md');

describe('docs/reliability.md', () => {
  it('lists every planted bug, where it is found, and by which invariant', () => {
    const table = plantedBugTable();
    process.stderr.write(`${table}\n`);
    const document = readFileSync(DOCUMENT, 'utf8');
    const [, shown] = /<!-- planted bugs -->\n+([\s\S]*?)\n+<!-- end of planted bugs -->/.exec(document) ?? [];
    expect(shown).toBe(table);
  });
});
