import { Answer } from '../../lib/core/answer';
import { KeyRotationError } from '../../lib/core/errors';

const misfit = (what: string, how: string) => new KeyRotationError('BadRecord', `${what} ${how}`);
const answer = (value: unknown) => new Answer('the thing', value, misfit);
const refusal = (how: string) => ({ code: 'BadRecord', message: `the thing ${how}` });
/** What is thrown by reading. */
const thrownBy = (read: () => unknown): unknown => {
  try {
    return { read: read() };
  } catch (error) {
    return error;
  }
};

describe('an answer', () => {
  it.each([[undefined], [null], ['text'], [7], [[]], [[{}]]])('rejects what is no object: %j', (value) => {
    expect(thrownBy(() => answer(value))).toMatchObject(refusal('is not an object'));
  });

  it('has a field that says something: neither missing nor null', () => {
    const read = answer({ a: 0, b: null, c: undefined, d: '' });
    expect(['a', 'b', 'c', 'd', 'e'].map((field) => read.has(field))).toEqual([true, false, false, true, false]);
  });

  it('has no field that an object inherits', () => {
    expect(answer({}).value('toString')).toBeUndefined();
    expect(answer({}).has('constructor')).toBe(false);
  });
});

describe('a text', () => {
  it('is read as it is', () => {
    expect(answer({ a: ' b ' }).text('a')).toBe(' b ');
  });

  it.each([[''], [7], [null], [undefined], [['b']]])('rejects %j', (value) => {
    expect(thrownBy(() => answer({ a: value }).text('a'))).toMatchObject(refusal('has no text "a"'));
  });

  it('may be null where that is allowed, and not missing', () => {
    expect(answer({ a: null }).textOrNull('a')).toBeNull();
    expect(answer({ a: 'b' }).textOrNull('a')).toBe('b');
    expect(thrownBy(() => answer({}).textOrNull('a'))).toMatchObject(refusal('has no text "a"'));
  });

  it('is held against what was asked for', () => {
    answer({ a: 'b' }).mustBe('a', 'b');
    expect(thrownBy(() => answer({ a: 'c' }).mustBe('a', 'b'))).toMatchObject(
      refusal('has another "a" than was asked for'),
    );
  });

  it('is one of those allowed', () => {
    expect(answer({ a: 'y' }).oneOf('a', ['x', 'y'])).toBe('y');
    expect(thrownBy(() => answer({ a: 'z' }).oneOf('a', ['x', 'y']))).toMatchObject(
      refusal('has a "a" other than x, y'),
    );
  });
});

describe('a flag', () => {
  it('is true or false', () => {
    expect([answer({ a: true }).flag('a'), answer({ a: false }).flag('a')]).toEqual([true, false]);
  });

  it.each([['true'], [1], [0], [null], [undefined]])('rejects %j', (value) => {
    expect(thrownBy(() => answer({ a: value }).flag('a'))).toMatchObject(refusal('has no true or false "a"'));
  });
});

describe('a count', () => {
  it.each([0, 1, 5_000])('is a whole number: %i', (value) => {
    expect(answer({ a: value }).count('a')).toBe(value);
  });

  it.each([[-1], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY], ['1'], [null]])('rejects %p', (value) => {
    expect(thrownBy(() => answer({ a: value }).count('a'))).toMatchObject(refusal('has no count "a"'));
  });

  it('may be null where that is allowed, and not missing', () => {
    expect(answer({ a: null }).countOrNull('a')).toBeNull();
    expect(answer({ a: 3 }).countOrNull('a')).toBe(3);
    expect(thrownBy(() => answer({}).countOrNull('a'))).toMatchObject(refusal('has no count "a"'));
  });

  it('is a number with a part, where that is allowed, up to the most', () => {
    expect([0, 1.5, 2].map((value) => answer({ a: value }).number('a', 2))).toEqual([0, 1.5, 2]);
    expect(thrownBy(() => answer({ a: 2.1 }).number('a', 2))).toMatchObject(refusal('has no count "a"'));
    expect(thrownBy(() => answer({ a: -0.1 }).number('a', 2))).toMatchObject(refusal('has no count "a"'));
  });
});

