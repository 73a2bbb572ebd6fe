import Anthropic from '@anthropic-ai/sdk';
import type { ClaudeApiKey } from '../../lib/client';

/** A service that calls Claude with its key, as its code in production does. */
export interface Consumer {
  readonly service: string;
  readonly claude: Anthropic;
}

/** A consumer on the client that services import. No retry of the SDK's own: a failure must show. */
export const consumer = (service: string, key: ClaudeApiKey, fetchClaude: typeof fetch): Consumer => ({
  service,
  claude: new Anthropic({
    ...key,
    middleware: [...key.middleware],
    fetch: fetchClaude,
    maxRetries: 0,
    logLevel: 'off',
  }),
});

/** Steady traffic: one small request per service at every beat. */
export class Traffic {
  requests = 0;
  /** What each failed request failed with, the first ones. */
  readonly failures: string[] = [];
  failed = 0;

  constructor(readonly consumers: readonly Consumer[]) {}

  /** @returns what requests of this beat failed with */
  async beat(now: Date): Promise<readonly string[]> {
    const failures = await Promise.all(this.consumers.map((each) => this.#send(each, now)));
    return failures.filter((each) => each !== undefined);
  }

  async #send({ service, claude }: Consumer, now: Date): Promise<string | undefined> {
    this.requests += 1;
    try {
      await claude.messages.create({
        model: 'claude-haiku-5-5',
        max_tokens: 16,
        messages: [{ role: 'user', content: 'ping' }],
      });
    } catch (error) {
      this.failed += 1;
      const what = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
      const failure = `${now.toISOString()} ${service}: ${what}`;
      if (this.failures.length < 20) this.failures.push(failure);
      return failure;
    }
    return undefined;
  }
}
