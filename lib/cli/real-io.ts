import { HiddenInput } from './hidden-input';
import type { CliIo, Progress } from './io';
import { saysYes } from './question';

const SHOW_AFTER_MS = 1_000;
const FRAME_MS = 120;
const FRAMES = ['|', '/', '-', '\\'];

/** The terminal, or whatever standard input, output and error are connected to. */
export function realIo(): CliIo {
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY === true && stderr.isTTY === true;
  const hidden = new HiddenInput(stdin, () => process.kill(process.pid, 'SIGINT'));
  return {
    isTerminal,
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    hideInput: () => {
      if (isTerminal) hidden.hide();
    },
    askHidden: (prompt) => askHidden(prompt, hidden),
    // On standard error, so that standard output holds results alone.
    confirm: (question) => saysYes(question, stdin, stderr),
    readStdin,
    progress: (text) => (stderr.isTTY === true ? spinner(text) : plainProgress(text)),
  };
}

/** The prompt is drawn on standard error, so that standard output holds results alone. */
async function askHidden(prompt: string, hidden: HiddenInput): Promise<string | undefined> {
  const { default: password } = await import('@inquirer/password');
  hidden.release();
  try {
    return await password({ message: prompt, toggleMask: false }, { output: process.stderr });
  } catch (error) {
    // Ctrl-C and Ctrl-D: the person is done.
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined;
    throw error;
  } finally {
    hidden.hide();
  }
}

async function readStdin(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

function spinner(first: string): Progress {
  let text = first;
  let frame = 0;
  let shown = false;
  const draw = (): void => {
    shown = true;
    frame = (frame + 1) % FRAMES.length;
    process.stderr.write(`\r\x1b[K${FRAMES[frame]} ${text}`);
  };
  let timer = setTimeout(() => {
    draw();
    timer = setInterval(draw, FRAME_MS);
  }, SHOW_AFTER_MS);
  return {
    update: (next) => {
      text = next;
    },
    done: () => {
      clearTimeout(timer);
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
}

function plainProgress(first: string): Progress {
  let text = first;
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    process.stderr.write(`${text} ...\n`);
  }, SHOW_AFTER_MS);
  return {
    update: (next) => {
      if (shown && next !== text) process.stderr.write(`${next} ...\n`);
      text = next;
    },
    done: () => clearTimeout(timer),
  };
}
