import {
  type Comparison,
  type FoundCondition,
  planTelling,
  standing,
} from '../../../lib/core/monitoring/open-conditions';
import type { OpenCondition } from '../../../lib/core/ports';
import { hours, NOON, noonPlus } from '../../support/observations';

const found = (condition: FoundCondition['condition'], subject = 'rag'): FoundCondition => ({
  condition,
  subject,
  figure: 'a figure',
  limit: 'a limit',
});

const told = (condition: OpenCondition['condition'], changes: Partial<OpenCondition> = {}): OpenCondition => ({
  condition,
  subject: 'rag',
  since: noonPlus(-hours(8)),
  toldAt: noonPlus(-hours(8)),
  figure: 'a figure',
  limit: 'a limit',
  ...changes,
});

const compare = (changes: Partial<Comparison>): Comparison => ({
  open: [],
  found: [],
  isUnknown: () => false,
  now: NOON,
  ...changes,
});

const kinds = (changes: Partial<Comparison>): readonly string[] =>
  planTelling(compare(changes)).map(({ kind, open }) => `${kind} ${open.subject}/${open.condition}`);

describe('planTelling', () => {
  it('tells of a condition when it is entered, and of nothing else', () => {
    expect(kinds({ found: [found('key-too-old')] })).toEqual(['tell rag/key-too-old']);
    expect(kinds({ found: [found('key-too-old')], open: [told('key-too-old')] })).toEqual([]);
  });

  it('tells of each service by itself', () => {
    const both = [found('key-too-old'), found('key-too-old', 'bot')];
    expect(kinds({ found: both, open: [told('key-too-old')] })).toEqual(['tell bot/key-too-old']);
  });

  describe('of something that names several', () => {
    const open = [told('unknown-key', { figure: '2: apikey_1, apikey_2' })];
    const naming = (...names: readonly string[]) => ({ ...found('unknown-key'), figure: 'another figure', names });

    it('tells again when another one is named, with the figure that names it', () => {
      const three = naming('apikey_3', 'apikey_1', 'apikey_2');
      const [step, ...others] = planTelling(compare({ open, found: [three] }));
      expect(others).toEqual([]);
      const since = noonPlus(-hours(8));
      expect(step).toMatchObject({ kind: 'tell', found: three, noteFirst: false });
      expect(step?.open).toMatchObject({ figure: 'another figure', since, toldAt: NOON });
    });

    it.each([
      ['the same are named', ['apikey_2', 'apikey_1']],
      ['fewer are named', ['apikey_2']],
    ])('tells nothing while %s', (_what, names) => {
      expect(kinds({ open, found: [naming(...names)] })).toEqual([]);
    });

    it('tells of one whose name is part of another', () => {
      expect(kinds({ open, found: [naming('apikey_')] })).toEqual(['tell rag/unknown-key']);
    });

    it('tells of all of them where it was not noted what people were told', () => {
      const { figure: _, ...unfigured } = told('unknown-key');
      expect(kinds({ open: [unfigured], found: [naming('apikey_1')] })).toEqual(['tell rag/unknown-key']);
    });

    it('tells once when none is left', () => {
      expect(kinds({ open })).toEqual(['tell-over rag/unknown-key']);
    });
  });

  it('tells once that a condition is over', () => {
    expect(kinds({ open: [told('key-too-old')] })).toEqual(['tell-over rag/key-too-old']);
  });

  it('says nothing of what cannot be known at the moment', () => {
    expect(kinds({ open: [told('key-too-old')], isUnknown: () => true })).toEqual([]);
  });

  it.each([
    ['no-spare', 'one millisecond before', hours(6) - 1, []],
    ['no-spare', 'at', hours(6), ['tell rag/no-spare']],
    ['unknown-key', 'one millisecond before', hours(0.25) - 1, []],
    ['unknown-key', 'at', hours(0.25), ['tell rag/unknown-key']],
  ] as const)('tells of %s %s its wait is over', (condition, _when, ageMs, expected) => {
    const { toldAt: _, ...untold } = told(condition, { since: noonPlus(-ageMs) });
    expect(kinds({ found: [found(condition)], open: [untold] })).toEqual(expected);
  });

  it('notes what is not worth a message yet, and forgets it in silence', () => {
    expect(kinds({ found: [found('no-spare')] })).toEqual(['note rag/no-spare']);
    const { toldAt: _, ...untold } = told('no-spare');
    expect(kinds({ open: [untold] })).toEqual(['forget rag/no-spare']);
  });

  it.each([
    ['one millisecond before', hours(2) - 1, []],
    ['at', hours(2), ['tell-over rag/rotation-failed']],
  ])('calls what comes and goes over %s two hours without it', (_when, clearMs, expected) => {
    expect(kinds({ open: [told('rotation-failed')] })).toEqual(['note rag/rotation-failed']);
    const clear = told('rotation-failed', { clearSince: noonPlus(-clearMs) });
    expect(kinds({ open: [clear] })).toEqual(expected);
  });

  it('tells of what is gone again before anybody could be told', () => {
    const { toldAt: _, ...untold } = told('key-disabled-outside');
    const [step] = planTelling(compare({ open: [untold] }));
    expect(step).toMatchObject({
      kind: 'tell',
      open: { toldAt: NOON, clearSince: NOON },
      found: { figure: 'a figure' },
    });
  });

  it('notes what comes and goes before it tells of it', () => {
    const noteFirst = (condition: FoundCondition['condition']) =>
      planTelling(compare({ found: [found(condition)] })).map((step) => 'noteFirst' in step && step.noteFirst);
    expect(noteFirst('key-disabled-outside')).toEqual([true]);
    expect(noteFirst('key-too-old')).toEqual([false]);
  });

  it('takes a condition that is back within that time for the same one', () => {
    const open = [told('rotation-failed', { clearSince: noonPlus(-hours(1)) })];
    const steps = planTelling(compare({ found: [found('rotation-failed')], open }));
    expect(steps).toEqual([{ kind: 'note', open: told('rotation-failed') }]);
  });
});

describe('a condition that went before people could be told', () => {
  it('is told all the same where it comes and goes, once', () => {
    const { toldAt, figure, limit, ...untold } = told('rotation-failed');
    expect(toldAt && figure && limit).toBeDefined();
    expect(planTelling(compare({ open: [untold] }))).toEqual([
      {
        kind: 'tell',
        open: { ...untold, clearSince: NOON, toldAt: NOON },
        found: { condition: 'rotation-failed', subject: 'rag', figure: 'no longer known', limit: 'no longer known' },
        noteFirst: false,
      },
    ]);
  });
});

describe('standing', () => {
  const names = (changes: Partial<Comparison>): readonly string[] =>
    standing(compare(changes)).map(({ condition }) => condition);

  it('counts what is found, what is unknown, and what is not over yet', () => {
    expect(names({ found: [found('key-too-old')], open: [told('key-too-old')] })).toEqual(['key-too-old']);
    expect(names({ open: [told('key-too-old')] })).toEqual([]);
    expect(names({ open: [told('key-too-old')], isUnknown: () => true })).toEqual(['key-too-old']);
    expect(names({ open: [told('rotation-failed')] })).toEqual(['rotation-failed']);
  });
});
