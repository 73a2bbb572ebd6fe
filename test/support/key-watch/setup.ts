import { BUILD, filesWritten } from './files';
import { watchErrors, watchOutput } from './hooks';
import { KEY_WATCH } from './key-watch';
import { SandboxWatch } from './sandboxes';

/*
 * I6 over everything that a test file does: no part of a key in what it prints, in what its sandboxes hold, in the errors
 * that it sees, in what it builds. Keys are known by value as they are made, and by shape whoever made them.
 */

const begun = new Date();
const sandboxes = new SandboxWatch(KEY_WATCH);
const unhook = [sandboxes.listen(), watchOutput(KEY_WATCH), watchErrors(KEY_WATCH)];

afterAll(() => {
  for (const each of unhook) each();
  sandboxes.searchTheRest();
  for (const { where, text } of filesWritten(BUILD, begun)) KEY_WATCH.note(where, text);
  const found = [...sandboxes.found, ...KEY_WATCH.found().map((where) => `part of a key is in ${where}`)];
  if (found.length > 0) throw new Error(`keys where none may be:\n${found.join('\n')}`);
});
