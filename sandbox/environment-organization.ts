import type { PlatformSettings } from '../lib/contract/platform-settings';
import type { CreatedKey } from './claude/console-key';
import { ClaudeOrganization } from './claude/organization';
import type { VirtualClock } from './clock';
import type { Random } from './random';

/** The Claude organization that an environment is configured for, with the environment's workspace in it. */
export class EnvironmentOrganization extends ClaudeOrganization {
  readonly #adminTexts: string[] = [];

  constructor(settings: PlatformSettings, clock: VirtualClock, random: Random) {
    super(clock, random, { id: settings.organizationId });
    this.addWorkspace(settings.workspaceId);
  }

  override createAdminKey(): CreatedKey {
    const created = super.createAdminKey();
    this.#adminTexts.push(created.rawKey);
    return created;
  }

  /** For checkers alone: the text of every key that there ever was, admin keys included, deleted ones too. */
  rawTexts(): readonly string[] {
    return [...this.keys().map(({ id }) => this.rawKeyOf(id)), ...this.#adminTexts];
  }
}
