type Write = typeof process.stdout.write;

/** Catches what functions that run in this process write to standard output, by invocation, and lets everything else pass. */
export class CapturedOutput {
  readonly #restore: () => void;

  /** @param linesOfCaller the lines of the invocation that the running code belongs to; undefined: it belongs to none */
  constructor(private readonly linesOfCaller: () => string[] | undefined) {
    const restores = [process.stdout, process.stderr].map((stream) => this.#divert(stream));
    this.#restore = () => {
      for (const restore of restores) restore();
    };
  }

  dispose(): void {
    this.#restore();
  }

  #divert(stream: NodeJS.WriteStream): () => void {
    const original: Write = stream.write;
    const diverted = (...args: Parameters<Write>): boolean => {
      const lines = this.linesOfCaller();
      if (!lines) return original.apply(stream, args);
      lines.push(...String(args[0]).trimEnd().split('\n'));
      for (const each of args) if (typeof each === 'function') (each as () => void)();
      return true;
    };
    stream.write = diverted as Write;
    return () => {
      stream.write = original;
    };
  }
}
