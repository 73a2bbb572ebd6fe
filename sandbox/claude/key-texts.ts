import { notFound } from './api-error';

/** Which text belongs to which key. The one place where texts are kept; nothing here is shown by printing it. */
export class KeyTexts {
  readonly #textById = new Map<string, string>();
  readonly #idByText = new Map<string, string>();

  add(id: string, text: string): void {
    this.#textById.set(id, text);
    this.#idByText.set(text, id);
  }

  remove(id: string): void {
    this.#idByText.delete(this.textOf(id));
    this.#textById.delete(id);
  }

  textOf(id: string): string {
    const text = this.#textById.get(id);
    if (text === undefined) throw notFound('there is no such key');
    return text;
  }

  idOf(text: string): string | undefined {
    return this.#idByText.get(text);
  }
}
