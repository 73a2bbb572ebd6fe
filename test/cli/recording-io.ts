import type { CliIo } from '../../lib/cli/io';
import { KEY_WATCH } from '../support/key-watch/key-watch';

/** What a run of the CLI said and asked, with the answers it gets. */
export interface RecordingIo extends CliIo {
  readonly outLines: string[];
  readonly errLines: string[];
  readonly prompts: string[];
  readonly progressTexts: string[];
  /** Everything that was shown anywhere. */
  everything(): string;
}

/** A terminal at which a person answers prompts and questions in order, and then ends the input. */
export function terminalWith(...answers: readonly string[]): RecordingIo {
  const left = [...answers];
  return record(
    true,
    async () => left.shift(),
    async () => {
      throw new Error('standard input was read although there is a terminal');
    },
  );
}

/** A run whose standard input holds `text`, without a terminal. */
export function inputOf(text: string): RecordingIo {
  return record(
    false,
    async () => {
      throw new Error('a prompt was shown although there is no terminal');
    },
    async () => text,
  );
}

function record(
  isTerminal: boolean,
  answer: () => Promise<string | undefined>,
  readStdin: () => Promise<string>,
): RecordingIo {
  const outLines: string[] = [];
  const errLines: string[] = [];
  const prompts: string[] = [];
  const progressTexts: string[] = [];
  const shown = (list: string[], text: string): void => {
    list.push(text);
    KEY_WATCH.note("an operator's terminal", text);
  };
  return {
    isTerminal,
    outLines,
    errLines,
    prompts,
    progressTexts,
    out: (line) => shown(outLines, line),
    err: (line) => shown(errLines, line),
    hideInput: () => {},
    askHidden: (prompt) => {
      shown(prompts, prompt);
      return answer();
    },
    confirm: async (question) => {
      shown(prompts, question);
      return (await answer()) === 'yes';
    },
    readStdin,
    progress: (text) => {
      shown(progressTexts, text);
      return { update: (next) => shown(progressTexts, next), done: () => {} };
    },
    everything: () => [...outLines, ...errLines, ...prompts, ...progressTexts].join('\n'),
  };
}
