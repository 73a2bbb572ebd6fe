/** By this header a worker marks its calls. It is the sandbox's own, and goes no further than its servers. */
export const CALL_HEADER = 'x-sandbox-call';

/** The function whose worker marked a call. */
export const functionOfCall = (id: string): string => id.slice(0, id.indexOf('/'));

/** The calls of workers that have arrived and are not answered: while nothing moves, they wait for something as well. */
export class OpenCalls {
  readonly #ids = new Set<string>();

  constructor(private readonly changed: () => void) {}

  /** A call has arrived. @returns what says that its answer, if any, is on its way */
  arrived(id: string | undefined): () => void {
    if (id === undefined) return () => {};
    this.#ids.add(id);
    this.changed();
    return () => {
      this.#ids.delete(id);
    };
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
