import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCES } from './recorded/source';
import { RECORDED } from './recorded-behaviour';

/** A `describe`, a test, or the title of a case in a table, in the order of the source. */
const TITLE =
  /(?:\b(describe|it)(?:\.each\([^\n]*?\))?\(\s*|^ *\](?: as const)?\)\(\s*|\b(title): )(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gm;

const tests = new Map<string, ReadonlySet<string>>();

/** What a test file shows, as `<describe> › <test or case>`. */
function testsIn(file: string): ReadonlySet<string> {
  const known = tests.get(file);
  if (known) return known;
  const found = new Set<string>();
  let topic = '';
  for (const [, kind, , single, double] of readFileSync(join(__dirname, file), 'utf8').matchAll(TITLE)) {
    const title = (single ?? double ?? '').replaceAll("\\'", "'");
    if (kind === 'describe') topic = title;
    else found.add(`${topic} › ${title}`);
  }
  tests.set(file, found);
  return found;
}

describe('the index of what is known of AWS', () => {
  it.each(RECORDED)('knows a test of this: $fact', ({ shownBy, from }) => {
    expect(from.length).toBeGreaterThan(0);
    expect(shownBy.length).toBeGreaterThan(0);
    for (const each of shownBy) {
      const [file = '', test = ''] = each.split(/: (.*)/);
      expect([...testsIn(file)]).toContain(test);
    }
  });

  it('names no source that nothing is known from', () => {
    expect(Object.keys(SOURCES).sort()).toEqual([...new Set(RECORDED.flatMap(({ from }) => from))].sort());
  });

  it('says nothing twice', () => {
    const facts = RECORDED.map(({ fact }) => fact);
    expect(facts.filter((fact, index) => facts.indexOf(fact) !== index)).toEqual([]);
  });
});
