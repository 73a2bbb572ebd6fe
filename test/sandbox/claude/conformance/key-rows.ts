import Anthropic from '@anthropic-ai/sdk';
import { documentOf, rejection, START } from '../claude-world';
import { askAdmin, bearer, DAY_MS, type Row, refusalOf } from './row';

const PATH = '/v1/organizations/api_keys';

/** The Admin API for keys. */
export const KEY_ROWS: readonly Row[] = [
  {
    id: 'keys-shape-new',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'lists a key as version 2026-10-21 describes it',
    play: async ({ world, organization, key }) => {
      const page = await world.sdk(world.adminKey).organization.apiKeys.list();
      expect(page.data).toEqual([
        {
          id: key.id,
          type: 'api_key',
          name: 'a key',
          status: 'active',
          created_at: START.toISOString(),
          created_by: { id: expect.stringMatching(/^svac_/), type: 'service_account' },
          expires_at: null,
          partial_key_hint: `${key.rawKey.slice(0, 16)}...${key.rawKey.slice(-4)}`,
          principal: { type: 'service_account_actor', service_account_id: expect.stringMatching(/^svac_/) },
          scope: { type: 'workspace', workspace_id: organization.defaultWorkspaceId },
        },
      ]);
    },
  },
  {
    id: 'keys-shape-old',
    mark: 'C',
    source: 'documentation, list API keys',
    does: 'lists a key as version 2023-06-01 describes it, without a workspace id for the default workspace',
    play: async (stage) => {
      const other = stage.organization.addWorkspace();
      stage.organization.createKey({ name: 'b', workspaceId: other });
      const { data } = await documentOf(await askAdmin(stage, PATH, { 'anthropic-version': '2023-06-01' }));
      expect(data[1]).toMatchObject({ workspace_id: null, principal: { type: 'service_account' } });
      expect(data[0]).toMatchObject({ workspace_id: other });
    },
  },
  {
    id: 'keys-shape-old-scope',
    mark: 'I',
    source: 'documentation, API keys, in Chinese',
    does: 'shows a key’s scope in version 2023-06-01 too',
    play: async (stage) => {
      const { data } = await documentOf(await askAdmin(stage, PATH, { 'anthropic-version': '2023-06-01' }));
      expect(data[0]).toMatchObject({ scope: { type: 'workspace' } });
    },
  },
  {
    id: 'keys-owners',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'says whom a key acts as, and nobody for a workspace key',
    play: async ({ world, organization }) => {
      const user = organization.createKey({ name: 'u', owner: 'user' });
      const nobody = organization.createKey({ name: 'n', owner: 'none' });
      const { apiKeys } = world.sdk(world.adminKey).organization;
      expect((await apiKeys.retrieve(user.id)).principal?.type).toBe('user_actor');
      expect((await apiKeys.retrieve(nobody.id)).principal).toBeNull();
    },
  },
  {
    id: 'keys-created-by-nobody',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'names no creator for the oldest keys',
    play: async ({ world, organization }) => {
      const { id } = organization.createKey({ name: 'old', owner: 'none', createdBy: null });
      expect((await world.sdk(world.adminKey).organization.apiKeys.retrieve(id)).created_by).toBeNull();
    },
  },
  {
    id: 'keys-pages',
    mark: 'C',
    source: 'SDK pagination.ts',
    does: 'pages through keys by cursor, forwards and backwards',
    play: async ({ world, organization }) => {
      for (let i = 0; i < 4; i++) organization.createKey({ name: `key ${i}` });
      const keys = world.sdk(world.adminKey).organization.apiKeys;
      const all: string[] = [];
      for await (const each of keys.list({ limit: 2 })) all.push(each.id);
      expect(all).toEqual(organization.keys().map((each) => each.id));
      const before = await keys.list({ limit: 2, before_id: all[3] ?? '' });
      expect(before.data.map((each) => each.id)).toEqual(all.slice(1, 3));
      expect(before).toMatchObject({ has_more: true, first_id: all[1], last_id: all[2] });
    },
  },
  {
    id: 'keys-default-limit',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'puts 20 keys on a page, or 1 to 1000',
    play: async (stage) => {
      for (let i = 0; i < 25; i++) stage.organization.createKey({ name: `key ${i}` });
      const { apiKeys } = stage.world.sdk(stage.world.adminKey).organization;
      expect((await apiKeys.list()).data).toHaveLength(20);
      expect((await apiKeys.list({ limit: 1000 })).data).toHaveLength(26);
      for (const limit of [0, 1001]) {
        expect(await refusalOf(await askAdmin(stage, `${PATH}?limit=${limit}`))).toMatchObject({ status: 400 });
      }
    },
  },
  {
    id: 'keys-filters',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'filters keys by status, workspace and creator',
    play: async ({ world, organization, key }) => {
      const workspaceId = organization.addWorkspace();
      const other = organization.createKey({ name: 'other', workspaceId, owner: 'user' });
      organization.setStatus(key.id, 'inactive');
      const keys = world.sdk(world.adminKey).organization.apiKeys;
      const creator = organization.key(other.id).createdBy?.id ?? '';
      const ids = async (query: Anthropic.Organization.APIKeyListParams): Promise<string[]> =>
        (await keys.list(query)).data.map((each) => each.id);
      expect(await ids({ status: 'inactive' })).toEqual([key.id]);
      expect(await ids({ workspace_id: workspaceId })).toEqual([other.id]);
      expect(await ids({ created_by_user_id: creator })).toEqual([other.id]);
    },
  },
  {
    id: 'keys-bad-queries',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'rejects a status and a cursor that it does not know',
    play: async (stage) => {
      for (const query of ['status=lost', 'after_id=apikey_none']) {
        expect(await refusalOf(await askAdmin(stage, `${PATH}?${query}`))).toMatchObject({ status: 400 });
      }
    },
  },
  {
    id: 'keys-unknown',
    mark: 'C',
    source: 'documentation, errors',
    does: 'answers 404 for a key it does not know',
    play: async ({ world }) => {
      const retrieval = world.sdk(world.adminKey).organization.apiKeys.retrieve('apikey_none');
      expect(await rejection(retrieval)).toBeInstanceOf(Anthropic.NotFoundError);
    },
  },
  {
    id: 'keys-no-create-or-delete',
    mark: 'C',
    source: 'SDK api-keys.ts: retrieve, update and list are all there is',
    does: 'has no way to create or delete a key',
    play: async (stage) => {
      const create = await askAdmin(stage, PATH, {}, 'POST', { name: 'x' });
      const remove = await askAdmin(stage, `${PATH}/${stage.key.id}`, {}, 'DELETE');
      expect([create.status, remove.status]).toEqual([405, 405]);
      expect(stage.organization.keys()).toHaveLength(1);
    },
  },
  {
    id: 'keys-sdk-has-no-create',
    mark: 'EXP',
    source: 'SDK 1.11.0, the prototype printed',
    does: 'is offered no method to create or delete a key by the SDK',
    play: async ({ world }) => {
      const { organization, beta } = world.sdk(world.adminKey);
      for (const resource of [organization.apiKeys, beta.organization.apiKeys]) {
        const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(resource));
        expect(methods.sort()).toEqual(['constructor', 'list', 'retrieve', 'update']);
      }
    },
  },
  {
    id: 'keys-never-shown',
    mark: 'C',
    source: 'documentation, get API key',
    does: 'never shows a key’s text',
    play: async (stage) => {
      const list = await (await askAdmin(stage, PATH)).text();
      const one = await (await askAdmin(stage, `${PATH}/${stage.key.id}`)).text();
      expect(list + one).not.toContain(stage.key.rawKey.slice(16, -4));
    },
  },
  {
    id: 'keys-disable',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'disables a key and re-enables it',
    play: async ({ world, key }) => {
      const keys = world.sdk(world.adminKey).organization.apiKeys;
      expect((await keys.update(key.id, { status: 'inactive' })).status).toBe('inactive');
      await world.clock.advanceBy(DAY_MS);
      expect(await rejection(world.useKey(key.rawKey))).toMatchObject({ status: 401, type: 'authentication_error' });
      await keys.update(key.id, { status: 'active' });
      await world.useKey(key.rawKey);
    },
  },
  {
    id: 'keys-disable-delay',
    mark: 'I',
    source: 'documentation, workspaces: keys of an archived one go within seconds',
    does: 'goes on accepting a disabled key for some seconds',
    play: async ({ world, key }) => {
      await world.sdk(world.adminKey).organization.apiKeys.update(key.id, { status: 'inactive' });
      await world.clock.advanceBy(2_999);
      await world.useKey(key.rawKey);
      await world.clock.advanceBy(1);
      expect(await rejection(world.useKey(key.rawKey))).toMatchObject({ status: 401 });
    },
  },
  {
    id: 'keys-archived',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'still lists an archived key, and never brings it back',
    play: async ({ world, key }) => {
      const keys = world.sdk(world.adminKey).organization.apiKeys;
      await keys.update(key.id, { status: 'archived' });
      expect((await keys.list({ status: 'archived' })).data).toHaveLength(1);
      expect(await rejection(keys.update(key.id, { status: 'active' }))).toMatchObject({ status: 400 });
    },
  },
  {
    id: 'keys-expired',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'rejects an expired key from the very instant, does not reactivate it, and lets it be archived',
    play: async ({ world, organization }) => {
      const expiring = organization.createKey({ name: 'x', expiresAt: new Date(START.getTime() + DAY_MS) });
      await world.clock.advanceBy(DAY_MS - 1);
      await world.useKey(expiring.rawKey);
      await world.clock.advanceBy(1);
      expect(await rejection(world.useKey(expiring.rawKey))).toMatchObject({ status: 401 });
      const keys = world.sdk(world.adminKey).organization.apiKeys;
      expect((await keys.list({ status: 'expired' })).data.map(({ id }) => id)).toEqual([expiring.id]);
      expect(await rejection(keys.update(expiring.id, { status: 'active' }))).toMatchObject({ status: 400 });
      expect((await keys.update(expiring.id, { status: 'archived' })).status).toBe('archived');
    },
  },
  {
    id: 'keys-expired-not-writable',
    mark: 'C',
    source: 'SDK APIKeyUpdateParams',
    does: 'refuses to write the status expired',
    play: async (stage) => {
      const response = await askAdmin(stage, `${PATH}/${stage.key.id}`, {}, 'POST', { status: 'expired' });
      expect(await refusalOf(response)).toMatchObject({ status: 400 });
    },
  },
  {
    id: 'keys-limits',
    mark: 'C',
    source: 'SDK api-keys.ts',
    does: 'refuses to re-enable a key beyond the limits of the workspace or organization, with a code',
    play: async ({ world, organization, key }) => {
      organization.setStatus(key.id, 'inactive');
      organization.createKey({ name: 'other' });
      const activate = (): Promise<Error> =>
        rejection(world.sdk(world.adminKey).organization.apiKeys.update(key.id, { status: 'active' }));
      organization.settings.activeKeysPerWorkspace = 1;
      expect(await activate()).toMatchObject({ status: 400, errorCode: 'workspace_api_key_limit_exceeded' });
      organization.settings.activeKeysPerOrganization = 1;
      expect(await activate()).toMatchObject({ status: 400, errorCode: 'org_api_key_limit_exceeded' });
    },
  },
  {
    id: 'keys-names',
    mark: 'C',
    source: 'documentation, update API key',
    does: 'accepts names of 1 to 500 characters, twice the same one too',
    play: async ({ world, organization, key }) => {
      const { apiKeys } = world.sdk(world.adminKey).organization;
      const other = organization.createKey({ name: 'other' });
      for (const name of ['n', 'n'.repeat(500)]) {
        expect((await apiKeys.update(key.id, { name })).name).toBe(name);
        expect((await apiKeys.update(other.id, { name })).name).toBe(name);
      }
      for (const name of ['', 'n'.repeat(501)]) {
        expect(await rejection(apiKeys.update(key.id, { name }))).toMatchObject({ status: 400 });
      }
    },
  },
  {
    id: 'keys-hint',
    mark: 'T',
    source: 'mails about leaked keys; documentation has an example',
    does: 'hints at a key by its first 16 characters, three dots, and its last 4',
    play: async ({ world, key }) => {
      const { partial_key_hint: hint } = await world.sdk(world.adminKey).organization.apiKeys.retrieve(key.id);
      expect(hint).toMatch(/^sk-ant-api03-\S{3}\.\.\.\S{2}AA$/);
    },
  },
  {
    id: 'keys-hint-ambiguous',
    mark: 'I',
    source: 'SDK api-keys.ts: the hint may be null; five characters of it are random',
    does: 'may hint at two keys alike, or at a key not at all',
    play: async ({ world, organization, key }) => {
      organization.createKey({ name: 'twin', hint: { like: key.id } });
      organization.createKey({ name: 'mute', hint: 'none' });
      const { data } = await world.sdk(world.adminKey).organization.apiKeys.list();
      const [mute, twin, first] = data.map((each) => each.partial_key_hint);
      expect(mute).toBeNull();
      expect(twin).toBe(first);
    },
  },
  {
    id: 'admin-unscoped',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'admits a service account’s or user’s key without a workspace to the Admin API',
    play: async ({ world, organization }) => {
      for (const owner of ['user', 'service_account'] as const) {
        const { rawKey, id } = organization.createKey({ name: 'x', workspaceId: null, owner });
        const found = await world.sdk(rawKey).organization.apiKeys.retrieve(id);
        expect(found.scope).toEqual({ type: 'organization' });
      }
    },
  },
  {
    id: 'admin-workspace-key',
    mark: 'C',
    source: 'documentation, authentication; that the status is 401 is a guess',
    does: 'rejects a key of one workspace, with an owner or without, on the Admin API',
    play: async ({ world, organization }) => {
      for (const request of [{}, { owner: 'none' as const }]) {
        const { rawKey } = organization.createKey({ name: 'x', ...request });
        expect((await world.send('GET', PATH, bearer(rawKey))).status).toBe(401);
      }
    },
  },
  {
    id: 'admin-keys-unlisted',
    mark: 'I',
    source: 'SDK: the Admin API has nothing for admin keys',
    does: 'does not list admin keys',
    play: async ({ world, organization }) => {
      organization.createAdminKey();
      expect((await world.sdk(world.adminKey).organization.apiKeys.list()).data).toHaveLength(1);
    },
  },
];
