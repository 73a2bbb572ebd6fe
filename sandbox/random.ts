/** Every random choice of a sandbox comes from one seed (mulberry32, 32 bits of state: plenty for a simulation, useless for secrets). */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** `length` characters, each one of `alphabet`. */
  text(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join('');
  }

  /** A version 4 UUID. */
  uuid(): string {
    const hex = '0123456789abcdef';
    return [
      this.text(8, hex),
      this.text(4, hex),
      `4${this.text(3, hex)}`,
      `${this.text(1, '89ab')}${this.text(3, hex)}`,
      this.text(12, hex),
    ].join('-');
  }
}
