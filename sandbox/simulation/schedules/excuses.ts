/**
 * What looks like a broken invariant and is none, with the reason. Everything else that our functions do counts. People
 * and the issuer have no entries: what they do is never held against anybody, and what it leads to is judged in the end.
 */
export const EXCUSES = {
  'died-after-our-look': 'a key may die between the issuer saying that it is live and our call that makes it current',
  'became-current-after-our-look':
    'a key may become current between our last read and our call that disables it; the same run has to bring it back',
  'archived-after-our-look':
    'a key that was disabled for its whole undo window may be enabled or made current between our last look and our call that archives it',
  'run-cut-off': 'a run that was cut off, or whose calls failed, cannot bring a key back; a later run has to',
  'has-leaked': 'a person said that the key has leaked: it is disabled at once, and nobody can undo that',
  'policy-says-so': 'the policy disables a key at the retirement deadline, used or not',
  expired: 'an expired key can never serve again, so there is no window in which to bring it back',
  'current-by-hand-unseen':
    'a key that people made current, by hand or by an undo, and replaced again by hand, before a whole run of the reconciler saw it, retires as if it had never been',
  'enabled-by-hand-unseen':
    'a key that people enabled, by hand or by an undo, and somebody disabled again, before any run of the reconciler saw it, counts as disabled all along',
  'on-shelf-when-replaced-by-hand':
    'a key whose rotation was cut off before it took the spare off the shelf, and that people replaced by hand before any run, looks like a spare that never served',
  'staged-before-lists-showed':
    'a list may not show yet that a key waits for another service; the command that stages it looks again, and has to take it back before it ends',
} as const;

export type Excuse = keyof typeof EXCUSES;
