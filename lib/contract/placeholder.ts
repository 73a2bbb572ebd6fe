/**
 * The value a service's secret is created with, before its first key is staged.
 *
 * FROZEN: CloudFormation writes the secret's value again whenever this text changes, which would
 * overwrite every live key. A test holds it to the letter.
 */
export const PLACEHOLDER = 'no-claude-key-staged-yet';
