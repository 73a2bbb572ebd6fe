import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyText } from '../../sandbox/claude/key-text';
import { Random } from '../../sandbox/random';
import { run } from '../sandbox/processes';
import { scratchFolder } from '../sandbox/scratch-folder';
import { filesWritten } from '../support/key-watch/files';
import { KeyWatch, looksLikeKey } from '../support/key-watch/key-watch';

const ROOT = join(__dirname, '..', '..');
const { globalSetup, globalTeardown, ...config } = require('../../jest.config.js');
const LEAKING = { ...config, rootDir: ROOT, testMatch: [require.resolve('../support/key-watch/leaking-suite')] };

describe('the watch over every test file', () => {
  it('fails a suite that passes but leaks, and says in which places, without the key', async () => {
    const jest = [require.resolve('jest/bin/jest'), '--config', JSON.stringify(LEAKING), '--runInBand'];
    const { code, err } = await run(process.execPath, jest);
    const places = [...err.matchAll(/^ *part of a key is in (.*)$/gm)].map(([, place]) => place);

    expect(code).toBe(1);
    expect(err).toMatch(/Tests:.* 9 passed/);
    expect(
      places
        .map((place) =>
          place?.replace(/arn:aws:sns:\S+:news|, in a suite.*$/g, (text) => (text.startsWith(',') ? '' : '…')),
        )
        .sort(),
    ).toEqual([
      "a function's event or answer",
      'a message to …',
      'an error that a promise was rejected with',
      'an error that was thrown',
      "an operator's terminal",
      'console.warn',
      'log group /aws/lambda/x',
      'standard error',
      'standard output',
      'what a program printed',
    ]);
  }, 120_000);

  it('reads what was built since then, and nothing older', () => {
    const folder = scratchFolder();
    const key = makeKeyText(new Random(2), 'admin01');
    writeFileSync(join(folder, 'page.html'), `<p>${key.slice(30, 42)}</p>`);
    const watch = new KeyWatch();
    watch.lookFor(key);
    for (const { where, text } of filesWritten(folder, new Date(0))) watch.note(where, text);

    expect(watch.found()).toEqual([`the file ${join(folder, 'page.html')}`]);
    expect(filesWritten(folder, new Date(Date.now() + 60_000))).toEqual([]);
    expect(filesWritten(join(folder, 'nowhere'), new Date(0))).toEqual([]);
  });

  it('knows a key by its shape, and takes neither a hint nor a pattern for one', () => {
    const key = makeKeyText(new Random(3), 'api03');

    expect(looksLikeKey({ text: `"${key}"` })).toBe(true);
    expect(looksLikeKey({ text: `${key.slice(0, 16)}...${key.slice(-4)}` })).toBe(false);
    expect(looksLikeKey({ text: 'sk-ant-[a-zA-Z0-9_-]{20,200}' })).toBe(false);
  });
});
