import type { ApiKey } from '../../core/api-key';

const SHAPE = /^sk-ant-api03-[A-Za-z0-9_-]{93}AA$/;
const HINT_HEAD = 16;
const HINT_TAIL = 4;

/** Whether a text has the shape of a Claude Console key. Says nothing about whether the issuer knows it. */
export function isConsoleKey(text: string): boolean {
  return SHAPE.test(text);
}

/** The hint under which the issuer lists a key: its first 16 characters, three dots, its last 4. */
export function hintOf(key: ApiKey): string {
  const text = key.reveal();
  return `${text.slice(0, HINT_HEAD)}...${text.slice(-HINT_TAIL)}`;
}
