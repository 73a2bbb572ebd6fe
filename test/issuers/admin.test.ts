import { inspect } from 'node:util';
import { ApiKey } from '../../lib/core/api-key';
import { KeyRotationError } from '../../lib/core/errors';
import { rejection } from '../sandbox/claude/claude-world';
import { ClaudeConsoleWorld } from './claude-console-world';

const LIST = { data: [], has_more: false, first_id: null, last_id: null };

describe('ClaudeConsoleKeys', () => {
  let world: ClaudeConsoleWorld;
  beforeEach(() => {
    world = new ClaudeConsoleWorld();
  });

  const goodKey = () => ({
    id: 'apikey_01x',
    type: 'api_key',
    name: 'x',
    status: 'active',
    created_at: '2026-11-20T09:30:00Z',
    created_by: null,
    expires_at: null,
    partial_key_hint: null,
    principal: null,
    scope: { type: 'workspace', workspace_id: world.workspaceId },
  });

  it('asks for its workspace alone', async () => {
    await world.keys.list();
    expect(world.requests[0]?.query.get('workspace_id')).toBe(world.workspaceId);
  });

  it('reads all pages', async () => {
    for (const last of ['apikey_01a', 'apikey_01b']) {
      world.answerNext(200, { ...LIST, data: [{ ...goodKey(), id: last }], has_more: true, last_id: last });
    }
    const { id } = world.ourKey();
    world.answerNext(200, { ...LIST, data: [{ ...goodKey(), id }] });
    expect((await world.keys.list()).map((key) => key.id)).toEqual(['apikey_01a', 'apikey_01b', id]);
    expect(world.requests.map(({ query }) => query.get('after_id'))).toEqual([null, 'apikey_01a', 'apikey_01b']);
  });

  it('reads owner, hint and expiry', async () => {
    const expiresAt = new Date('2027-01-01T00:00:00Z');
    const { workspaceId } = world;
    world.organization.createKey({ name: 'none', workspaceId, owner: 'none', hint: 'none' });
    world.organization.createKey({ name: 'user', workspaceId, owner: 'user', expiresAt });
    world.organization.createKey({ name: 'service', workspaceId });
    const keys = await world.keys.list();
    expect(keys.map(({ name, owner }) => [name, owner])).toEqual([
      ['service', 'service_account'],
      ['user', 'user'],
      ['none', 'none'],
    ]);
    expect(keys[2]?.hint).toBeNull();
    expect(keys[2]).not.toHaveProperty('expiresAt');
    expect(keys[1]).toMatchObject({ expiresAt, hint: expect.stringMatching(/^.{16}\.\.\..{4}$/) });
  });

  it('drops a key of another workspace even if the issuer lists it', async () => {
    const elsewhere = { ...goodKey(), scope: { type: 'workspace', workspace_id: 'wrkspc_other' } };
    const nowhere = { ...goodKey(), scope: { type: 'organization' } };
    world.answerNext(200, { ...LIST, data: [elsewhere, nowhere] });
    expect(await world.keys.list()).toEqual([]);
  });

  it('asks for the admin key anew for every request', async () => {
    let asked = 0;
    const counting: ClaudeConsoleWorld = new ClaudeConsoleWorld({}, async () => {
      asked += 1;
      return new ApiKey(counting.adminKey);
    });
    await counting.keys.list();
    await counting.keys.list();
    expect(asked).toBe(2);
  });

  it('passes an error of ours from reading the admin key through as it is', async () => {
    const error = new KeyRotationError('AwsFailed', 'the admin key could not be read');
    const failing = new ClaudeConsoleWorld({}, async () => Promise.reject(error));
    expect(await rejection(failing.keys.list())).toBe(error);
    expect(await rejection(failing.keys.find('apikey_01x'))).toBe(error);
    expect(await rejection(failing.usage.since(failing.clock.now()))).toBe(error);
  });

  it('rejects a change that the issuer accepts and does not make', async () => {
    const { id } = world.ourKey();
    world.organization.faults.push({
      method: 'POST',
      times: 1,
      answer: { status: 200, body: JSON.stringify({ ...goodKey(), id }) },
    });
    await expect(world.keys.setStatus(id, 'inactive')).rejects.toMatchObject({
      code: 'IssuerFailed',
      message: expect.stringContaining(`the key ${id} is not inactive after a change that was accepted`),
    });
  });

  it('does not ask again for a status that a key has', async () => {
    const { id } = world.ourKey();
    await world.keys.setStatus(id, 'active');
    expect(world.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('rejects a find whose 404 is not the issuer’s', async () => {
    world.answerNext(404, '<html>no such host</html>');
    await expect(world.keys.find('apikey_01x')).rejects.toMatchObject({ code: 'IssuerFailed' });
  });

  const badLists: readonly [string, string | object][] = [
    ['a page of HTML', '<html>private words</html>'],
    ['half a document', '{"data": [{"id": "private words"'],
    ['an empty body', ''],
    ['null', 'null'],
    ['a list without data', { has_more: false, first_id: null, last_id: null }],
    ['a list that does not say whether there is more', { data: [], first_id: null, last_id: null }],
    ['more pages without a cursor', { ...LIST, has_more: true }],
    ['an item that is no object', { ...LIST, data: ['private words'] }],
  ];

  it.each(badLists)('rejects %s in place of the list', async (_what, body) => {
    world.answerNext(200, body);
    const error = await rejection(world.keys.list());
    expect(error).toMatchObject({ code: 'IssuerFailed', fault: 'issuer', retryable: true });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('private words');
  });

  it.each([
    ['id', undefined],
    ['id', ''],
    ['name', 7],
    ['status', 'paused'],
    ['status', undefined],
    ['created_at', 'yesterday'],
    ['expires_at', undefined],
    ['partial_key_hint', undefined],
    ['principal', undefined],
    ['principal', { type: 'robot' }],
    ['scope', null],
    ['scope', { type: 'planet' }],
    ['scope', { type: 'workspace' }],
  ])('rejects a key whose %s is %j, and names the field', async (field, value) => {
    world.answerNext(200, { ...LIST, data: [{ ...goodKey(), [field]: value }] });
    const error = await rejection(world.keys.list());
    expect(error).toMatchObject({ code: 'IssuerFailed', message: expect.stringContaining(`"${field}"`) });
    expect(error.message).not.toMatch(/paused|yesterday|robot|planet/);
  });

  it('rejects pages that do not move on, rather than read for ever', async () => {
    const page = { ...LIST, data: [goodKey()], has_more: true, last_id: 'apikey_01x' };
    world.answerNext(200, page);
    world.answerNext(200, page);
    await expect(world.keys.list()).rejects.toMatchObject({ message: expect.stringContaining('does not move on') });
  });

  it.each([400, 401, 403, 404, 409, 429, 500, 529])('rejects with our words alone for status %i', async (status) => {
    world.answerNext(status, { type: 'error', error: { type: 'api_error', message: 'private words' } });
    const error = await rejection(world.keys.list());
    expect(error).toMatchObject({ code: 'IssuerFailed', message: expect.stringContaining(`${status}`) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('private words');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(world.adminKey.slice(16, -4));
  });

  it('knows after a lost answer only what it asks again', async () => {
    const { id } = world.ourKey();
    world.organization.faults.push({ method: 'POST', times: 1, answer: 'drop-answer' });
    await expect(world.keys.setStatus(id, 'inactive')).rejects.toMatchObject({ code: 'IssuerFailed' });
    expect((await world.keys.find(id))?.status).toBe('inactive');
  });
});
