import type { Actor } from './console-key';

/**
 * Who has left: users removed from the organization, service accounts archived or taken out of a workspace. Everybody
 * else whom a key names is a member, and has access to every workspace.
 */
export class Members {
  readonly #gone = new Map<string, Date>();

  /** The actor has left the whole organization, or one workspace of it. */
  leave({ id }: Actor, now: Date, workspaceId?: string): void {
    const place = placeOf(id, workspaceId);
    if (!this.#gone.has(place)) this.#gone.set(place, now);
  }

  /** Whether the actor had left by an instant: the organization, or the workspace in question. */
  hadLeft({ id }: Actor, by: Date, workspaceId: string | null): boolean {
    const places = workspaceId === null ? [placeOf(id)] : [placeOf(id), placeOf(id, workspaceId)];
    return places.some((place) => (this.#gone.get(place)?.getTime() ?? Number.POSITIVE_INFINITY) <= by.getTime());
  }
}

const placeOf = (actorId: string, workspaceId = ''): string => `${actorId} ${workspaceId}`;
