import type { Change, Stage } from './lives';

/** Where a run tells what happens. */
export interface Narrator {
  /** Something worth a line of its own. */
  tell(at: Date, text: string): void;
  /** How far the run is; shown in place on a terminal, not at all otherwise. */
  progress(text: string): void;
  end(): void;
}

/** Tells on a stream: one line per event, and on a terminal a last line that is rewritten in place. */
export function narrateOn(stream: NodeJS.WriteStream): Narrator {
  const clear = stream.isTTY ? '\r\u001b[2K' : '';
  return {
    tell: (at, text) => void stream.write(`${clear}${at.toISOString().slice(0, 16).replace('T', ' ')}  ${text}\n`),
    progress: (text) => void (stream.isTTY && stream.write(`${clear}${text}`)),
    end: () => void stream.write(clear),
  };
}

const VERBS: Readonly<Record<Stage, string>> = {
  made: 'was created in the Console',
  spare: 'was staged as a spare',
  active: 'became current',
  overlap: 'was replaced; it stays accepted for the overlap',
  disabled: 'was idle and is disabled',
  archived: 'was archived',
};

/** A change of a key, as a sentence. */
export function sentence({ service, keyName, from, to }: Change): string {
  return `${service}: ${keyName} ${verbOf(from, to)}`;
}

function verbOf(from: Stage | undefined, to: Stage): string {
  if (to === 'active' && (from === 'overlap' || from === 'disabled')) return 'was made current again';
  if (to === 'disabled' && from === 'spare') return 'waited too long as a spare and is disabled';
  return VERBS[to];
}
