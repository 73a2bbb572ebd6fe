import type { Random } from '../random';
import { KEYS_MADE } from '../witnesses';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const HINT_HEAD = 16;
const HINT_TAIL = 4;
const RANDOM_LENGTH = 93;

/** What kind of key a text is, told by its prefix. */
export type KeyKind = 'api03' | 'admin01';

/** A key's text in the issuer's shape: prefix, 93 characters of base64url, `AA`. */
export function makeKeyText(random: Random, kind: KeyKind): string {
  return told(`${['sk', 'ant', kind].join('-')}-${random.text(RANDOM_LENGTH, BASE64URL)}AA`);
}

/** Another key whose hint is the same as that of `text`: same head and tail, different middle. */
export function makeCollidingKeyText(random: Random, text: string): string {
  const middle = random.text(text.length - HINT_HEAD - HINT_TAIL, BASE64URL);
  return told(`${text.slice(0, HINT_HEAD)}${middle}${text.slice(-HINT_TAIL)}`);
}

function told(text: string): string {
  KEYS_MADE.publish(text);
  return text;
}

/** The hint by which the issuer lists a key. */
export const hintOfText = (text: string): string => `${text.slice(0, HINT_HEAD)}...${text.slice(-HINT_TAIL)}`;

/** An object's id as the issuer spells it: `apikey_01…`, `wrkspc_01…`. */
export const makeId = (random: Random, prefix: string): string => `${prefix}_01${random.text(22, BASE58)}`;
