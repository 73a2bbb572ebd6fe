import { Models } from '@anthropic-ai/sdk/resources/models';
import type { ApiKey } from '../../core/api-key';
import type { KeyVerifier, Verdict } from '../../core/ports';
import { type ConnectionOptions, connect, type Limits, withinLimits } from './connection';
import { isRefusal, reasonOf } from './failure';

const DEFAULTS: Limits = { timeoutMs: 5_000, maxRetries: 1 };

/**
 * Asks the Claude API about a key by listing one model with it: free, no use that a report would show, and the
 * answer's headers say which organization and workspace the key belongs to.
 */
export class ClaudeConsoleVerifier implements KeyVerifier {
  readonly #options: ConnectionOptions & Limits;

  constructor(options: ConnectionOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  async verify(key: ApiKey): Promise<Verdict> {
    // Such a text fits into no header, and the refusal to send it would quote it.
    if (!/^[\x21-\x7e]+$/.test(key.reveal())) return { kind: 'dead' };
    try {
      return await this.#ask(key);
    } catch (error) {
      return isRefusal(error) ? { kind: 'dead' } : { kind: 'unclear', reason: reasonOf(error) };
    }
  }

  async #ask(key: ApiKey): Promise<Verdict> {
    const models = new Models(connect(key.reveal(), this.#options));
    const { response } = await models.list({ limit: 1 }, withinLimits(this.#options)).withResponse();
    const organizationId = response.headers.get('anthropic-organization-id');
    const workspaceId = response.headers.get('anthropic-workspace-id');
    if (!organizationId || !workspaceId) {
      return { kind: 'unclear', reason: 'an answer that names no organization or no workspace' };
    }
    return { kind: 'live', organizationId, workspaceId };
  }
}
