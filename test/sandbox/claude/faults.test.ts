import { ClaudeWorld, rejection } from './claude-world';

describe('planned faults of the Claude organization', () => {
  let world: ClaudeWorld;
  let key: { readonly id: string; readonly rawKey: string };
  beforeEach(() => {
    world = new ClaudeWorld();
    key = world.organization.createKey({ name: 'x' });
  });

  const models = () => world.sdk(key.rawKey).models.list();

  it('hit the requests they match, as often as planned, and are gone', async () => {
    world.organization.faults.push({ method: 'GET', path: '/v1/models', times: 2, answer: { status: 529 } });
    await world.useKey(key.rawKey);
    expect(await rejection(models())).toMatchObject({ status: 529, type: 'overloaded_error' });
    expect(await rejection(models())).toMatchObject({ status: 529 });
    await models();
    expect(world.organization.faults).toEqual([]);
  });

  it('can carry headers and a body that is not the issuer’s', async () => {
    world.organization.faults.push({
      path: /models/,
      times: 1,
      answer: { status: 429, headers: { 'retry-after': '7' }, body: '<html>busy</html>' },
    });
    const error = await rejection(models());
    expect(error).toMatchObject({ status: 429, type: null });
    expect(error).toHaveProperty('headers');
  });

  it('can drop a request before it arrives', async () => {
    world.organization.faults.push({ times: 1, answer: 'drop' });
    expect((await rejection(world.useKey(key.rawKey))).name).toBe('APIConnectionError');
    expect(world.organization.use.size).toBe(0);
  });

  it('can lose the answer to a request that took effect', async () => {
    world.organization.faults.push({ method: 'POST', times: 1, answer: 'drop-answer' });
    const update = world.sdk(world.adminKey).organization.apiKeys.update(key.id, { status: 'inactive' });
    expect((await rejection(update)).name).toBe('APIConnectionError');
    expect(world.organization.key(key.id).status).toBe('inactive');
  });
});
