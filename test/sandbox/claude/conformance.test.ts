import { FEED_ROWS } from './conformance/feed-rows';
import { KEY_ROWS } from './conformance/key-rows';
import { LIMIT_ROWS } from './conformance/limit-rows';
import { MEMBER_ROWS } from './conformance/member-rows';
import { OLDER_REPORT_ROWS } from './conformance/older-report-rows';
import type { Mark } from './conformance/row';
import { SHAPE_ROWS } from './conformance/shape-rows';
import { USAGE_ROWS } from './conformance/usage-rows';
import { VERIFYING_ROWS } from './conformance/verifying-rows';
import { WIRE_ROWS } from './conformance/wire-rows';
import { LoopbackClaudeWorld } from './loopback-claude-world';

const ROWS = [
  ...WIRE_ROWS,
  ...KEY_ROWS,
  ...MEMBER_ROWS,
  ...VERIFYING_ROWS,
  ...USAGE_ROWS,
  ...OLDER_REPORT_ROWS,
  ...FEED_ROWS,
  ...LIMIT_ROWS,
  ...SHAPE_ROWS,
];

/** What is recorded of the platform, by topic, and the rows that show it. A topic without a row is a hole. */
const RECORDED: Readonly<Record<string, readonly string[]>> = {
  'wire: versions': ['versions', 'version-required'],
  'wire: the two headers of a key': ['bearer', 'x-api-key'],
  'wire: what the SDK sends': ['sdk-sends-bearer', 'sdk-sends-admin-key', 'usage-array-brackets'],
  'wire: headers of an answer': ['identity-headers', 'no-workspace-on-admin', 'no-identity-on-401'],
  'wire: bodies of errors': ['error-body', 'error-code'],
  'wire: types of errors': ['transient-errors', 'trouble-billing', 'unknown-model', 'too-large'],
  'keys: list': ['keys-pages', 'keys-default-limit', 'keys-filters', 'keys-bad-queries'],
  'keys: get and update': ['keys-unknown', 'keys-names', 'keys-disable'],
  'keys: no create, no delete': ['keys-no-create-or-delete', 'keys-sdk-has-no-create'],
  'keys: both shapes': ['keys-shape-new', 'keys-shape-old', 'keys-shape-old-scope', 'keys-owners'],
  'keys: no creator': ['keys-created-by-nobody'],
  'keys: statuses': ['keys-disable', 'keys-archived', 'keys-expired', 'keys-expired-not-writable'],
  'keys: limits of active ones': ['keys-limits'],
  'keys: how fast one is disabled': ['keys-disable-delay'],
  'keys: texts are shown once': ['keys-never-shown', 'shape-made-at-run-time'],
  'keys: owners': ['member-user-removed', 'member-creator-removed', 'member-account-archived'],
  'keys: a lost workspace': ['member-account-loses-workspace'],
  'keys: without a workspace': ['unscoped-needs-workspace'],
  'keys: expiry': ['keys-expired'],
  'keys: hints': ['keys-hint', 'keys-hint-ambiguous'],
  'admin: who may call': ['admin-unscoped', 'admin-workspace-key', 'admin-keys-unlisted'],
  'admin: rate limit': ['admin-rate-limit'],
  'verifying: free probes': ['probe-free', 'probe-models', 'probe-live', 'probe-dead'],
  'verifying: 400 that is not the key’s fault': ['trouble-spend-limit', 'trouble-workspace-limit', 'trouble-hold'],
  'verifying: prepaid credit': ['trouble-credit', 'trouble-billing'],
  'verifying: 429 without retry-after': ['trouble-tier', 'trouble-contract'],
  'verifying: 429 with retry-after': ['rate-limit', 'trouble-ramp'],
  'usage: header, credential, beta': ['usage-beta', 'usage-credential', 'usage-not-enrolled'],
  'usage: rows': ['usage-by-key-and-hour', 'usage-no-row-unused', 'usage-dimensions', 'usage-nulls'],
  'usage: query': ['usage-whole-range', 'usage-filters', 'usage-order-and-pages', 'usage-limits'],
  'usage: freshness': ['usage-delay'],
  'usage: cost': ['cost'],
  'usage: the older reports': ['older-usage', 'older-usage-widths', 'older-usage-pages', 'older-usage-filters'],
  'usage: the older reports, who and when': ['older-usage-delay', 'older-credential', 'older-cost'],
  'feed: activities': ['feed-key-events', 'feed-admin-keys', 'feed-actors'],
  'feed: query': ['feed-pages', 'feed-delay'],
  'feed: access': ['feed-enabled-before-key', 'feed-from-enabling-on'],
  'limits: spend': ['spend-list', 'spend-writes-refused', 'spend-upsert', 'spend-scopes', 'spend-effective'],
  'limits: rate': ['rate-limit-headers', 'rate-limit-shared', 'rate-limit-counting'],
  'limits: rate, by API': ['rate-limits-list', 'rate-limits-set', 'rate-limits-of-tokens'],
  workspaces: ['workspace-archive', 'workspace-list', 'workspace-shape', 'workspace-limit', 'workspace-unknown'],
  leaks: ['leak-deactivated', 'leak-unannounced', 'leak-undone'],
  'shapes of keys': ['shape-scanners'],
  'federation, by name alone': ['federation-named'],
};

/** How many rows rest on each kind of source. A row that comes or goes changes this line with it. */
const ROWS_PER_MARK: Readonly<Record<Mark, number>> = { C: 91, I: 9, T: 5, EXP: 3 };

describe('The platform', () => {
  let world: LoopbackClaudeWorld;
  beforeEach(async () => {
    world = await LoopbackClaudeWorld.start();
  });
  afterEach(async () => {
    await world.stop();
  });

  for (const { does, mark, source, play } of ROWS) {
    it(`${does} [${mark}: ${source}]`, async () => {
      expect.hasAssertions();
      const key = world.organization.createKey({ name: 'a key' });
      await play({ world, organization: world.organization, key });
    });
  }
});

describe('The record of the platform', () => {
  const ids = ROWS.map(({ id }) => id);

  it('names each row once', () => {
    expect(ids).toEqual([...new Set(ids)]);
  });

  it.each(Object.entries(RECORDED))('has a row for “%s”', (_topic, rows) => {
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => !ids.includes(row))).toEqual([]);
  });

  it('lists every row under a topic', () => {
    const listed = new Set(Object.values(RECORDED).flat());
    expect(ids.filter((id) => !listed.has(id))).toEqual([]);
  });

  it('rests on as many rows of each kind of source as it says', () => {
    const counts = { C: 0, I: 0, T: 0, EXP: 0 };
    for (const { mark } of ROWS) counts[mark] += 1;
    expect(counts).toEqual(ROWS_PER_MARK);
  });
});
