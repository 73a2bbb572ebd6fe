import type { Violation } from '../invariants';
import type { Sandbox } from '../sandbox';
import type { WrittenText } from '../written-texts';

/** A key is recognised by any stretch of its secret part this long. The issuer's own hint shows less. */
const STRETCH = 12;
const PREFIX = /^sk-ant-[a-z0-9]+-/;
/** What may hold a stretch of a key: the characters that keys are made of, in a row. */
const RUNS = new RegExp(`[\\w-]{${STRETCH},}`, 'g');

/**
 * I6: no key, nor part of one beyond the issuer's hint, in anything that was written: log lines, metrics, alarms,
 * messages, dashboards, parameters other than spares, tags, and what the operator's commands printed.
 */
export function leakedTexts(sandbox: Sandbox, transcript: readonly string[]): readonly Violation[] {
  const terminal = { where: "the operator's terminal", text: transcript.join('\n') };
  return findKeys(sandbox, [...sandbox.writtenTexts(), terminal]);
}

/** The same for one text, such as a report that is about to be written. */
export const leakedInText = (sandbox: Sandbox, where: string, text: string): readonly Violation[] =>
  findKeys(sandbox, [{ where, text }]);

function findKeys(sandbox: Sandbox, texts: readonly WrittenText[]): readonly Violation[] {
  const at = sandbox.clock.now();
  return textsWithKeys(sandbox.claude.rawTexts(), texts).map(({ where }) => ({
    invariant: 'I6',
    at,
    what: `part of a key is in ${where}`,
  }));
}

/** Those of some texts that hold part of some key. */
export function textsWithKeys(rawKeys: readonly string[], texts: readonly WrittenText[]): readonly WrittenText[] {
  const secret = new Set(rawKeys.flatMap((rawKey) => stretchesOf(rawKey.replace(PREFIX, ''))));
  return texts.filter(({ text }) => holdsAny(secret, text));
}

function holdsAny(secret: ReadonlySet<string>, text: string): boolean {
  // Logs say the same names over and over: each is looked at once.
  const runs = new Set(text.match(RUNS));
  return [...runs].some((run) => stretchesOf(run).some((stretch) => secret.has(stretch)));
}

const stretchesOf = (text: string): readonly string[] =>
  Array.from({ length: Math.max(0, text.length - STRETCH + 1) }, (_, index) => text.slice(index, index + STRETCH));
