import type { CreatedKey } from '../../../../sandbox/claude/console-key';
import type { ClaudeOrganization } from '../../../../sandbox/claude/organization';
import { type ClaudeWorld, documentOf } from '../claude-world';

/**
 * Where a behaviour of the platform is recorded. C: a primary source, such as the SDK or the documentation. I:
 * inferred from one. T: seen by third parties. EXP: seen on the wire, in front of the official SDK.
 */
export type Mark = 'C' | 'I' | 'T' | 'EXP';

/** A world in which a row is played: an organization behind a socket, with one key in its default workspace. */
export interface Stage {
  readonly world: ClaudeWorld;
  readonly organization: ClaudeOrganization;
  readonly key: CreatedKey;
}

/** One recorded behaviour, and the play that shows it. */
export interface Row {
  readonly id: string;
  readonly mark: Mark;
  /** The page, file or report that says so. */
  readonly source: string;
  /** What the platform does, as the end of a sentence that begins with "The platform". */
  readonly does: string;
  readonly play: (stage: Stage) => Promise<void>;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The body of a message that any key may send. */
export const HELLO = {
  model: 'claude-haiku-5-5',
  max_tokens: 8,
  messages: [{ role: 'user' as const, content: 'Hello' }],
};

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** Asks with the admin key, for what the SDK has no call for. */
export const askAdmin = (
  { world }: Stage,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: object,
): Promise<Response> => world.send(method, path, { ...bearer(world.adminKey), ...headers }, body);

/** Sends a message with the key of the stage. */
export const sayHello = ({ world, key }: Stage): Promise<Response> =>
  world.send('POST', '/v1/messages', bearer(key.rawKey), HELLO);

/** What an error answer says that a caller may branch on. Checks the form of its body, and its request id. */
export async function refusalOf(response: Response): Promise<{ status: number; type: string; code: string | null }> {
  const { type, error, request_id: requestId } = await documentOf(response);
  expect({ type, requestId }).toEqual({ type: 'error', requestId: response.headers.get('request-id') });
  return { status: response.status, type: error.type, code: error.details?.error_code ?? null };
}
