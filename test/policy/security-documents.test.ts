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
