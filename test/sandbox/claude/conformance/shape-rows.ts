import { askAdmin, type Row } from './row';

/** The patterns by which scanners find keys, read from their sources. */
const API_KEY_PATTERNS = [
  /^sk-ant-api03-[a-zA-Z0-9_-]{93}AA$/,
  /^sk-ant-(?:admin01|api03)-[\w-]{93}AA$/,
  /^sk-ant-api0\d-[A-Za-z0-9_-]{90,128}AA$/,
];
const ADMIN_KEY_PATTERNS = [/^sk-ant-admin01-[a-zA-Z0-9_-]{93}AA$/, /^sk-ant-(?:admin01|api03)-[\w-]{93}AA$/];

/** What keys look like, and what no API tells. */
export const SHAPE_ROWS: readonly Row[] = [
  {
    id: 'shape-scanners',
    mark: 'T',
    source: 'three scanners of secrets',
    does: 'makes keys that scanners recognise: 108 characters, admin keys 110',
    play: async ({ organization, key }) => {
      const admin = organization.createAdminKey().rawKey;
      for (const pattern of API_KEY_PATTERNS) expect(key.rawKey).toMatch(pattern);
      for (const pattern of ADMIN_KEY_PATTERNS) expect(admin).toMatch(pattern);
      expect([key.rawKey.length, admin.length]).toEqual([108, 110]);
    },
  },
  {
    id: 'shape-made-at-run-time',
    mark: 'I',
    source: 'scanners would fire on fixtures',
    does: 'shows a key once, from the Console, and differently for every key',
    play: async ({ organization, key }) => {
      expect(organization.createKey({ name: 'other' }).rawKey).not.toBe(key.rawKey);
      expect(JSON.stringify([organization.keys(), organization.key(key.id)])).not.toContain(key.rawKey.slice(16, -4));
    },
  },
  {
    id: 'federation-named',
    mark: 'C',
    source: 'documentation, workload identity federation',
    does: 'exchanges federated tokens, which the sandbox refuses by name',
    play: async (stage) => {
      const response = await askAdmin(stage, '/v1/oauth/token', {}, 'POST', {});
      expect(response.status).toBe(501);
      expect(await response.text()).toContain('/v1/oauth/token');
    },
  },
];
