import { RECONCILE_VARIABLES } from '../../lib/contract/function-environment';
import type { PlannedFault } from '../../sandbox/claude/faults';
import { RAG, World } from '../support/world';
import { DAY_MS, declare, HOUR_MS, MINUTE_MS, ordinaryMonth, ordinaryWeeks, use } from './scenarios';

const FIGURES_OF_USE = ['hour', 'requests', 'inputTokens', 'outputTokens', 'usualRequests', 'requestsRatio'] as const;
const FIGURES_OF_COST = ['costTodayUsd', 'costMonthUsd', 'retiringKeyRequests'] as const;
const FIGURES_OF_KEYS = ['createdDays', 'expiresInDays'] as const;

/** What is wrong with the Admin API, what of it cannot be known then, and the alarm that tells. */
interface Trouble {
  readonly begin: (world: World) => unknown;
  readonly end: (world: World) => unknown;
  readonly unknown: readonly string[];
  readonly alarm: 'admin-access-failing' | 'usage-report-old';
  readonly figure: string;
}

const ALL = [...FIGURES_OF_USE, ...FIGURES_OF_COST, ...FIGURES_OF_KEYS];

const answering = (answer: PlannedFault['answer'], path: RegExp): Pick<Trouble, 'begin' | 'end'> => ({
  begin: ({ sandbox }) => sandbox.claude.faults.push({ path, times: Number.MAX_SAFE_INTEGER, answer }),
  end: ({ sandbox }) => void sandbox.claude.faults.splice(0),
});

const reconcilerAsks = (workspaceId: (world: World) => string) => (world: World) =>
  declare(world, { [RECONCILE_VARIABLES.workspaceId]: workspaceId(world) });

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'fails on every call': {
    ...answering({ status: 500 }, /^\/v1\/organizations\//),
    unknown: ALL,
    alarm: 'admin-access-failing',
    figure: 'the list of keys cannot be read',
  },
  'never answers': {
    ...answering('hang', /^\/v1\/organizations\//),
    unknown: ALL,
    alarm: 'admin-access-failing',
    figure: 'the list of keys cannot be read',
  },
  'is empty, as that of a workspace that is not ours': {
    begin: reconcilerAsks(() => 'wrkspc_of_nobody'),
    end: reconcilerAsks(({ sandbox }) => sandbox.settings.workspaceId),
    unknown: ALL,
    alarm: 'admin-access-failing',
    figure: 'the list of keys shows none of those that services hold',
  },
  'fails on the reports of use alone': {
    ...answering({ status: 503 }, /\/analytics\//),
    unknown: [...FIGURES_OF_USE, ...FIGURES_OF_COST],
    alarm: 'usage-report-old',
    figure: 'it cannot be read',
  },
  'limits the rate to one call a minute': {
    begin: ({ sandbox }) => {
      sandbox.claude.settings.adminRequestsPerMinute = 1;
    },
    end: ({ sandbox }) => {
      sandbox.claude.settings.adminRequestsPerMinute = undefined;
    },
    unknown: [...FIGURES_OF_USE, ...FIGURES_OF_COST],
    alarm: 'usage-report-old',
    figure: 'it cannot be read',
  },
};

/** The figures of the service in the last line of the log. */
const figuresIn = (world: World) => world.logLines('service').findLast(({ serviceName }) => serviceName === RAG) ?? {};

/** What the reconciler itself told people. */
const toldOf = (world: World, condition: string): readonly string[] =>
  world.sandbox.aws.sns
    .messages()
    .map(({ text }) => text)
    .filter((text) => text.includes(`docs/runbook.md#${condition}`) && !text.startsWith('{'));

describe.each(Object.entries(TROUBLES))('while the Admin API %s', (_what, trouble) => {
  let world: World;
  beforeAll(async () => {
    world = await World.deploy();
    await ordinaryMonth(world);
    await world.sandbox.advance(HOUR_MS);
    use(world, 200);
    await world.sandbox.advance(30 * MINUTE_MS);
  }, 120_000);
  afterAll(() => world.dispose());

  const unknownFigures = () => ALL.filter((name) => figuresIn(world)[name] === 'unknown');
  const alarm = () => world.sandbox.cloudWatch.alarm(`claude-keys-prod-${trouble.alarm}`)?.state;
  const told = () => toldOf(world, trouble.alarm);

  it('figures say unknown, never zero, an alarm tells, and a message says what is wrong', async () => {
    expect(unknownFigures()).toEqual([]);
    expect(alarm()).not.toBe('ALARM');
    await trouble.begin(world);
    await world.sandbox.advance(2 * HOUR_MS);
    expect(unknownFigures()).toEqual(ALL.filter((name) => trouble.unknown.includes(name)));
    expect(alarm()).toBe('ALARM');
    expect(told()).toEqual([expect.stringContaining(`Figure: ${trouble.figure}`)]);
  });

  it('rotation goes on, and the old key stays', async () => {
    const old = world.current() ?? '';
    await world.rotate();
    expect(world.current()).not.toBe(old);
    for (let day = 0; day < 3; day++) {
      await world.sandbox.advance(DAY_MS);
      use(world, 200);
    }
    expect(world.statusOf(old)).toBe('active');
    expect(world.statusOf(world.current() ?? '')).toBe('active');
  });

  it('all is known again once it is over, and the old key retires', async () => {
    await trouble.end(world);
    for (let hour = 0; hour < 3 * 24; hour++) {
      await world.sandbox.advance(HOUR_MS);
      use(world, 200);
    }
    await world.sandbox.advance(MINUTE_MS * 20);
    expect(unknownFigures()).toEqual([]);
    expect(alarm()).not.toBe('ALARM');
    expect(world.sandbox.claude.keys().map(({ status }) => status)).toContain('inactive');
  });
});

describe('a report of use that is complete, and empty', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy();
  });
  afterEach(() => world.dispose());

  const state = () => world.sandbox.cloudWatch.alarm('claude-keys-prod-usage-report-old')?.state;

  it('is not believed where there is always much use at these hours, until some shows', async () => {
    await ordinaryWeeks(world, DAY_MS);
    await world.sandbox.advance(2 * HOUR_MS);
    expect(figuresIn(world)).toMatchObject({ requests: 'unknown', requestsRatio: 'unknown' });
    expect(state()).toBe('ALARM');
    expect(toldOf(world, 'usage-report-old')).toEqual([expect.stringContaining('Figure: it shows no use at all')]);

    use(world, 200);
    await world.sandbox.advance(HOUR_MS + 20 * MINUTE_MS);
    expect(figuresIn(world)).toMatchObject({ requests: 200, requestsRatio: 1 });
    expect(state()).not.toBe('ALARM');
  });

  it('is believed where nobody ever uses the environment', async () => {
    await world.stageAndRotate();
    await world.stage();
    await world.sandbox.advance(2 * HOUR_MS);
    expect(figuresIn(world)).toMatchObject({ requests: 0, inputTokens: 0, costTodayUsd: 0 });
    expect(state()).not.toBe('ALARM');
    expect(toldOf(world, 'usage-report-old')).toEqual([]);
  });

  it('is believed at night, where use begins in the morning', async () => {
    await ordinaryMonth(world);
    await world.sandbox.advance(20 * HOUR_MS);
    expect(figuresIn(world)).toMatchObject({ requests: 0 });
    expect(state()).not.toBe('ALARM');
  });
});
