import { KeyRotationError } from '../core/errors';
import { COMMAND } from './command-name';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The id under which the issuer lists a key, alone or behind an option. It says nothing of the key's text. */
const KEY_ID = /^(--leaked=)?apikey_[A-Za-z0-9]{1,40}$/;

/** What may stand for a key in a label and a parameter's name: an id of the issuer, or a name where keys go by names. */
const KEY_NAME = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * Rejects a command line that has a key, or what may be one, anywhere in it. Runs before anything else looks at the
 * arguments, since the parser quotes what it does not understand.
 */
export function refuseKeyAsArgument(args: readonly string[]): void {
  if (!args.some(looksLikeKey)) return;
  throw new KeyRotationError(
    'KeyAsArgument',
    'an argument looks like a key. Arguments end up in the shell history and in process lists, so that key counts as leaked: disable it in the Console, create another, and give it at the hidden prompt or on standard input. Nothing was changed',
  );
}

/** The start that all the issuer's keys share, or a long run of mixed letters and digits such as a key cut off at the front. */
function looksLikeKey(text: string): boolean {
  if (/sk-ant/i.test(text)) return true;
  if (KEY_ID.test(text)) return false;
  const runs = text.match(/[A-Za-z0-9_-]{16,}/g) ?? [];
  return runs.some((run) => /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run));
}

/** Rejects an environment or service name that cannot be one, before it becomes part of a parameter's name. */
export function checkName(what: 'environment' | 'service', text: string): string {
  if (NAME.test(text)) return text;
  throw new KeyRotationError(
    'BadRequest',
    `"${text}" cannot be the name of ${what === 'environment' ? 'an environment' : 'a service'}: names have lower-case letters, digits and hyphens, at most 63 of them. Nothing was changed`,
  );
}

/** Rejects a key id that cannot be one. */
export function checkKeyId(text: string): string {
  if (KEY_NAME.test(text)) return text;
  throw new KeyRotationError(
    'BadRequest',
    `"${text}" cannot be the id of a key: give one that ${COMMAND} status --json lists, such as apikey_01AbCd. Nothing was changed`,
  );
}

/** A whole number of seconds from an option's text. */
export function parseSeconds(option: string, text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3_600) return seconds;
  throw new KeyRotationError(
    'BadRequest',
    `${option} takes a whole number of seconds from 1 to 3600, not "${text}". Nothing was changed`,
  );
}
