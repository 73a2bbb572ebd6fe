import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** A test file in a document, and the tests in it that are named after it. */
const CITED = /`(test\/[\w/.-]+\.test\.ts)`((?:[:;] \*[^*\n]+\*)*)/g;

describe.each(['SECURITY.md', 'docs/security.md'])('%s', (document) => {
  const cited = [...read(document).matchAll(CITED)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => ({ file, name })),
  );

  it('names only tests that exist', () => {
    expect(cited.length).toBeGreaterThan(4);
    expect(cited.filter(({ file, name }) => !read(file).replaceAll("\\'", "'").includes(name))).toEqual([]);
  });
});

describe('the table of threats in SECURITY.md', () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((line) => /^\| (?!with |---)/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')));

  it('has a named test for everything that an attacker cannot do to us', () => {
    const withoutTest = rows.filter(
      ([, , , shown = '']) =>
        !/^(the same|the Claude platform's own doing)/.test(shown) && !/`test\/[\w/.-]+\.test\.ts`: \*/.test(shown),
    );

    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
    expect(withoutTest.map(([who]) => who)).toEqual([]);
  });

  it('names no test file without the test', () => {
    const bare = read('SECURITY.md').match(/`test\/[\w/.-]+\.test\.ts`(?!: \*)/g) ?? [];

    expect(bare).toEqual([]);
  });
});
