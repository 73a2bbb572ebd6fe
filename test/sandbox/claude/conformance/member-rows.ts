import { rejection } from '../claude-world';
import { askAdmin, bearer, DAY_MS, HELLO, type Row, refusalOf } from './row';

/** Whom keys belong to, and the workspaces they are in. */
export const MEMBER_ROWS: readonly Row[] = [
  {
    id: 'member-user-removed',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'archives the personal keys of a user who is removed',
    play: async ({ world, organization, key }) => {
      const user = organization.addUser();
      const personal = organization.createKey({ name: 'personal', owner: user });
      organization.removeUser(user);
      await world.clock.advanceBy(DAY_MS);
      expect(organization.key(personal.id).status).toBe('archived');
      expect(await rejection(world.useKey(personal.rawKey))).toMatchObject({ status: 401 });
      await world.useKey(key.rawKey);
    },
  },
  {
    id: 'member-creator-removed',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'goes on accepting a workspace key whose creator is removed',
    play: async ({ world, organization }) => {
      const shared = organization.createKey({ name: 'shared', owner: 'none' });
      const creator = organization.key(shared.id).createdBy;
      if (creator) organization.removeUser(creator);
      await world.clock.advanceBy(DAY_MS);
      await world.useKey(shared.rawKey);
      expect(creator).not.toBeNull();
    },
  },
  {
    id: 'member-account-archived',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'stops accepting the keys of an archived service account',
    play: async ({ world, organization }) => {
      const account = organization.addServiceAccount();
      const { rawKey } = organization.createKey({ name: 'service', owner: account });
      await world.useKey(rawKey);
      organization.archiveServiceAccount(account);
      await world.clock.advanceBy(DAY_MS);
      expect(await rejection(world.useKey(rawKey))).toMatchObject({ status: 401, type: 'authentication_error' });
    },
  },
  {
    id: 'member-account-loses-workspace',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'stops accepting a service account’s key in a workspace that the account has lost',
    play: async ({ world, organization }) => {
      const account = organization.addServiceAccount();
      const workspaceId = organization.addWorkspace();
      const lost = organization.createKey({ name: 'lost', owner: account, workspaceId });
      const kept = organization.createKey({ name: 'kept', owner: account });
      const roaming = organization.createKey({ name: 'roaming', owner: account, workspaceId: null });
      organization.removeFromWorkspace(account, workspaceId);
      await world.clock.advanceBy(DAY_MS);
      expect(await rejection(world.useKey(lost.rawKey))).toMatchObject({ status: 401 });
      await world.useKey(kept.rawKey);
      const headers = { ...bearer(roaming.rawKey), 'anthropic-workspace-id': workspaceId };
      expect(await refusalOf(await world.send('POST', '/v1/messages', headers, HELLO))).toMatchObject({ status: 404 });
    },
  },
  {
    id: 'unscoped-needs-workspace',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'wants a workspace named with a key that has none: 400 without or malformed, 404 unknown',
    play: async ({ world, organization }) => {
      const { rawKey } = organization.createKey({ name: 'x', workspaceId: null });
      const ask = (headers: object): Promise<Response> =>
        world.send('GET', '/v1/models', { ...bearer(rawKey), ...headers });
      expect(await refusalOf(await ask({}))).toMatchObject({ status: 400, type: 'invalid_request_error' });
      expect(await refusalOf(await ask({ 'anthropic-workspace-id': 'no id' }))).toMatchObject({ status: 400 });
      expect(await refusalOf(await ask({ 'anthropic-workspace-id': 'wrkspc_none' }))).toMatchObject({ status: 404 });
      const workspaceId = organization.defaultWorkspaceId;
      const answer = await ask({ 'anthropic-workspace-id': workspaceId });
      expect(answer.headers.get('anthropic-workspace-id')).toBe(workspaceId);
    },
  },
  {
    id: 'workspace-archive',
    mark: 'C',
    source: 'documentation, workspaces',
    does: 'archives a workspace for good, and every key of it within seconds',
    play: async ({ world, organization, key }) => {
      const workspaceId = organization.addWorkspace();
      const inside = organization.createKey({ name: 'inside', workspaceId });
      const { workspaces } = world.sdk(world.adminKey).organization;
      expect((await workspaces.archive(workspaceId)).archived_at).not.toBeNull();
      await world.clock.advanceBy(10_000);
      expect(organization.key(inside.id).status).toBe('archived');
      expect(await rejection(world.useKey(inside.rawKey))).toMatchObject({ status: 401 });
      expect(organization.key(key.id).status).toBe('active');
      expect((await workspaces.retrieve(workspaceId)).archived_at).not.toBeNull();
    },
  },
  {
    id: 'workspace-list',
    mark: 'C',
    source: 'SDK workspaces.ts',
    does: 'lists workspaces, archived ones and the default one only when asked',
    play: async ({ world, organization }) => {
      const [kept, gone] = [organization.addWorkspace(), organization.addWorkspace()];
      organization.archiveWorkspace(gone);
      const { workspaces } = world.sdk(world.adminKey).organization;
      const ids = async (query: Parameters<typeof workspaces.list>[0]): Promise<string[]> =>
        (await workspaces.list(query)).data.map(({ id }) => id);
      expect(await ids({})).toEqual([kept]);
      expect(await ids({ include_archived: true })).toEqual([gone, kept]);
      expect(await ids({ include_default: true })).toEqual([kept, organization.defaultWorkspaceId]);
      expect(await ids({ include_archived: true, ids: [gone] })).toEqual([gone]);
    },
  },
  {
    id: 'workspace-shape',
    mark: 'C',
    source: 'SDK workspaces.ts',
    does: 'describes a workspace with every field of its type',
    play: async ({ world, organization }) => {
      const id = organization.addWorkspace();
      expect(await world.sdk(world.adminKey).organization.workspaces.retrieve(id)).toEqual({
        id,
        type: 'workspace',
        name: expect.any(String),
        archived_at: null,
        compartment_id: expect.any(String),
        created_at: expect.any(String),
        data_residency: expect.any(Object),
        display_color: expect.stringMatching(/^#/),
        external_key_id: null,
        tags: {},
        user_profile_id: null,
      });
    },
  },
  {
    id: 'workspace-limit',
    mark: 'C',
    source: 'documentation, workspaces',
    does: 'has room for 100 workspaces that are not archived',
    play: async ({ organization }) => {
      for (let i = 1; i < 100; i++) organization.addWorkspace();
      expect(() => organization.addWorkspace()).toThrow(/no room/);
    },
  },
  {
    id: 'workspace-unknown',
    mark: 'C',
    source: 'documentation, errors',
    does: 'answers 404 for a workspace it does not know',
    play: async (stage) => {
      const path = '/v1/organizations/workspaces/wrkspc_none';
      expect(await refusalOf(await askAdmin(stage, path))).toMatchObject({ status: 404, type: 'not_found_error' });
    },
  },
];
