import { textsWithKeys } from '../../../sandbox/story/leaks';
import type { WrittenText } from '../../../sandbox/written-texts';

/** What looks like a key, whoever made it: its prefix, and more of it than any hint shows. */
const KEY_SHAPE = /sk-ant-[a-z]+\d\d-[\w-]{20,}/;

/** So many keys at once keep a search within a few megabytes. */
const KEYS_AT_ONCE = 500;

/** Collects what is written while one test file runs, and the keys that are made in it. */
export class KeyWatch {
  readonly #keys = new Set<string>();
  readonly #texts = new Map<string, Set<string>>();

  /** From now on, no part of this key may be in any text. */
  lookFor(key: string): void {
    this.#keys.add(key);
  }

  /** Something was written where a key must not be. */
  note(where: string, text: string): void {
    const texts = this.#texts.get(where) ?? new Set();
    this.#texts.set(where, texts.add(text));
  }

  /** Where part of a key is, by value or by shape; never the key. */
  found(): readonly string[] {
    const texts = [...this.#texts].flatMap(([where, each]) => [...each].map((text) => ({ where, text })));
    return [...new Set([...holding([...this.#keys], texts), ...texts.filter(looksLikeKey)].map(({ where }) => where))];
  }
}

/** Whether a text holds what looks like a key. */
export const looksLikeKey = ({ text }: Pick<WrittenText, 'text'>): boolean => KEY_SHAPE.test(text);

function holding(keys: readonly string[], texts: readonly WrittenText[]): readonly WrittenText[] {
  const batches = Array.from({ length: Math.ceil(keys.length / KEYS_AT_ONCE) }, (_, index) =>
    keys.slice(index * KEYS_AT_ONCE, (index + 1) * KEYS_AT_ONCE),
  );
  return batches.flatMap((batch) => textsWithKeys(batch, texts));
}

/** The watch over the test file that runs. */
export const KEY_WATCH = new KeyWatch();
