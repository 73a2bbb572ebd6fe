import { Answer } from '../../core/answer';
import { KeyRotationError } from '../../core/errors';

export type { Answer } from '../../core/answer';

/** The error for an answer that cannot be understood. */
export const malformed = (what: string, how: string): KeyRotationError =>
  new KeyRotationError('IssuerFailed', `the Claude API answered something unexpected: ${what} ${how}`);

/** The JSON of a response. A page of HTML or half a document raises IssuerFailed. */
export async function answerOf(what: string, response: Response): Promise<Answer> {
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(what, 'is not JSON');
  }
  return new Answer(what, value, malformed);
}
