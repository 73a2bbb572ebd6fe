import { badRequest, notFound } from './api-error';

/** A workspace as the organization knows it. */
export interface WorkspaceView {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Null while it is in use. Archived is final. */
  readonly archivedAt: Date | null;
}

/** The workspaces of an organization; the first one added is its default workspace. */
export class Workspaces {
  readonly #workspaces = new Map<string, WorkspaceView>();

  add(workspace: Pick<WorkspaceView, 'id' | 'name' | 'createdAt'>, mostActive: number): void {
    const active = this.list().filter(({ archivedAt }) => archivedAt === null);
    if (active.length >= mostActive) throw badRequest('the organization has no room for another workspace');
    this.#workspaces.set(workspace.id, { ...workspace, archivedAt: null });
  }

  /** Newest first. */
  list(): readonly WorkspaceView[] {
    return [...this.#workspaces.values()].reverse();
  }

  find(id: string): WorkspaceView {
    const workspace = this.#workspaces.get(id);
    if (!workspace) throw notFound('there is no such workspace');
    return workspace;
  }

  isActive(id: string): boolean {
    return this.#workspaces.get(id)?.archivedAt === null;
  }

  /** For good. @returns false when it was archived before */
  archive(id: string, now: Date): boolean {
    const workspace = this.find(id);
    if (workspace.archivedAt !== null) return false;
    this.#workspaces.set(id, { ...workspace, archivedAt: now });
    return true;
  }
}
