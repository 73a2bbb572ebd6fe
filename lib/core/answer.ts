import type { KeyRotationError } from './errors';

type Fields = Readonly<Record<string, unknown>>;

/** Makes the error for something that cannot be understood: what it is, and what is wrong with it. */
export type Misfit = (what: string, how: string) => KeyRotationError;

/** No time that any of our records speaks of lies outside these years: one that does was not meant as a time. */
const YEARS = { first: 2000, last: 9999 } as const;
/** An instant as RFC 3339 writes it. `Date` alone would take "1" for a day in 2001. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * One object from outside, read field by field. What is missing or of an unknown kind raises the caller's error, which
 * names it, so that a changed API or a broken record is noticed rather than misread. A value is never quoted.
 */
export class Answer {
  readonly #fields: Fields;

  constructor(
    readonly what: string,
    value: unknown,
    readonly misfit: Misfit,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misfit(what, 'is not an object');
    this.#fields = value as Fields;
  }

  /** Whether the field says anything: one that is missing or null does not. */
  has(field: string): boolean {
    return this.value(field) !== undefined && this.value(field) !== null;
  }

  /** The field as it came, unchecked; never what an object inherits under such a name. */
  value(field: string): unknown {
    return Object.hasOwn(this.#fields, field) ? this.#fields[field] : undefined;
  }

  text(field: string): string {
    const value = this.value(field);
    if (typeof value === 'string' && value !== '') return value;
    throw this.#misfit(`has no text "${field}"`);
  }

  textOrNull(field: string): string | null {
    return this.value(field) === null ? null : this.text(field);
  }

  /** Holds what was asked for against what was answered. */
  mustBe(field: string, expected: string): void {
    if (this.text(field) !== expected) throw this.#misfit(`has another "${field}" than was asked for`);
  }

  oneOf<Value extends string>(field: string, allowed: readonly Value[]): Value {
    const text = this.text(field);
    const value = allowed.find((each) => each === text);
    if (value !== undefined) return value;
    throw this.#misfit(`has a "${field}" other than ${allowed.join(', ')}`);
  }

  flag(field: string): boolean {
    const value = this.value(field);
    if (typeof value === 'boolean') return value;
    throw this.#misfit(`has no true or false "${field}"`);
  }

  /** A whole number, not below zero. */
  count(field: string): number {
    const value = this.number(field);
    if (Number.isInteger(value)) return value;
    throw this.#misfit(`has no count "${field}"`);
  }

  countOrNull(field: string): number | null {
    return this.value(field) === null ? null : this.count(field);
  }

  /** A number, not below zero and not above `most`. */
  number(field: string, most = Number.MAX_VALUE): number {
    const value = this.value(field);
    if (typeof value === 'number' && value >= 0 && value <= most) return value;
    throw this.#misfit(`has no count "${field}"`);
  }

  /** A time that is written as text. */
  instant(field: string): Date {
    const text = this.text(field);
    const time = new Date(text);
    if (INSTANT.test(text) && isSensible(time)) return time;
    throw this.#misfit(`has no time "${field}"`);
  }

  instantOrNull(field: string): Date | null {
    return this.value(field) === null ? null : this.instant(field);
  }

  /** A time that the SDK has read already. */
  date(field: string): Date {
    const value = this.value(field);
    if (value instanceof Date && isSensible(value)) return value;
    throw this.#misfit(`has no time "${field}"`);
  }

  object(field: string): Answer {
    return new Answer(`"${field}" of ${this.what}`, this.value(field), this.misfit);
  }

  objectOrNull(field: string): Answer | null {
    return this.value(field) === null ? null : this.object(field);
  }

  objects(field: string): readonly Answer[] {
    const value = this.value(field);
    if (!Array.isArray(value)) throw this.#misfit(`has no list "${field}"`);
    return value.map((each: unknown) => new Answer(`an item of ${this.what}`, each, this.misfit));
  }

  listOfTexts(field: string): readonly string[] {
    return this.#texts(field, this.value(field));
  }

  /** Every field that is a text, by name. */
  texts(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(this.#fields).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    );
  }

  /** The objects of a list that nothing depends on, as they are: what is no object is left out. */
  items(field: string): readonly Fields[] {
    const value = this.value(field);
    return Array.isArray(value)
      ? value.filter((each): each is Fields => typeof each === 'object' && each !== null)
      : [];
  }

  /** Lists of texts by name, which are data rather than fields. */
  textLists(field: string): ReadonlyMap<string, readonly string[]> {
    const named = this.object(field).#fields;
    return new Map(Object.entries(named).map(([name, list]) => [name, this.#texts(field, list)]));
  }

  #texts(field: string, list: unknown): readonly string[] {
    if (Array.isArray(list) && list.every((each) => typeof each === 'string')) return list;
    throw this.#misfit(`has something other than texts in "${field}"`);
  }

  #misfit(how: string): KeyRotationError {
    return this.misfit(this.what, how);
  }
}

function isSensible(time: Date): boolean {
  const year = time.getUTCFullYear(); // NaN for a Date that is none
  return year >= YEARS.first && year <= YEARS.last;
}
