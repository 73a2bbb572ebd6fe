import { ClaudeOrganization } from '../../sandbox/claude/organization';
import { VirtualClock } from '../../sandbox/clock';
import { withControl } from '../../sandbox/control';
import { AwsFaults } from '../../sandbox/faults';
import { Random } from '../../sandbox/random';

function setUp() {
  const clock = new VirtualClock(new Date('2026-01-05T08:00:00Z'));
  const claude = new ClaudeOrganization(clock, new Random(1));
  const settings = { workspaceId: claude.addWorkspace() };
  const faults = new AwsFaults();
  const target = {
    clock,
    claude,
    settings,
    faults,
    state: () => ({ seed: 1 }),
    denials: () => [{ operation: 'Publish' }],
  };
  const handler = withControl(target, async () => ({ status: 299, headers: {}, body: 'passed on' }));
  const ask = async (method: string, path: string, body: unknown = {}, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await handler({ method, path, query: new URLSearchParams(), headers, body: text });
    return { status: response.status, body: response.status === 299 ? response.body : JSON.parse(response.body) };
  };
  return { clock, claude, settings, faults, ask };
}

describe('control path', () => {
  it('passes on what does not lie under it', async () => {
    const { ask } = setUp();

    expect(await ask('POST', '/')).toEqual({ status: 299, body: 'passed on' });
  });

  it("creates a key in the environment's workspace and shows its text once", async () => {
    const { claude, settings, ask } = setUp();

    const { body } = await ask('POST', '/_sandbox/keys', { name: 'prod-a-2026-01-05', owner: 'user' });

    expect(claude.isAccepted(body.key)).toBe(true);
    expect(claude.key(body.id)).toMatchObject({ name: 'prod-a-2026-01-05', workspaceId: settings.workspaceId });
    expect(JSON.stringify(await ask('GET', '/_sandbox/state'))).not.toContain(body.key);
  });

  it('moves the clock, and answers when all that was due has run', async () => {
    const { clock, ask } = setUp();
    const ran: string[] = [];
    clock.after(60_000, 'test', () => ran.push(clock.now().toISOString()));

    const answers = [
      await ask('POST', '/_sandbox/clock', { advanceSeconds: 90 }),
      await ask('POST', '/_sandbox/clock', { advanceTo: '2026-01-06T00:00:00Z' }),
    ];

    expect(ran).toEqual(['2026-01-05T08:01:00.000Z']);
    expect(answers.map(({ body }) => body.now)).toEqual(['2026-01-05T08:01:30.000Z', '2026-01-06T00:00:00.000Z']);
  });

  it('shows which calls were refused', async () => {
    const { ask } = setUp();

    expect(await ask('GET', '/_sandbox/decisions')).toEqual({ status: 200, body: [{ operation: 'Publish' }] });
  });

  it('plans faults of both sides, and takes them all back', async () => {
    const { claude, faults, ask } = setUp();
    const aws = {
      service: 'ssm',
      operation: 'GetParameter',
      times: 2,
      side: 'after',
      error: 'ThrottlingException',
      status: 400,
    };

    await ask('POST', '/_sandbox/faults', aws);
    await ask('POST', '/_sandbox/faults', {
      service: 'claude',
      path: '/v1/models',
      status: 529,
      error: 'overloaded_error',
    });
    const planned = [faults.pending(), [...claude.faults]];
    await ask('DELETE', '/_sandbox/faults');

    expect(planned).toMatchObject([
      [
        {
          service: 'ssm',
          operation: 'GetParameter',
          left: 2,
          side: 'after',
          error: { code: 'ThrottlingException', status: 400 },
        },
      ],
      [{ path: '/v1/models', times: 1, answer: { status: 529, type: 'overloaded_error' } }],
    ]);
    expect([faults.pending(), claude.faults]).toEqual([[], []]);
  });

  it.each([
    ['a body that is not JSON', 'keys', 'name=x', 'the body must be JSON'],
    ['a body that is no object', 'keys', '[]', 'the body must be a JSON object'],
    ['a key without a name', 'keys', {}, '"name" is missing; it must be a text'],
    [
      'a field that it does not know',
      'keys',
      { name: 'a', colour: 'red' },
      'unknown field "colour"; allowed are name, workspaceId, owner, expiresAt',
    ],
    [
      'an owner of no known kind',
      'keys',
      { name: 'a', owner: 'robot' },
      '"owner" must be "user" or "service_account" or "none"',
    ],
    ['a workspace that there is not', 'keys', { name: 'a', workspaceId: 'x' }, 'there is no workspace "x"'],
    [
      'two ways to move the clock',
      'clock',
      { advanceSeconds: 1, advanceTo: '2027-01-01' },
      'give either "advanceSeconds" or "advanceTo"',
    ],
    ['half a second', 'clock', { advanceSeconds: 0.5 }, '"advanceSeconds" must be a whole number from 0 to 31622400'],
    [
      'the past',
      'clock',
      { advanceTo: '2020-01-01T00:00:00Z' },
      '"advanceTo" must not be before 2026-01-05T08:00:00.000Z',
    ],
    ['no time at all', 'clock', { advanceTo: 'soon' }, '"advanceTo" must be a time such as 2026-11-20T10:00:00Z'],
    ['a side that there is not', 'faults', { side: 'within' }, '"side" must be "before" or "after"'],
    ['a path of an AWS service', 'faults', { service: 'ssm', path: '/x' }, '"path" goes with service "claude"'],
    [
      'an operation of the Claude API',
      'faults',
      { service: 'claude', operation: 'X' },
      'service "claude" takes "path", not "operation" or "skip"',
    ],
  ])('rejects %s, and says what is allowed', async (_, path, body, error) => {
    const { ask } = setUp();

    expect(await ask('POST', `/_sandbox/${path}`, body)).toEqual({ status: 400, body: { error } });
  });

  it('rejects requests of pages in a browser, which name their origin', async () => {
    const { claude, ask } = setUp();

    const asking = ask('POST', '/_sandbox/keys', { name: 'a' }, { origin: 'https://example.com' });

    await expect(asking).rejects.toMatchObject({ status: 403, message: expect.stringContaining('not for pages') });
    expect(claude.keys()).toEqual([]);
  });

  it('rejects a path that there is not, and names those that there are', async () => {
    const { ask } = setUp();

    const { status, body } = await ask('PUT', '/_sandbox/keys');

    expect([status, body.error]).toEqual([404, expect.stringContaining('POST keys, POST clock, POST faults')]);
  });
});
