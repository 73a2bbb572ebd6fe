const REDACTED = '[api key]';

/**
 * A key's text, wrapped so that it cannot slip into a log line, an error or a JSON document by accident:
 * every conversion to text or JSON yields `[api key]`. Only `reveal()` gives the text.
 */
export class ApiKey {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The key itself: for the call that must carry it, and for nothing else. */
  reveal(): string {
    return this.#text;
  }

  equals(other: ApiKey): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
