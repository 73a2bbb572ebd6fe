import { AwsError } from '../service';

/** AWS keeps this much of an account's concurrency for functions that reserve none. */
const LEAST_UNRESERVED = 100;

/** How many invocations run at once, and how many may: of one function, and of all that reserved nothing. */
export class Concurrency {
  /** What the account may run at once. New accounts get less than the usual thousand. */
  accountLimit = 1_000;
  readonly #reserved = new Map<string, number>();
  readonly #running = new Map<string, number>();

  /** Keeps this much for a function, which is also the most that it gets; 0 stops it. */
  reserve(functionName: string, count: number): void {
    const others = this.#reservedInAll() - (this.#reserved.get(functionName) ?? 0);
    if (count < 0 || !Number.isInteger(count) || this.accountLimit - others - count < LEAST_UNRESERVED) {
      throw new AwsError(
        'InvalidParameterValueException',
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${LEAST_UNRESERVED}].`,
      );
    }
    this.#reserved.set(functionName, count);
  }

  release(functionName: string): void {
    this.#reserved.delete(functionName);
  }

  reservedFor(functionName: string): number | undefined {
    return this.#reserved.get(functionName);
  }

  /** Takes a place for an invocation. @returns what gives it back; undefined when there is none: the invocation is throttled */
  enter(functionName: string): (() => void) | undefined {
    if (this.#placesLeft(functionName) <= 0) return undefined;
    this.#count(functionName, 1);
    return () => this.#count(functionName, -1);
  }

  #placesLeft(functionName: string): number {
    const reserved = this.#reserved.get(functionName);
    if (reserved !== undefined) return reserved - (this.#running.get(functionName) ?? 0);
    const running = [...this.#running].filter(([name]) => !this.#reserved.has(name));
    return this.accountLimit - this.#reservedInAll() - sum(running.map(([, count]) => count));
  }

  #reservedInAll(): number {
    return sum([...this.#reserved.values()]);
  }

  #count(functionName: string, change: 1 | -1): void {
    this.#running.set(functionName, (this.#running.get(functionName) ?? 0) + change);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
