import { ApiKey } from '../../lib/core/api-key';
import { ClaudeConsoleKeys } from '../../lib/issuers/claude-console/admin';
import { ClaudeConsoleUsage } from '../../lib/issuers/claude-console/usage';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import type { OrganizationSettings } from '../../sandbox/claude/settings';
import { BASE_URL, ClaudeWorld } from '../sandbox/claude/claude-world';

/** The adapters of Claude Console keys, in front of one simulated organization. */
export class ClaudeConsoleWorld extends ClaudeWorld {
  readonly workspaceId: string;
  readonly verifier: ClaudeConsoleVerifier;
  readonly keys: ClaudeConsoleKeys;
  readonly usage: ClaudeConsoleUsage;

  constructor(settings: Partial<OrganizationSettings> = {}, adminKey?: () => Promise<ApiKey>) {
    super(settings);
    this.workspaceId = this.organization.addWorkspace();
    const connection = { baseUrl: BASE_URL, fetch: this.fetch, maxRetries: 0 };
    const admin = {
      ...connection,
      workspaceId: this.workspaceId,
      adminKey: adminKey ?? (async () => new ApiKey(this.adminKey)),
    };
    this.verifier = new ClaudeConsoleVerifier(connection);
    this.keys = new ClaudeConsoleKeys(admin);
    this.usage = new ClaudeConsoleUsage({ ...admin, clock: this.clock });
  }

  /** A key in our workspace, of a service account. */
  ourKey(name = 'prod-rag-service-2026-11-20'): { readonly id: string; readonly rawKey: string } {
    return this.organization.createKey({ name, workspaceId: this.workspaceId });
  }

  /** The next request gets this answer instead of the real one. */
  answerNext(status: number, body?: string | object, headers: Record<string, string> = {}): void {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    this.organization.faults.push({
      times: 1,
      answer: { status, headers, ...(text === undefined ? {} : { body: text }) },
    });
  }
}
