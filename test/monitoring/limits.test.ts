import { RECONCILE_VARIABLES } from '../../lib/contract/function-environment';
import type { WorkspaceSurface } from '../../sandbox/claude/rate-limits';
import type { HttpRequest } from '../../sandbox/http';
import { RAG, World } from '../support/world';
import { declare, declareLimits, HOUR_MS, MINUTE_MS } from './scenarios';

const QUARTER_HOUR_MS = 15 * MINUTE_MS;
const HAIKU = 'claude-haiku-5-5';
const ABOUT_LIMITS = /(rate|spend)_limits/;

describe('the limits of the workspace', () => {
  let world: World;
  let asked: HttpRequest[];
  beforeEach(async () => {
    world = await World.deploy();
    await world.stageAndRotate();
    await world.stage();
    asked = [];
    world.sandbox.observeClaude((request) => {
      if (ABOUT_LIMITS.test(request.path)) asked.push(request);
    });
    world.sandbox.claude.settings.requestsPerMinute = 1_000;
    world.sandbox.claude.settings.tokenCountsPerMinute = 1_000;
  });
  afterEach(() => world.dispose());

  const requestsOf = (surface: WorkspaceSurface) =>
    ({ workspaceId: world.sandbox.settings.workspaceId, surface, limiter: 'requests_per_minute' }) as const;
  const limitOf = (surface: WorkspaceSurface) => world.sandbox.claude.rateLimits.workspaceLimit(requestsOf(surface));
  const ofMessages = () => limitOf('messages');
  const ofCounting = () => limitOf('token_count');
  const setByHand = (value: number | null) => {
    const { claude, clock } = world.sandbox;
    for (const surface of ['messages', 'token_count'] as const)
      claude.rateLimits.setWorkspaceLimit(requestsOf(surface), value, clock.now());
  };
  const changes = () => world.logLines('limit-change').map(({ of, limit, from, to }) => [of, limit, from, to]);
  const messages = () =>
    world.sandbox.aws.sns
      .messages()
      .flatMap(({ subject = '', text }) => (text.startsWith('{') ? [] : [subject]))
      .filter((subject) => subject.includes('limits-'));
  const state = (alarm: string) => world.sandbox.cloudWatch.alarm(`claude-keys-prod-${alarm}`)?.state;
  const wantRequests = (requestsPerMinute: number) =>
    declareLimits(world, { rateLimits: [{ of: HAIKU, requestsPerMinute }] });

  it('are not even asked for where none is declared', async () => {
    setByHand(7);
    await world.sandbox.advance(3 * HOUR_MS);
    expect(asked).toEqual([]);
    expect([ofMessages(), ofCounting()]).toEqual([7, 7]);
  });

  it('are as declared within the hour, and others as they were; the log says what changed', async () => {
    setByHand(7);
    await wantRequests(500);
    await world.sandbox.advance(HOUR_MS);
    expect([ofMessages(), ofCounting()]).toEqual([500, 7]);
    expect(changes()).toEqual([[HAIKU, 'requestsPerMinute', 7, 500]]);
    expect(messages()).toEqual([]);
  });

  it('are put back within the hour when somebody changes or clears one', async () => {
    await wantRequests(500);
    await world.sandbox.advance(HOUR_MS);
    setByHand(900);
    await world.sandbox.advance(HOUR_MS);
    expect(ofMessages()).toBe(500);
    setByHand(null);
    await world.sandbox.advance(HOUR_MS);
    expect(ofMessages()).toBe(500);
    expect(changes().map(([, , from]) => from)).toEqual(['none', 900, 'none']);
  });

  it('are asked for once in an hour, however many are declared, and not changed when nothing changed', async () => {
    world.sandbox.claude.settings.spendLimitAccess = 'all';
    const rateLimits = [HAIKU, 'token_count'].map((of) => ({ of, requestsPerMinute: 500 }));
    await declareLimits(world, { monthlySpendUsd: 5_000, rateLimits });
    await world.sandbox.advance(HOUR_MS);
    asked.length = 0;
    await world.sandbox.advance(3 * HOUR_MS);
    expect(asked.map(({ method }) => method)).toEqual(Array(6).fill('GET'));
  });

  it('set what the workspace may cost where Claude lets them, and tell once where it does not', async () => {
    await declareLimits(world, { monthlySpendUsd: 5_000 });
    await world.sandbox.advance(3 * HOUR_MS);
    expect(world.sandbox.claude.spendLimits.list()).toEqual([]);
    expect(messages()).toEqual(['WARNING limits-not-offered: prod']);

    world.sandbox.claude.settings.spendLimitAccess = 'all';
    await world.sandbox.advance(HOUR_MS + QUARTER_HOUR_MS);
    expect(world.sandbox.claude.spendLimits.list()).toMatchObject([{ amount: '500000' }]);
    expect(messages()).toEqual(['WARNING limits-not-offered: prod', 'OVER limits-not-offered: prod']);
    expect(state('limits-not-offered')).not.toBe('ALARM');
  });

  it('tell nobody of a failure that passes', async () => {
    await wantRequests(500);
    world.sandbox.claude.faults.push({ path: /rate_limits/, times: 2, answer: { status: 500 } });
    await world.sandbox.advance(4 * HOUR_MS);
    expect(world.logLines('limits-not-kept').length).toBe(1);
    expect(ofMessages()).toBe(500);
    expect(messages()).toEqual([]);
    const history = world.sandbox.cloudWatch.alarm('claude-keys-prod-limits-not-kept')?.history ?? [];
    expect(history.filter(({ to }) => to === 'ALARM')).toEqual([]);
  });

  it('are over as a trouble once nothing is declared any more', async () => {
    await declareLimits(world, { monthlySpendUsd: 5_000 });
    await world.sandbox.advance(HOUR_MS);
    await declare(world, { [RECONCILE_VARIABLES.workspaceLimits]: '' });
    await world.sandbox.advance(HOUR_MS);
    expect(messages()).toEqual(['WARNING limits-not-offered: prod', 'OVER limits-not-offered: prod']);
  });

  it.each(['hang', 'drop', { status: 400 }, { status: 200, body: '{"data": [null]}' }] as const)(
    'hold up no rotation and fail no run when the answer about them is %j',
    async (answer) => {
      world.sandbox.claude.faults.push({ path: ABOUT_LIMITS, times: 1_000, answer });
      const rateLimits = [{ of: HAIKU, requestsPerMinute: 500 }];
      await declareLimits(world, { monthlySpendUsd: 5_000, rateLimits });
      const before = world.current();
      await world.rotate(RAG);
      await world.stage();
      await world.sandbox.advance(4 * HOUR_MS);

      expect(world.current()).not.toBe(before);
      expect(world.labelsOf(before ?? '')?.some((label) => label.startsWith('RETIRING-'))).toBe(true);
      expect(asked.length).toBeGreaterThan(4);
      expect(['reconciler-silent', 'reconcile-errors', 'rotation-failed'].map(state)).not.toContain('ALARM');
      expect(state('limits-not-kept')).toBe('ALARM');
      expect(messages()).toContain('WARNING limits-not-kept: prod');
    },
  );

  it('are not asked for while the keys cannot be listed, which tells enough', async () => {
    await wantRequests(500);
    world.sandbox.claude.faults.push({ path: /api_keys/, times: 1_000, answer: { status: 400 } });
    await world.sandbox.advance(2 * HOUR_MS);
    expect(asked).toEqual([]);
    expect(messages()).toEqual([]);
  });
});

describe('where people look after the keys', () => {
  let world: World;
  afterEach(() => world.dispose());

  it('limits that a platform declares all the same are told as not offered, and nothing is asked', async () => {
    world = await World.deploy('dev');
    const asked: string[] = [];
    world.sandbox.observeClaude(({ path }) => asked.push(path));
    await declareLimits(world, { monthlySpendUsd: 100 });
    await world.reconcile();
    const [line] = world.sandbox.aws.sns.messages('claude-keys-dev-warning');
    expect(line?.subject).toBe('WARNING limits-not-offered: dev');
    expect(asked.filter((path) => ABOUT_LIMITS.test(path))).toEqual([]);
  });
});
