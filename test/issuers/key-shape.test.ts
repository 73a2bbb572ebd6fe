import { ApiKey } from '../../lib/core/api-key';
import { hintOf, isConsoleKey } from '../../lib/issuers/claude-console/key-shape';
import { ClaudeConsoleWorld } from './claude-console-world';

describe('key shape', () => {
  const world = new ClaudeConsoleWorld();
  const { id, rawKey } = world.ourKey();

  it('knows a Console key', () => {
    expect(isConsoleKey(rawKey)).toBe(true);
  });

  it.each([
    ['an admin key', world.adminKey],
    ['a key with a character too few', `${rawKey.slice(0, 20)}${rawKey.slice(21)}`],
    ['a key with a character too many', `${rawKey.slice(0, 20)}x${rawKey.slice(20)}`],
    ['a key with another ending', `${rawKey.slice(0, -1)}B`],
    ['a key with a line break', `${rawKey}\n`],
    ['a key after something else', `x${rawKey}`],
    ['a key in quotes', `"${rawKey}"`],
    ['nothing', ''],
  ])('rejects %s', (_what, text) => {
    expect(isConsoleKey(text)).toBe(false);
  });

  it('makes the hint that the issuer lists', async () => {
    expect(hintOf(new ApiKey(rawKey))).toBe((await world.keys.find(id))?.hint);
  });
});
