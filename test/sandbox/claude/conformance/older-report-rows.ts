import { askAdmin, DAY_MS, HOUR_MS, type Row, refusalOf, type Stage } from './row';

const MESSAGES = '/v1/organizations/usage_report/messages';
const COST = '/v1/organizations/cost_report';

interface Report {
  readonly data: readonly {
    readonly starting_at: string;
    readonly ending_at: string;
    readonly results: readonly Readonly<Record<string, unknown>>[];
  }[];
  readonly has_more: boolean;
  readonly next_page: string | null;
}

async function report(stage: Stage, path: string, query: string): Promise<Report> {
  const response = await askAdmin(stage, `${path}?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Report;
}

/** The older reports of use and cost, which the SDK has no calls for. */
export const OLDER_REPORT_ROWS: readonly Row[] = [
  {
    id: 'older-usage',
    mark: 'C',
    source: 'documentation, get messages usage report',
    does: 'still serves the older usage report: tokens per bucket, no count of requests, no refresh time',
    play: async (stage) => {
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const query =
        'starting_at=2026-11-20T08:00:00Z&ending_at=2026-11-20T11:00:00Z&bucket_width=1h&group_by[]=api_key_id';
      const page = await report(stage, MESSAGES, query);
      expect(Object.keys(page).sort()).toEqual(['data', 'has_more', 'next_page']);
      expect(page.data.map(({ results }) => results.length)).toEqual([0, 1, 0]);
      const [result] = page.data[1]?.results ?? [];
      expect(result).toMatchObject({ api_key_id: stage.key.id, uncached_input_tokens: 14, output_tokens: 4 });
      expect(result).not.toHaveProperty('requests');
    },
  },
  {
    id: 'older-usage-widths',
    mark: 'C',
    source: 'documentation, get messages usage report',
    does: 'puts up to 1440 minutes, 168 hours or 31 days on a page, by default 60, 24 and 7',
    play: async (stage) => {
      await stage.world.clock.advanceBy(40 * DAY_MS);
      const widths = { '1m': [60, 1440], '1h': [24, 168], '1d': [7, 31] } as const;
      for (const [width, [byDefault, most]] of Object.entries(widths)) {
        const query = `starting_at=2026-11-20T00:00:00Z&bucket_width=${width}`;
        expect((await report(stage, MESSAGES, query)).data).toHaveLength(byDefault);
        expect((await report(stage, MESSAGES, `${query}&limit=${most}`)).data).toHaveLength(most);
        const beyond = await askAdmin(stage, `${MESSAGES}?${query}&limit=${most + 1}`);
        expect(await refusalOf(beyond)).toMatchObject({ status: 400 });
      }
    },
  },
  {
    id: 'older-usage-pages',
    mark: 'C',
    source: 'documentation, get messages usage report',
    does: 'pages through the buckets of the older usage report',
    play: async (stage) => {
      const query = 'starting_at=2026-11-20T00:00:00Z&ending_at=2026-11-20T05:00:00Z&bucket_width=1h&limit=3';
      const first = await report(stage, MESSAGES, query);
      expect(first).toMatchObject({ has_more: true });
      const second = await report(stage, MESSAGES, `${query}&page=${first.next_page}`);
      expect(second).toMatchObject({ has_more: false, next_page: null });
      const starts = [...first.data, ...second.data].map((each) => each.starting_at.slice(11, 13));
      expect(starts).toEqual(['00', '01', '02', '03', '04']);
    },
  },
  {
    id: 'older-usage-filters',
    mark: 'C',
    source: 'documentation, get messages usage report',
    does: 'filters the older usage report by key and workspace, and groups it by model',
    play: async (stage) => {
      const workspaceId = stage.organization.addWorkspace();
      const other = stage.organization.createKey({ name: 'other', workspaceId });
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.useKey(other.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const base = 'starting_at=2026-11-20T00:00:00Z&group_by[]=workspace_id&group_by[]=model';
      const results = async (filter: string): Promise<readonly object[]> =>
        (await report(stage, MESSAGES, `${base}&${filter}`)).data.flatMap((each) => each.results);
      expect(await results(`api_key_ids[]=${other.id}`)).toMatchObject([{ workspace_id: workspaceId }]);
      expect(await results(`workspace_ids[]=${workspaceId}`)).toMatchObject([{ model: 'claude-haiku-5-5' }]);
    },
  },
  {
    id: 'older-usage-delay',
    mark: 'C',
    source: 'documentation, usage and cost API',
    does: 'shows use in the older report after 5 minutes or so',
    play: async (stage) => {
      const query = 'starting_at=2026-11-20T09:00:00Z&ending_at=2026-11-20T10:00:00Z&bucket_width=1h';
      await stage.world.useKey(stage.key.rawKey);
      expect((await report(stage, MESSAGES, query)).data[0]?.results).toEqual([]);
      await stage.world.clock.advanceBy(HOUR_MS);
      expect((await report(stage, MESSAGES, query)).data[0]?.results).toHaveLength(1);
    },
  },
  {
    id: 'older-cost',
    mark: 'C',
    source: 'documentation, get cost report',
    does: 'still serves the older cost report: by day, by workspace, never by key',
    play: async (stage) => {
      await stage.world.useKey(stage.key.rawKey);
      await stage.world.clock.advanceBy(DAY_MS);
      const { data } = await report(stage, COST, 'starting_at=2026-11-20T00:00:00Z&group_by[]=workspace_id');
      expect(data[0]?.results).toMatchObject([{ amount: '0.017', currency: 'USD', workspace_id: null }]);
      for (const query of ['group_by[]=api_key_id', 'bucket_width=1h']) {
        const refused = await askAdmin(stage, `${COST}?starting_at=2026-11-20T00:00:00Z&${query}`);
        expect(await refusalOf(refused)).toMatchObject({ status: 400 });
      }
    },
  },
  {
    id: 'older-credential',
    mark: 'C',
    source: 'documentation, usage and cost API',
    does: 'serves the older reports to an unscoped key too',
    play: async ({ world, organization }) => {
      const { rawKey } = organization.createKey({ name: 'x', workspaceId: null });
      const path = `${MESSAGES}?starting_at=2026-11-20T00:00:00Z`;
      expect((await world.send('GET', path, { authorization: `Bearer ${rawKey}` })).status).toBe(200);
    },
  },
];
