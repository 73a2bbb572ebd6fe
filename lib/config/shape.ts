import { type Mistake, wrongValue } from './mistake';

/** What one field may hold. */
export interface FieldRule {
  /** In words, for the error. */
  readonly allowed: string;
  accepts(value: unknown): boolean;
  readonly optional?: true;
}

/** A rule for every field of `T`: a field without one does not compile, a field that is not in it is a mistake. */
export type Shape<T> = { readonly [Field in keyof Required<T>]: FieldRule };

/** Every mistake in the fields of one object, taken alone: wrong, missing and unknown ones. */
export function mistakesInShape<T>(value: unknown, shape: Shape<T>, path: string): Mistake[] {
  if (!isRecord(value)) return [wrongValue(path, value, 'an object')];
  const rules: Readonly<Record<string, FieldRule>> = shape;
  const known = Object.keys(rules);
  const unknown = Object.keys(value).filter((field) => !known.includes(field));
  return [
    ...known.flatMap((field) => mistakesInField(value[field], rules[field], `${path}.${field}`)),
    ...unknown.map((field) => ({ path: `${path}.${field}`, message: `no such field; allowed: ${known.join(', ')}` })),
  ];
}

function mistakesInField(value: unknown, rule: FieldRule | undefined, path: string): Mistake[] {
  if (!rule || (value === undefined && rule.optional)) return [];
  return rule.accepts(value) ? [] : [wrongValue(path, value, rule.allowed)];
}

/** True for an object whose fields can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same rule for a field that may be left out. */
export const optional = (rule: FieldRule): FieldRule => ({ ...rule, optional: true });

/** Text of a given form. */
export const textLike = (pattern: RegExp, allowed: string): FieldRule => ({
  allowed,
  accepts: (value) => typeof value === 'string' && pattern.test(value),
});

/** A whole number of a range, both ends included. */
export const wholeNumber = (least: number, most: number): FieldRule => ({
  allowed: `a whole number from ${least} to ${most}`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
});

/** One of a few words. */
export const oneOf = (...words: readonly string[]): FieldRule => ({
  allowed: words.map((word) => `'${word}'`).join(' or '),
  accepts: (value) => typeof value === 'string' && words.includes(value),
});

/** A list whose every entry keeps a rule, and in which none comes twice. */
export const listOf = (rule: FieldRule, least = 0): FieldRule => ({
  allowed: `a list of ${least > 0 ? `at least ${least}, ` : ''}each once: ${rule.allowed}`,
  accepts: (value) =>
    Array.isArray(value) &&
    value.length >= least &&
    new Set(value).size === value.length &&
    value.every((entry) => rule.accepts(entry)),
});

/** Yes or no. */
export const yesOrNo: FieldRule = { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' };

/** Anything: another check looks inside. */
export const checkedElsewhere: FieldRule = { allowed: 'a value', accepts: (value) => value !== undefined };
