import { setImmediate } from 'node:timers/promises';
import { Random } from '../../random';

interface Waiting {
  readonly who: object;
  readonly go: () => void;
}

/**
 * Lets runs that are under way at once make their calls one at a time: when all of them wait, one is chosen and makes its
 * call. The order follows from a number alone.
 */
export class Turns {
  readonly #random: Random;
  #waiting: Waiting[] = [];
  #choosing = false;

  /** @param first who comes to the end before anybody else goes on, when `order` is 0 */
  constructor(
    private readonly order: number,
    private readonly first: object,
  ) {
    this.#random = new Random(order);
  }

  /** Waits until it is this one's turn. */
  wait(who: object): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ who, go });
      if (!this.#choosing) void this.#choose();
    });
  }

  async #choose(): Promise<void> {
    this.#choosing = true;
    while (this.#waiting.length > 0) {
      // Whatever goes on by itself comes to its next call first.
      await setImmediate();
      const [next] = this.#waiting.splice(this.#next(), 1);
      next?.go();
      await setImmediate();
    }
    this.#choosing = false;
  }

  #next(): number {
    if (this.order !== 0) return this.#random.below(this.#waiting.length);
    return Math.max(
      0,
      this.#waiting.findIndex(({ who }) => who === this.first),
    );
  }
}
