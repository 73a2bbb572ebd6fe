import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { ApiKey } from '../../lib/core/api-key';

const text = randomUUID();
const key = new ApiKey(text);

describe('an API key', () => {
  it('gives its text to whoever asks for it by name', () => {
    expect(key.reveal()).toBe(text);
  });

  it.each<[string, () => string]>([
    ['a template', () => `${key}`],
    ['a conversion', () => String(key)],
    ['JSON', () => JSON.stringify({ key })],
    ['what the console shows', () => inspect({ key }, { depth: 9, showHidden: true })],
  ])('is put in other words in %s', (_what, convert) => {
    expect(convert()).toContain('[api key]');
    expect(convert()).not.toContain(text);
  });

  it('equals a key of the same text alone', () => {
    expect(key.equals(new ApiKey(text))).toBe(true);
    expect(key.equals(new ApiKey(randomUUID()))).toBe(false);
  });
});
