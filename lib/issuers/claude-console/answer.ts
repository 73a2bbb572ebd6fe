import { KeyRotationError } from '../../core/errors';

type Fields = Readonly<Record<string, unknown>>;

/**
 * One object of an answer, read field by field. What is missing or of an unknown kind raises IssuerFailed and is
 * named, so that a changed API is noticed rather than misread. A value of the answer is never quoted.
 */
export class Answer {
  readonly #fields: Fields;

  constructor(
    readonly what: string,
    value: unknown,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(what, 'is not an object');
    this.#fields = value as Fields;
  }

  text(field: string): string {
    const value = this.#fields[field];
    if (typeof value === 'string' && value !== '') return value;
    throw malformed(this.what, `has no text "${field}"`);
  }

  textOrNull(field: string): string | null {
    return this.#fields[field] === null ? null : this.text(field);
  }

  oneOf<Value extends string>(field: string, allowed: readonly Value[]): Value {
    const text = this.text(field);
    const value = allowed.find((each) => each === text);
    if (value !== undefined) return value;
    throw malformed(this.what, `has a "${field}" other than ${allowed.join(', ')}`);
  }

  flag(field: string): boolean {
    const value = this.#fields[field];
    if (typeof value === 'boolean') return value;
    throw malformed(this.what, `has no true or false "${field}"`);
  }

  count(field: string): number {
    const value = this.#fields[field];
    if (typeof value === 'number' && value >= 0) return value;
    throw malformed(this.what, `has no count "${field}"`);
  }

  countOrNull(field: string): number | null {
    return this.#fields[field] === null ? null : this.count(field);
  }

  instant(field: string): Date {
    const time = new Date(this.text(field));
    if (!Number.isNaN(time.getTime())) return time;
    throw malformed(this.what, `has no time "${field}"`);
  }

  instantOrNull(field: string): Date | null {
    return this.#fields[field] === null ? null : this.instant(field);
  }

  object(field: string): Answer {
    return new Answer(`"${field}" of ${this.what}`, this.#fields[field]);
  }

  objectOrNull(field: string): Answer | null {
    return this.#fields[field] === null ? null : this.object(field);
  }

  objects(field: string): readonly Answer[] {
    const value = this.#fields[field];
    if (!Array.isArray(value)) throw malformed(this.what, `has no list "${field}"`);
    return value.map((each: unknown) => new Answer(`an item of ${this.what}`, each));
  }
}

/** The JSON of a response. A page of HTML or half a document raises IssuerFailed. */
export async function answerOf(what: string, response: Response): Promise<Answer> {
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(what, 'is not JSON');
  }
  return new Answer(what, value);
}

/** The error for an answer that cannot be understood. */
export const malformed = (what: string, how: string): KeyRotationError =>
  new KeyRotationError('IssuerFailed', `the Claude API answered something unexpected: ${what} ${how}`);
