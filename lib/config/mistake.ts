import { KeyRotationError } from '../core/errors';

/** One thing that is wrong in a configuration. */
export interface Mistake {
  /** Where: `environments[2].services[0].policy.overlapHours`. */
  readonly path: string;
  readonly message: string;
}

/** A mistake about a value: what was got, and what is allowed. */
export function wrongValue(path: string, got: unknown, allowed: string): Mistake {
  return { path, message: `got ${shown(got)}; allowed: ${allowed}` };
}

/** Throws one error that lists every mistake; does nothing when there is none. */
export function rejectMistakes(what: string, mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return;
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
  const lines = mistakes.map(({ path, message }) => `  - ${path}: ${message}`);
  throw new KeyRotationError('BadConfiguration', `${what} has ${count}:\n${lines.join('\n')}`);
}

const MOST_CHARACTERS = 60;

/** A value as an error may show it. Somebody may have pasted a key into the wrong field, so no key is ever echoed. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  if (text.includes('sk-ant-')) return 'what looks like a key';
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
