import Anthropic from '@anthropic-ai/sdk';
import { fetchFrom } from '../../../sandbox/claude/fetch';
import { createClaudeHandler } from '../../../sandbox/claude/http';
import { ClaudeOrganization } from '../../../sandbox/claude/organization';
import type { OrganizationSettings } from '../../../sandbox/claude/settings';
import { VirtualClock } from '../../../sandbox/clock';
import type { HttpHandler, HttpRequest } from '../../../sandbox/http';
import { Random } from '../../../sandbox/random';

/** A moment well inside the time that the usage report covers. */
export const START = new Date('2026-11-20T09:30:00Z');

/** An address that no socket is behind: requests are answered in this process. */
export const BASE_URL = 'http://claude.sandbox';

/** One organization with an admin key, and ways to call it as the SDK does. */
export class ClaudeWorld {
  readonly clock = new VirtualClock(START);
  readonly organization: ClaudeOrganization;
  readonly adminKey: string;
  readonly requests: HttpRequest[] = [];
  readonly handler: HttpHandler;
  readonly fetch: typeof fetch;

  constructor(settings: Partial<OrganizationSettings> = {}) {
    this.organization = new ClaudeOrganization(this.clock, new Random(7), settings);
    this.adminKey = this.organization.createAdminKey().rawKey;
    const answer = createClaudeHandler(this.organization);
    this.handler = (request) => {
      this.requests.push(request);
      return answer(request);
    };
    this.fetch = fetchFrom(this.handler);
  }

  /** The official SDK, with a key. */
  sdk(apiKey: string): Anthropic {
    return new Anthropic({ apiKey, baseURL: BASE_URL, fetch: this.fetch, maxRetries: 0, logLevel: 'off' });
  }

  /** A plain request, for what the SDK would not send. */
  async send(method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Response> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.fetch(`${BASE_URL}${path}`, {
      method,
      headers: { 'anthropic-version': '2026-10-21', ...headers },
      ...init,
    });
  }

  /** Uses a key once, as a service does. */
  async useKey(rawKey: string): Promise<void> {
    await this.sdk(rawKey).messages.create({
      model: 'claude-haiku-5-5',
      max_tokens: 8,
      messages: [{ role: 'user', content: 'Hello' }],
    });
  }
}

/** An error body, and where the answer to a list keeps its items. */
interface Document {
  readonly type: string;
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly details?: { readonly error_code: string };
  };
  readonly request_id: string;
  readonly data: readonly unknown[];
}

/** The JSON of a response, whose fields the test then checks. */
export async function documentOf(response: Response): Promise<Document> {
  return (await response.json()) as Document;
}

/** What a rejected promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('expected a rejection');
}
