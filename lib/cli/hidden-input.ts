const CTRL_C = 3;

/** The part of a terminal's input that is needed to hide it. */
export interface TerminalInput {
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  ref(): unknown;
  unref(): unknown;
}

/**
 * Keeps a terminal from showing what is typed while no prompt is open: an operator who pastes the next key early must
 * not see it on the screen. Such input is dropped, as the prompt itself drops what came before it.
 */
export class HiddenInput {
  #hiding = false;

  /** @param interrupt - does what Ctrl-C does, which a raw terminal sends as a character */
  constructor(
    private readonly terminal: TerminalInput,
    private readonly interrupt: () => void,
  ) {}

  /** From now on nothing that is typed is shown. Does not keep the process alive; Node restores the terminal when it ends. */
  hide(): void {
    if (this.#hiding) return;
    this.#hiding = true;
    this.terminal.setRawMode(true);
    this.terminal.on('data', this.#drop);
    this.terminal.resume();
    this.terminal.unref();
  }

  /** Hands the terminal to a prompt, which hides its own input. */
  release(): void {
    if (!this.#hiding) return;
    this.#hiding = false;
    this.terminal.off('data', this.#drop);
    this.terminal.pause();
    this.terminal.setRawMode(false);
    this.terminal.ref();
  }

  readonly #drop = (chunk: Buffer): void => {
    if (!chunk.includes(CTRL_C)) return;
    this.terminal.setRawMode(false);
    this.interrupt();
  };
}
