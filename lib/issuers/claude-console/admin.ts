import { APIKeys } from '@anthropic-ai/sdk/resources/organization/api-keys';
import type { ApiKey } from '../../core/api-key';
import { KeyRotationError } from '../../core/errors';
import { readPages } from '../../core/pages';
import type { IssuerKey, IssuerKeys } from '../../core/ports';
import { type Answer, answerOf, malformed } from './answer';
import { type ConnectionOptions, connect, type Limits, withinLimits } from './connection';
import { isNotFound, issuerFailed } from './failure';

const DEFAULTS: Limits = { timeoutMs: 10_000, maxRetries: 2 };
const PAGE_SIZE = 1000;
const STATUSES = ['active', 'inactive', 'archived', 'expired'] as const;

export interface ClaudeConsoleAdminOptions extends ConnectionOptions {
  /** The one workspace whose keys may be seen and changed. */
  readonly workspaceId: string;
  /** Asked before every request, so that a new admin key is used at once. */
  readonly adminKey: () => Promise<ApiKey>;
}

/**
 * The keys of one workspace, by the Admin API. An admin key reaches every workspace of its organization, so this
 * class is what keeps one environment from touching another's keys.
 */
export class ClaudeConsoleKeys implements IssuerKeys {
  readonly #options: ClaudeConsoleAdminOptions & Limits;
  readonly #keys: APIKeys;

  constructor(options: ClaudeConsoleAdminOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#keys = new APIKeys(connect(async () => (await options.adminKey()).reveal(), this.#options));
  }

  async list(): Promise<readonly IssuerKey[]> {
    const keys = new Map<string, IssuerKey>();
    await readPages({
      what: 'the list of keys',
      ask: (after) => this.#page(after),
      take: (page) => {
        for (const key of page.objects('data').map(issuerKeyOf)) if (this.#isOurs(key)) keys.set(key.id, key);
        return page.flag('has_more') ? page.text('last_id') : undefined;
      },
      misfit: malformed,
    });
    return [...keys.values()];
  }

  async find(keyId: string): Promise<IssuerKey | undefined> {
    const key = await this.#retrieve(keyId);
    return key && this.#isOurs(key) ? key : undefined;
  }

  /** Safe to repeat: a key that has the status already is left alone. */
  async setStatus(keyId: string, status: 'active' | 'inactive' | 'archived'): Promise<void> {
    const before = await this.#retrieve(keyId);
    if (!before) throw new KeyRotationError('IssuerFailed', `the Claude API knows no key ${keyId}`);
    if (!this.#isOurs(before)) throw this.#notOurs(before);
    if (before.status === status) return;
    const after = await this.#update(keyId, status);
    if (after.status !== status) {
      throw malformed(`the key ${keyId}`, `is not ${status} after a change that was accepted`);
    }
  }

  async #page(after: string | undefined): Promise<Answer> {
    const what = 'list the keys of the workspace';
    const query = { workspace_id: this.#options.workspaceId, limit: PAGE_SIZE, ...(after ? { after_id: after } : {}) };
    return this.#ask(what, 'the list of keys', () => this.#keys.list(query, this.#limits()).asResponse());
  }

  async #retrieve(keyId: string): Promise<IssuerKey | undefined> {
    try {
      const response = await this.#keys.retrieve(keyId, this.#limits()).asResponse();
      return keyAsAsked(keyId, await answerOf(`the key ${keyId}`, response));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw issuerFailed(`show the key ${keyId}`, error);
    }
  }

  async #update(keyId: string, status: 'active' | 'inactive' | 'archived'): Promise<IssuerKey> {
    const what = `make the key ${keyId} ${status}`;
    return keyAsAsked(
      keyId,
      await this.#ask(what, `the key ${keyId}`, () =>
        this.#keys.update(keyId, { status }, this.#limits()).asResponse(),
      ),
    );
  }

  async #ask(what: string, answer: string, call: () => Promise<Response>): Promise<Answer> {
    try {
      return await answerOf(answer, await call());
    } catch (error) {
      throw issuerFailed(what, error);
    }
  }

  #limits(): { readonly signal: AbortSignal } {
    return withinLimits(this.#options);
  }

  #isOurs(key: IssuerKey): boolean {
    return key.workspaceId === this.#options.workspaceId;
  }

  #notOurs(key: IssuerKey): KeyRotationError {
    const place = key.workspaceId ?? 'no single workspace';
    const allowed = this.#options.workspaceId;
    return new KeyRotationError(
      'KeyInWrongWorkspace',
      `the key ${key.id} belongs to ${place}; this environment may change keys of ${allowed} only`,
    );
  }
}

function keyAsAsked(keyId: string, answer: Answer): IssuerKey {
  answer.mustBe('id', keyId);
  return issuerKeyOf(answer);
}

function issuerKeyOf(answer: Answer): IssuerKey {
  const expiresAt = answer.instantOrNull('expires_at');
  const scope = answer.object('scope');
  const scopeType = scope.oneOf('type', ['workspace', 'organization']);
  return {
    id: answer.text('id'),
    name: answer.text('name'),
    hint: answer.textOrNull('partial_key_hint'),
    status: answer.oneOf('status', STATUSES),
    createdAt: answer.instant('created_at'),
    ...(expiresAt ? { expiresAt } : {}),
    owner: ownerOf(answer),
    ...(scopeType === 'workspace' ? { workspaceId: scope.text('workspace_id') } : {}),
  };
}

/** A key belongs to whom it acts as. Who created it does not matter: a workspace key outlives its creator. */
function ownerOf(answer: Answer): IssuerKey['owner'] {
  const principal = answer.objectOrNull('principal');
  if (!principal) return 'none';
  return principal.oneOf('type', ['user_actor', 'service_account_actor']) === 'user_actor' ? 'user' : 'service_account';
}
