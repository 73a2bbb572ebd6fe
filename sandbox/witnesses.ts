import { channel } from 'node:diagnostics_channel';

/** Hears the text of every key as it is made: whoever watches what is written has to know what to look for. */
export const KEYS_MADE = channel('claude-key-rotation.key-made');

/** Hears of every sandbox that is about to end, with all that was written in it. */
export const SANDBOXES_ENDING = channel('claude-key-rotation.sandbox-ending');

/** Hears of every sandbox as it is made, before anything is called in it. */
export const SANDBOXES_MADE = channel('claude-key-rotation.sandbox-made');
