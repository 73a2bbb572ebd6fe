import { inspect } from 'node:util';
import { ClaudeOrganization, UNKNOWN_KEY } from '../../../sandbox/claude/organization';
import { Random } from '../../../sandbox/random';
import { ClaudeWorld, rejection } from './claude-world';

describe('ClaudeOrganization', () => {
  let world: ClaudeWorld;
  beforeEach(() => {
    world = new ClaudeWorld();
  });

  it('makes keys in the issuer’s shape, the same ones from the same seed', () => {
    const make = (): string[] => {
      const { organization } = new ClaudeWorld();
      return [organization.createKey({ name: 'x' }).rawKey, organization.createAdminKey().rawKey];
    };
    const [key, admin] = make();
    expect(key).toMatch(/^sk-ant-api03-[\w-]{93}AA$/);
    expect(key).toHaveLength(108);
    expect(admin).toMatch(/^sk-ant-admin01-[\w-]{93}AA$/);
    expect(admin).toHaveLength(110);
    expect(make()).toEqual([key, admin]);
  });

  it('can be the organization, with the workspace, that configuration names', () => {
    const organization = new ClaudeOrganization(world.clock, new Random(1), { id: 'an-id' });
    expect(organization.id).toBe('an-id');
    expect(organization.addWorkspace('wrkspc_named')).toBe('wrkspc_named');
    expect(organization.hasWorkspace('wrkspc_named')).toBe(true);
    expect(organization.settings).not.toHaveProperty('id');
  });

  it('can give two keys the same hint, or a key none', () => {
    const first = world.organization.createKey({ name: 'first' });
    const second = world.organization.createKey({ name: 'second', hint: { like: first.id } });
    const third = world.organization.createKey({ name: 'third', hint: 'none' });
    expect(second.rawKey).not.toBe(first.rawKey);
    expect(second.rawKey).toMatch(/^sk-ant-api03-[\w-]{93}AA$/);
    expect(world.organization.key(second.id).hint).toBe(world.organization.key(first.id).hint);
    expect(world.organization.key(third.id).hint).toBeNull();
  });

  it('gives a key’s text to nobody who does not ask for it by name', () => {
    const { id, rawKey } = world.organization.createKey({ name: 'x' });
    const secret = rawKey.slice(16, -4);
    expect(inspect(world.organization, { depth: 9, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(world.organization.keys())).not.toContain(secret);
    expect(world.organization.rawKeyOf(id)).toBe(rawKey);
  });

  it('accepts a key until the deactivation delay is over, and not a millisecond longer', async () => {
    const { id, rawKey } = world.organization.createKey({ name: 'x' });
    world.organization.setStatus(id, 'inactive');
    await world.clock.advanceBy(2_999);
    expect(world.organization.isAccepted(rawKey)).toBe(true);
    await world.clock.advanceBy(1);
    expect(world.organization.isAccepted(rawKey)).toBe(false);
  });

  it('does not lengthen that delay when an inactive key is archived', async () => {
    const { id, rawKey } = world.organization.createKey({ name: 'x' });
    world.organization.setStatus(id, 'inactive');
    await world.clock.advanceBy(2_000);
    world.organization.setStatus(id, 'archived');
    await world.clock.advanceBy(1_000);
    expect(world.organization.isAccepted(rawKey)).toBe(false);
  });

  it.each(['active', 'inactive'] as const)('rejects to make an archived or expired key %s', async (status) => {
    const { organization } = world;
    const archived = organization.createKey({ name: 'x' });
    organization.setStatus(archived.id, 'archived');
    const expired = organization.createKey({ name: 'x', expiresAt: new Date(world.clock.now().getTime() + 1) });
    await world.clock.advanceBy(1);
    expect(() => organization.setStatus(archived.id, status)).toThrow(/archived/);
    expect(() => organization.setStatus(expired.id, status)).toThrow(/expired/);
    organization.setStatus(expired.id, 'archived');
    expect(organization.key(expired.id).status).toBe('archived');
  });

  it('rejects a key beyond the organization’s limit', () => {
    world.organization.settings.activeKeysPerOrganization = 0;
    expect(() => world.organization.createKey({ name: 'x' })).toThrow(/no room/);
  });

  it('refuses a deleted admin key', async () => {
    const admin = world.organization.createAdminKey();
    world.organization.deleteAdminKey(admin.id);
    expect(await rejection(world.sdk(admin.rawKey).organization.apiKeys.list())).toMatchObject({ status: 401 });
  });

  it('counts uses and refusals apart, and those of unknown keys too', async () => {
    const { id, rawKey } = world.organization.createKey({ name: 'x' });
    await world.useKey(rawKey);
    world.organization.setStatus(id, 'inactive');
    await world.clock.advanceBy(3_000);
    await rejection(world.useKey(rawKey));
    await rejection(world.useKey(rawKey));
    await rejection(world.useKey('nobody'));
    expect(world.organization.use.get(id)?.total).toBe(1);
    expect(world.organization.refusals.get(id)?.total).toBe(2);
    expect(world.organization.refusals.get(UNKNOWN_KEY)?.total).toBe(1);
  });

  it('stops the usage report where it is told to', async () => {
    world.organization.settings.analyticsStalledAt = world.clock.now();
    await world.clock.advanceBy(86_400_000);
    expect(world.organization.analyticsRefreshedAt.toISOString()).toBe('2026-11-20T09:30:00.000Z');
  });
});
