import type { OrganizationSettings } from '../../../sandbox/claude/settings';
import { LoopbackServer } from '../../../sandbox/server';
import { BASE_URL, ClaudeWorld } from './claude-world';

/** The same organization behind a socket on loopback, so that what passes really is HTTP. */
export class LoopbackClaudeWorld extends ClaudeWorld {
  #server: LoopbackServer | undefined;

  override readonly fetch: typeof fetch = async (input, init) => {
    const url = this.#server?.url;
    if (url === undefined) throw new Error('start() comes first');
    const address = input instanceof Request ? input.url : String(input);
    return globalThis.fetch(address.replace(BASE_URL, url), init);
  };

  static async start(settings: Partial<OrganizationSettings> = {}): Promise<LoopbackClaudeWorld> {
    const world = new LoopbackClaudeWorld(settings);
    world.#server = await LoopbackServer.start(world.handler);
    return world;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }
}
