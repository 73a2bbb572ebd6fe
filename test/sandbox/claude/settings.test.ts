import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SETTINGS, type OrganizationSettings } from '../../../sandbox/claude/settings';
import { ClaudeWorld, documentOf } from './claude-world';
import { bearer, DAY_MS, HELLO } from './conformance/row';

/** The words in code marks in the sandbox's specification. */
const DESCRIBED = new Set(readFileSync(join(__dirname, '../../../sandbox/README.md'), 'utf8').match(/(?<=`)\w+(?=`)/g));
const KEYS = '/v1/organizations/api_keys';

describe('settings of the Claude organization', () => {
  const start = (settings: Partial<OrganizationSettings> = {}) => {
    const world = new ClaudeWorld(settings);
    return { world, organization: world.organization, key: world.organization.createKey({ name: 'a key' }) };
  };
  const status = async (answer: Promise<Response>): Promise<number> => (await answer).status;

  it.each(Object.keys(DEFAULT_SETTINGS))('are described: %s', (name) => {
    expect(DESCRIBED.has(name)).toBe(true);
  });

  it.each([400, 409] as const)('finalStatusRefusal: %i for another status of an archived key', async (code) => {
    const { world, organization, key } = start({ finalStatusRefusal: code });
    organization.setStatus(key.id, 'archived');
    const update = world.send('POST', `${KEYS}/${key.id}`, bearer(world.adminKey), { status: 'active' });
    expect(await status(update)).toBe(code);
  });

  it.each([401, 403] as const)('wrongCredentialRefusal: %i for a key on the wrong side', async (code) => {
    const { world, key } = start({ wrongCredentialRefusal: code });
    expect(await status(world.send('GET', KEYS, bearer(key.rawKey)))).toBe(code);
    expect(await status(world.send('GET', '/v1/models', bearer(world.adminKey)))).toBe(code);
  });

  it.each([404, 405] as const)('otherMethodRefusal: %i for a method that is not there', async (code) => {
    const { world } = start({ otherMethodRefusal: code });
    expect(await status(world.send('PUT', KEYS, bearer(world.adminKey)))).toBe(code);
  });

  it.each([401, 403] as const)('feedRefusal: %i for an admin key that may not read the feed', async (code) => {
    const { world } = start({ feedRefusal: code });
    expect(await status(world.send('GET', '/v1/compliance/activities', bearer(world.adminKey)))).toBe(code);
  });

  it.each([
    [false, 200],
    [true, 400],
  ])('billingReachesModels: when %s, a spend limit answers the list of models with %i', async (reaches, code) => {
    const { world, organization, key } = start({ billingReachesModels: reaches });
    organization.standing.begin('spend_limit');
    expect(await status(world.send('GET', '/v1/models', bearer(key.rawKey)))).toBe(code);
  });

  it.each([
    [false, 200],
    [true, 400],
  ])('holdReachesAdminApi: when %s, the Admin API of an organization on hold answers %i', async (reaches, code) => {
    const { world, organization } = start({ holdReachesAdminApi: reaches });
    organization.standing.begin('on_hold');
    expect(await status(world.send('GET', KEYS, bearer(world.adminKey)))).toBe(code);
  });

  it.each(['inactive', 'archived'] as const)('leakedKeyStatus: a leaked key becomes %s', async (becomes) => {
    const { world, organization, key } = start({ leakedKeyStatus: becomes, leakDeactivationDelayMs: 5 });
    organization.reportLeak(key.id);
    await world.clock.advanceBy(4);
    expect(organization.key(key.id).status).toBe('active');
    await world.clock.advanceBy(1);
    expect(organization.key(key.id).status).toBe(becomes);
  });

  it.each([
    [false, 'active'],
    [true, 'archived'],
  ])(
    'archivesKeysOfServiceAccounts: when %s, the key of an archived one is %s, and refused',
    async (archives, shown) => {
      const { world, organization } = start({ archivesKeysOfServiceAccounts: archives });
      const account = organization.addServiceAccount();
      const { id, rawKey } = organization.createKey({ name: 'x', owner: account });
      organization.archiveServiceAccount(account);
      expect(organization.isAccepted(rawKey)).toBe(true);
      await world.clock.advanceBy(3_000);
      expect(organization.key(id).status).toBe(shown);
      expect(organization.isAccepted(rawKey)).toBe(false);
    },
  );

  it.each([
    [true, 3],
    [false, 2],
  ])('olderReportsIncludeEnd: when %s, three hours up to ending_at are %i buckets', async (includes, buckets) => {
    const { world } = start({ olderReportsIncludeEnd: includes });
    const query = 'starting_at=2026-11-20T00:00:00Z&ending_at=2026-11-20T03:00:00Z&bucket_width=1h';
    const report = await world.send('GET', `/v1/organizations/usage_report/messages?${query}`, bearer(world.adminKey));
    expect((await documentOf(report)).data).toHaveLength(buckets);
  });

  it('spendLimitAccess: none refuses even the list, as for another type of organization', async () => {
    const { world } = start({ spendLimitAccess: 'none' });
    const headers = { ...bearer(world.adminKey), 'anthropic-beta': 'spend-limit-reads-2026-09-26' };
    const answer = await documentOf(await world.send('GET', '/v1/organizations/spend_limits', headers));
    expect(answer.error.details?.error_code).toBe('organization_type_not_supported');
  });

  it('workspaceArchivalDelayMs: keys of an archived workspace are accepted until it is over', async () => {
    const { world, organization } = start({ workspaceArchivalDelayMs: 10, deactivationDelayMs: 0 });
    const workspaceId = organization.addWorkspace();
    const { rawKey } = organization.createKey({ name: 'x', workspaceId });
    organization.archiveWorkspace(workspaceId);
    await world.clock.advanceBy(9);
    expect(organization.isAccepted(rawKey)).toBe(true);
    await world.clock.advanceBy(1);
    expect(organization.isAccepted(rawKey)).toBe(false);
  });

  it('requestsPerMinute: none by default, so that nothing is refused and no header speaks of it', async () => {
    const { world, key } = start();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => world.send('POST', '/v1/messages', bearer(key.rawKey), HELLO)),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(answers[0]?.headers.get('anthropic-ratelimit-requests-limit')).toBeNull();
  });

  it('reportLeak leaves a key alone that has been switched off meanwhile', async () => {
    const { world, organization, key } = start({ leakedKeyStatus: 'archived' });
    organization.reportLeak(key.rawKey);
    organization.setStatus(key.id, 'inactive');
    await world.clock.advanceBy(DAY_MS);
    expect(organization.key(key.id).status).toBe('inactive');
  });
});
