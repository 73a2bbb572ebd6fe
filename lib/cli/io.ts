/** Everything the commands say, ask and read goes through this port, so that tests can record it. */
export interface CliIo {
  /** True when a person can be asked: standard input and standard error are a terminal. */
  readonly isTerminal: boolean;
  /** A line of the result, on standard output. */
  out(line: string): void;
  /** A line about the run, on standard error: errors, notes, what to do next. */
  err(line: string): void;
  /** From now on the terminal does not show what is typed between prompts. */
  hideInput(): void;
  /** Asks for a secret without showing it; undefined when the person ends the input. */
  askHidden(prompt: string): Promise<string | undefined>;
  /** Asks a question that takes yes for an answer; anything else, and the end of the input, is a no. */
  confirm(question: string): Promise<boolean>;
  /** All of standard input. */
  readStdin(): Promise<string>;
  /** Shows that something is going on, when it takes longer than a second, until `done`. */
  progress(text: string): Progress;
}

export interface Progress {
  update(text: string): void;
  done(): void;
}

/** Does `work` under a progress display. */
export async function withProgress<Result>(
  io: CliIo,
  text: string,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const progress = io.progress(text);
  try {
    return await work(progress);
  } finally {
    progress.done();
  }
}

/**
 * The same port, guarded: whatever looks like a whole key is taken out of every line, and so are control characters
 * that a name from outside may hold. The last line of defence, never the first.
 */
export function guarded(io: CliIo): CliIo {
  return {
    isTerminal: io.isTerminal,
    out: (line) => io.out(clean(line)),
    err: (line) => io.err(clean(line)),
    hideInput: () => io.hideInput(),
    askHidden: (prompt) => io.askHidden(clean(prompt)),
    confirm: (question) => io.confirm(clean(question)),
    readStdin: () => io.readStdin(),
    progress: (text) => io.progress(clean(text)),
  };
}

/** The issuer's hint of a key is too short to match, and stays readable. */
function clean(text: string): string {
  return text.replace(/sk-ant-[A-Za-z0-9_-]{12,}/g, '[api key]').replace(/(?!\n)\p{Cc}/gu, '?');
}
