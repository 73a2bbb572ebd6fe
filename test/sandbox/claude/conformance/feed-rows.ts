import { askAdmin, bearer, DAY_MS, MINUTE_MS, type Row, refusalOf, type Stage } from './row';

const PATH = '/v1/compliance/activities';

interface Feed {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** Enables the Compliance API, and makes an admin key that may read the feed. */
async function enable({ world, organization }: Stage): Promise<string> {
  organization.settings.complianceEnabledAt = world.clock.now();
  await world.clock.advanceBy(1);
  return organization.createAdminKey().rawKey;
}

async function read({ world }: Stage, reader: string, query = ''): Promise<Feed> {
  const response = await world.send('GET', `${PATH}?${query}`, bearer(reader));
  expect(response.status).toBe(200);
  return (await response.json()) as Feed;
}

/** The activity feed, and what only it tells. */
export const FEED_ROWS: readonly Row[] = [
  {
    id: 'feed-key-events',
    mark: 'C',
    source: 'documentation, compliance activities',
    does: 'records that a key was created and changed: by whom, from what, to what',
    play: async (stage) => {
      const reader = await enable(stage);
      const { id } = stage.organization.createKey({ name: 'before', owner: 'user' });
      const { apiKeys } = stage.world.sdk(stage.world.adminKey).organization;
      await apiKeys.update(id, { name: 'after', status: 'inactive' });
      await stage.world.clock.advanceBy(MINUTE_MS);
      const { data } = await read(
        stage,
        reader,
        'activity_types[]=platform_api_key_created&activity_types[]=platform_api_key_updated',
      );
      const byAdmin = { type: 'admin_api_key_actor', admin_api_key_id: expect.stringMatching(/^adminkey_/) };
      const change = { type: 'platform_api_key_updated', api_key_id: id, actor: byAdmin };
      expect(data).toMatchObject([
        { ...change, updates: [{ type: 'name', previous_value: 'before', current_value: 'after' }] },
        { ...change, updates: [{ type: 'status', previous_value: 'active', current_value: 'inactive' }] },
        { type: 'platform_api_key_created', api_key_id: id, actor: { type: 'user_actor' } },
      ]);
    },
  },
  {
    id: 'feed-admin-keys',
    mark: 'C',
    source: 'documentation, compliance activities',
    does: 'records that admin keys were created and deleted',
    play: async (stage) => {
      const reader = await enable(stage);
      const { id } = stage.organization.createAdminKey();
      stage.organization.deleteAdminKey(id);
      await stage.world.clock.advanceBy(MINUTE_MS);
      const { data } = await read(stage, reader);
      expect(data.map(({ type }) => type)).toEqual([
        'admin_api_key_deleted',
        'admin_api_key_created',
        'admin_api_key_created',
      ]);
    },
  },
  {
    id: 'feed-actors',
    mark: 'C',
    source: 'documentation, compliance activities',
    does: 'names a service account that changed a key with a key of its own',
    play: async (stage) => {
      const reader = await enable(stage);
      const account = stage.organization.addServiceAccount();
      const { rawKey } = stage.organization.createKey({ name: 'x', owner: account, workspaceId: null });
      await stage.world.sdk(rawKey).organization.apiKeys.update(stage.key.id, { status: 'inactive' });
      await stage.world.clock.advanceBy(MINUTE_MS);
      const { data } = await read(stage, reader, 'limit=1');
      expect(data[0]?.actor).toEqual({ type: 'service_account_actor', service_account_id: account.id });
    },
  },
  {
    id: 'feed-delay',
    mark: 'C',
    source: 'documentation, activity feed',
    does: 'shows an activity within a minute',
    play: async (stage) => {
      const reader = await enable(stage);
      stage.organization.setStatus(stage.key.id, 'inactive');
      await stage.world.clock.advanceBy(MINUTE_MS - 1);
      expect((await read(stage, reader)).data).toEqual([]);
      await stage.world.clock.advanceBy(1);
      expect((await read(stage, reader)).data).toHaveLength(2);
    },
  },
  {
    id: 'feed-pages',
    mark: 'C',
    source: 'documentation, activity feed',
    does: 'pages through activities, newest first, from a given time on',
    play: async (stage) => {
      const reader = await enable(stage);
      for (const status of ['inactive', 'active', 'inactive'] as const) {
        await stage.world.clock.advanceBy(DAY_MS);
        stage.organization.setStatus(stage.key.id, status);
      }
      await stage.world.clock.advanceBy(MINUTE_MS);
      const query = 'created_at.gte=2026-11-22T00:00:00Z&limit=1';
      const first = await read(stage, reader, query);
      const second = await read(stage, reader, `${query}&after_id=${first.last_id}`);
      expect(first).toMatchObject({ has_more: true, first_id: first.last_id });
      expect(second.has_more).toBe(false);
      expect([first, second].map(({ data }) => String(data[0]?.created_at).slice(0, 10))).toEqual([
        '2026-11-23',
        '2026-11-22',
      ]);
    },
  },
  {
    id: 'feed-enabled-before-key',
    mark: 'C',
    source: 'documentation, compliance API access',
    does: 'shows the feed only to an admin key that was created after the Compliance API was enabled',
    play: async (stage) => {
      const refused = async (): Promise<void> =>
        expect(await refusalOf(await askAdmin(stage, PATH))).toMatchObject({ status: 403, type: 'permission_error' });
      await refused();
      const reader = await enable(stage);
      await refused();
      await read(stage, reader);
    },
  },
  {
    id: 'feed-from-enabling-on',
    mark: 'C',
    source: 'SDK compliance-settings.ts',
    does: 'records activities from the time on when the Compliance API is enabled',
    play: async (stage) => {
      stage.organization.setStatus(stage.key.id, 'inactive');
      await stage.world.clock.advanceBy(1);
      const reader = await enable(stage);
      await stage.world.clock.advanceBy(DAY_MS);
      const { data } = await read(stage, reader);
      expect(data.map(({ type }) => type)).toEqual(['admin_api_key_created']);
    },
  },
  {
    id: 'leak-deactivated',
    mark: 'T',
    source: 'two incidents: found at 06:35, deactivated at 07:13 UTC',
    does: 'deactivates a key some 40 minutes after it was found in public',
    play: async ({ world, organization, key }) => {
      organization.reportLeak(key.rawKey);
      await world.clock.advanceBy(38 * MINUTE_MS - 1);
      expect(organization.key(key.id).status).toBe('active');
      await world.clock.advanceBy(1);
      const { status } = await world.sdk(world.adminKey).organization.apiKeys.retrieve(key.id);
      expect(status).toBe('inactive');
    },
  },
  {
    id: 'leak-unannounced',
    mark: 'I',
    source: 'documentation: no API or webhook has an event for it',
    does: 'tells of a leaked key only in the feed, where no customer is named as the one who did it',
    play: async (stage) => {
      const reader = await enable(stage);
      stage.organization.reportLeak(stage.key.id);
      await stage.world.clock.advanceBy(40 * MINUTE_MS);
      const { data } = await read(stage, reader, 'activity_types[]=platform_api_key_updated');
      expect(data).toMatchObject([{ api_key_id: stage.key.id, actor: { type: 'anthropic_actor' } }]);
    },
  },
  {
    id: 'leak-undone',
    mark: 'I',
    source: 'documentation, authentication: inactive is reversible',
    does: 'lets a deactivated key be activated again',
    play: async ({ world, organization, key }) => {
      organization.reportLeak(key.id);
      await world.clock.advanceBy(DAY_MS);
      await world.sdk(world.adminKey).organization.apiKeys.update(key.id, { status: 'active' });
      await world.clock.advanceBy(DAY_MS);
      await world.useKey(key.rawKey);
      expect(organization.key(key.id).status).toBe('active');
    },
  },
];