describe('an instant', () => {
  it.each([
    '2026-03-10T12:00:00Z',
    '2026-03-10T12:00:00.5Z',
    '2026-03-10T12:00:00.123456z',
    '2026-03-10t12:00:00+01:00',
    '2000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('is read as RFC 3339 writes it: %s', (text) => {
    expect(answer({ a: text }).instant('a')).toEqual(new Date(text));
  });

  it.each([
    '2026-03-10',
    '1',
    '2026-03-10T12:00:00',
    'on 2026-03-10T12:00:00Z',
    '2026-03-10T12:00:00Z or so',
    '2026-03-10T12:00:00.Z',
    '12026-03-10T12:00:00Z',
    '2026-13-10T12:00:00Z',
    '1999-12-31T23:59:59Z',
  ])('rejects %s', (text) => {
    expect(thrownBy(() => answer({ a: text }).instant('a'))).toMatchObject(refusal('has no time "a"'));
  });

  it('may be null where that is allowed', () => {
    expect(answer({ a: null }).instantOrNull('a')).toBeNull();
    expect(answer({ a: '2026-03-10T12:00:00Z' }).instantOrNull('a')).toEqual(new Date('2026-03-10T12:00:00Z'));
    expect(thrownBy(() => answer({}).instantOrNull('a'))).toMatchObject(refusal('has no text "a"'));
  });

  it('is a date that was read already, of years that make sense', () => {
    const sensible = ['2000-01-01T00:00:00Z', '2026-03-10T12:00:00Z', '9999-12-31T23:59:59Z'];
    for (const text of sensible) expect(answer({ a: new Date(text) }).date('a')).toEqual(new Date(text));
    const senseless = [new Date(0), new Date(Number.NaN), new Date('+010000-01-01T00:00:00Z'), '2026-03-10', null];
    for (const a of senseless)
      expect(thrownBy(() => answer({ a }).date('a'))).toMatchObject(refusal('has no time "a"'));
  });
});

describe('a part', () => {
  it('is read like the whole, and named after it', () => {
    expect(
      answer({ a: { b: 'c' } })
        .object('a')
        .text('b'),
    ).toBe('c');
    expect(thrownBy(() => answer({ a: {} }).object('a').text('b'))).toMatchObject({
      message: '"a" of the thing has no text "b"',
    });
    expect(thrownBy(() => answer({}).object('a'))).toMatchObject({ message: '"a" of the thing is not an object' });
  });

  it('may be null where that is allowed', () => {
    expect(answer({ a: null }).objectOrNull('a')).toBeNull();
    expect(
      answer({ a: { b: 'c' } })
        .objectOrNull('a')
        ?.text('b'),
    ).toBe('c');
  });

  it('is each item of a list', () => {
    const items = answer({ a: [{ b: '1' }, { b: '2' }] }).objects('a');
    expect(items.map((item) => item.text('b'))).toEqual(['1', '2']);
    expect(thrownBy(() => answer({ a: [7] }).objects('a'))).toMatchObject({
      message: 'an item of the thing is not an object',
    });
    expect(thrownBy(() => answer({ a: {} }).objects('a'))).toMatchObject(refusal('has no list "a"'));
  });
});

describe('texts', () => {
  const notTexts = refusal('has something other than texts in "a"');

  it('are read as a list', () => {
    expect(answer({ a: ['b', ''] }).listOfTexts('a')).toEqual(['b', '']);
    expect(answer({ a: [] }).listOfTexts('a')).toEqual([]);
    for (const a of [undefined, 'b', ['b', 7], [null]])
      expect(thrownBy(() => answer({ a }).listOfTexts('a'))).toMatchObject(notTexts);
  });

  it('are read as lists by name', () => {
    const lists = answer({ a: { v1: ['x'], v2: ['y', 'z'] } }).textLists('a');
    expect([...lists]).toEqual([
      ['v1', ['x']],
      ['v2', ['y', 'z']],
    ]);
    expect(thrownBy(() => answer({ a: { v1: 'x' } }).textLists('a'))).toMatchObject(notTexts);
    expect(thrownBy(() => answer({}).textLists('a'))).toMatchObject({ message: '"a" of the thing is not an object' });
  });

  it('are those fields that are texts, others left out', () => {
    expect(answer({ a: 'b', c: 7, d: null, e: '' }).texts()).toEqual({ a: 'b', e: '' });
  });
});

describe('items that nothing depends on', () => {
  it('are left out where they are no objects', () => {
    expect(answer({ a: [{ b: 1 }, null, 7, 'x', { c: 2 }] }).items('a')).toEqual([{ b: 1 }, { c: 2 }]);
  });

  it('are none where there is no list', () => {
    expect(answer({ a: { b: 1 } }).items('a')).toEqual([]);
    expect(answer({}).items('a')).toEqual([]);
  });
});
