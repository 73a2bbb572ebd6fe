import { ClaudeWorld } from './claude-world';

describe('cutPage', () => {
  it('keeps its place when the key that a cursor names leaves the filter', async () => {
    const world = new ClaudeWorld();
    for (let i = 0; i < 4; i++) world.organization.createKey({ name: `key ${i}` });
    const keys = world.sdk(world.adminKey).organization.apiKeys;
    const first = await keys.list({ limit: 2, status: 'active' });
    world.organization.setStatus(first.last_id ?? '', 'inactive');
    const second = await first.getNextPage();
    expect(second.data).toHaveLength(2);
  });
});
