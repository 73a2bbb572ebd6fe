import { MINUTE_MS } from '../utc-time';

/**
 * Counts events by the minute. Time only moves forward, so the minutes with events stand in order in two plain
 * arrays, and a hundred days of steady traffic stay small and are summed by a binary search.
 */
export class MinuteTally {
  readonly #minutes: number[] = [];
  readonly #counts: number[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(time: Date): void {
    const minute = Math.floor(time.getTime() / MINUTE_MS);
    const last = this.#minutes.length - 1;
    if (this.#minutes[last] === minute) this.#counts[last] = (this.#counts[last] ?? 0) + 1;
    else {
      this.#minutes.push(minute);
      this.#counts.push(1);
    }
    this.#total += 1;
  }

  /** Events from `from` up to, not including, `to`, both taken by the minute. */
  between(from: Date, to: Date): number {
    let sum = 0;
    for (const [, count] of this.#entries(from, to)) sum += count;
    return sum;
  }

  /** The same, summed per bucket of `bucketMs` that holds any event: start of the bucket (ms) to count. */
  buckets(from: Date, to: Date, bucketMs: number): ReadonlyMap<number, number> {
    const sums = new Map<number, number>();
    for (const [minute, count] of this.#entries(from, to)) {
      const start = Math.floor((minute * MINUTE_MS) / bucketMs) * bucketMs;
      sums.set(start, (sums.get(start) ?? 0) + count);
    }
    return sums;
  }

  *#entries(from: Date, to: Date): Generator<readonly [minute: number, count: number]> {
    const end = Math.floor(to.getTime() / MINUTE_MS);
    for (let i = this.#firstAt(Math.floor(from.getTime() / MINUTE_MS)); i < this.#minutes.length; i++) {
      const minute = this.#minutes[i] ?? 0;
      if (minute >= end) return;
      yield [minute, this.#counts[i] ?? 0];
    }
  }

  #firstAt(minute: number): number {
    let low = 0;
    let high = this.#minutes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#minutes[middle] ?? 0) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
