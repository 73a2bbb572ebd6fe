import { PassThrough } from 'node:stream';
import { HiddenInput } from '../../lib/cli/hidden-input';

/** A terminal's input without a terminal: it shows what is typed unless it is raw. */
class Terminal extends PassThrough {
  raw = false;
  keepsAlive = true;

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }

  ref(): void {
    this.keepsAlive = true;
  }

  unref(): void {
    this.keepsAlive = false;
  }
}

describe('hidden input', () => {
  it('shows nothing between prompts, and does not hold up the end of the process', () => {
    const terminal = new Terminal();

    new HiddenInput(terminal, never).hide();

    expect(terminal.raw).toBe(true);
    expect(terminal.keepsAlive).toBe(false);
  });

  it('drops what is typed between prompts, so that it lands nowhere', async () => {
    const terminal = new Terminal();
    const hidden = new HiddenInput(terminal, never);

    hidden.hide();
    terminal.write('typed too early\r');
    await settled();
    hidden.release();

    expect(terminal.read()).toBeNull();
  });

  it('hands the terminal to a prompt as it was, however often it was hidden', () => {
    const terminal = new Terminal();
    const hidden = new HiddenInput(terminal, never);

    hidden.hide();
    hidden.hide();
    hidden.release();

    expect(terminal.raw).toBe(false);
    expect(terminal.keepsAlive).toBe(true);
    expect(terminal.listenerCount('data')).toBe(0);
  });

  it('still lets Ctrl-C interrupt the command, with the terminal as it was', async () => {
    const terminal = new Terminal();
    let rawAtInterrupt: boolean | undefined;
    new HiddenInput(terminal, () => {
      rawAtInterrupt = terminal.raw;
    }).hide();

    terminal.write(Buffer.from([3]));
    await settled();

    expect(rawAtInterrupt).toBe(false);
  });
});

const never = (): never => {
  throw new Error('nobody pressed Ctrl-C');
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
