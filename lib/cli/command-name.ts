const BY_NPM = process.env.npm_lifecycle_event === 'keys';

/** How this program was started: what the commands that it suggests begin with. */
export const COMMAND = BY_NPM ? 'npm run keys --' : 'claude-keys';

/** The same where the output goes elsewhere: npm writes lines of its own before it, unless it is silent. */
export const SILENT_COMMAND = BY_NPM ? 'npm run -s keys --' : 'claude-keys';
