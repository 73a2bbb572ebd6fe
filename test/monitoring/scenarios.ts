import { reportErrors, reportRefusals } from '../../lib/client';
import { RECONCILE_VARIABLES } from '../../lib/contract/function-environment';
import type { Condition } from '../../lib/contract/metrics';
import {
  breakGlassRoleName,
  reconcileFunctionName,
  registrationParameterName,
  secretName,
} from '../../lib/contract/names';
import type { Registration, ServicePolicy } from '../../lib/contract/registration';
import type { WorkspaceLimits } from '../../lib/contract/workspace-limits';
import { roleSession } from '../../sandbox/aws/role-session';
import { RAG, type World } from '../support/world';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Requests of an ordinary working hour. */
const USUAL = 200;

/** Something that goes wrong, and the alarm that must tell of it. */
export interface AlarmScenario {
  readonly alarm:
    | Condition
    | 'calls-refused'
    | 'calls-failing'
    | 'reconciler-silent'
    | 'reconcile-errors'
    | 'rotate-errors'
    | 'events-dropped';
  /** What is told by a message as well: a service, the environment itself, or nothing beyond the alarm. */
  readonly told: 'service' | 'environment' | 'alarm only';
  /** From `act` to the alarm. */
  readonly withinMs: number;
  /** What holds before; by default a current key and a spare. */
  readonly prepare?: (world: World) => Promise<unknown>;
  readonly act: (world: World) => unknown;
}

/** A current key and nothing to replace it. */
const keyWithoutSpare = (world: World): Promise<unknown> => world.stageAndRotate();

const keyAndSpare = async (world: World): Promise<void> => {
  await world.stageAndRotate();
  await world.stage();
};

/** The same, and four weeks of use in working hours by the current key. */
export const ordinaryMonth = async (world: World): Promise<void> => {
  await ordinaryWeeks(world, HOUR_MS);
};

/** Four weeks of use by the current key, Monday to Sunday, from seven to six, up to a whole unit of time ago. */
export async function ordinaryWeeks(world: World, upToWhole: number): Promise<void> {
  await keyAndSpare(world);
  const { claude, clock, settings } = world.sandbox;
  const keyId = world.current() ?? '';
  const today = Math.floor(clock.now().getTime() / DAY_MS) * DAY_MS;
  const end = Math.floor(clock.now().getTime() / upToWhole) * upToWhole;
  for (let day = -28; day <= 0; day++)
    for (let hour = 7; hour < 18; hour++) {
      const time = new Date(today + day * DAY_MS + hour * HOUR_MS + 5 * MINUTE_MS);
      if (time.getTime() >= end) continue;
      for (let count = 0; count < USUAL; count++)
        claude.ledger.record({ keyId, workspaceId: settings.workspaceId, model: 'claude-haiku-5-5' }, time);
    }
}

/** The current key is used now. */
export function use(world: World, times: number, outputTokens?: number): void {
  const { claude, clock, settings } = world.sandbox;
  const tokens = outputTokens === undefined ? {} : { outputTokens };
  const what = {
    keyId: world.current() ?? '',
    workspaceId: settings.workspaceId,
    model: 'claude-haiku-5-5',
    ...tokens,
  };
  for (let count = 0; count < times; count++) claude.ledger.record(what, clock.now());
}

/** The service is deployed again with another policy. */
export async function changePolicy({ sandbox, environment }: World, policy: Partial<ServicePolicy>): Promise<void> {
  const Name = registrationParameterName(environment, RAG);
  const found = sandbox.aws.ssm.parameters().find(({ name }) => name === Name);
  const registration = JSON.parse(found?.value ?? '{}') as Registration;
  const Value = JSON.stringify({ ...registration, policy: { ...registration.policy, ...policy } });
  const { account } = sandbox;
  await account.call('ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true }, account.administrator);
}

/** Somebody writes into the parameter that a service's stack owns. */
async function breakRegistration({ sandbox, environment }: World): Promise<void> {
  const { account } = sandbox;
  const Name = registrationParameterName(environment, RAG);
  const input = { Name, Value: '{"service":', Type: 'String', Overwrite: true };
  await account.call('ssm', 'PutParameter', input, account.administrator);
}

const killCurrentKey = (world: World): void => {
  world.failAws('secretsmanager', 'RotateSecret', 1_000);
  world.sandbox.claude.setStatus(world.current() ?? '', 'inactive');
};

const spend =
  (requests: number) =>
  async (world: World): Promise<void> => {
    await changePolicy(world, { dailyBudgetUsd: 1, requestsFloorPerHour: 1_000_000 });
    use(world, requests);
  };

/** A message costs 0.017 cents here. */
const REQUESTS_PER_USD = 100_000 / 17;

const keyOf =
  (owner: 'user' | 'none') =>
  async (world: World): Promise<void> => {
    await world.stage(RAG, { owner });
    await world.rotate();
    await world.stage();
  };

/** Somebody reads the service's key in a role of this account. */
function readAs({ sandbox, environment }: World, role: string): Promise<unknown> {
  const { account } = sandbox;
  const SecretId = secretName(environment, RAG);
  return account.call('secretsmanager', 'GetSecretValue', { SecretId }, roleSession(account.id, role, 'a-person'));
}

/** CloudTrail tells of a read in the role for emergencies, which operators deploy for themselves. */
function tellOfBreakGlassRead({ sandbox, environment }: World): void {
  const userName = breakGlassRoleName(environment);
  const { principal: arn } = roleSession(sandbox.account.id, userName, 'a-person');
  sandbox.aws.events.emit({
    source: 'aws.secretsmanager',
    detailType: 'AWS API Call via CloudTrail',
    detail: {
      eventName: 'GetSecretValue',
      readOnly: true,
      requestParameters: { secretId: secretName(environment, RAG) },
      userIdentity: { type: 'AssumedRole', arn, sessionContext: { sessionIssuer: { userName } } },
    },
    resources: [],
  });
}

/** The platform is deployed again with the day on which its admin key expires. */
function declareAdminKeyExpiry(world: World, inMs: number): Promise<void> {
  const day = new Date(world.sandbox.clock.now().getTime() + inMs).toISOString().slice(0, 10);
  return declare(world, { [RECONCILE_VARIABLES.adminKeyExpiresOn]: day });
}

/** The platform is deployed again with limits of its workspace. */
export const declareLimits = (world: World, limits: Partial<WorkspaceLimits>): Promise<void> =>
  declare(world, { [RECONCILE_VARIABLES.workspaceLimits]: JSON.stringify({ rateLimits: [], ...limits }) });

/** The platform is deployed again with other settings of the reconciler. */
export async function declare({ sandbox }: World, variables: Readonly<Record<string, string>>): Promise<void> {
  const { account, environment } = sandbox;
  const FunctionName = reconcileFunctionName(environment);
  const ask = { FunctionName };
  const found = await account.call('lambda', 'GetFunctionConfiguration', ask, account.administrator);
  const { Environment, Role, Handler, Runtime, Timeout, MemorySize, LoggingConfig } = found;
  const { Variables } = Environment as { readonly Variables: Readonly<Record<string, string>> };
  const changed = { Variables: { ...Variables, ...variables } };
  const same = { Role, Handler, Runtime, Timeout, MemorySize, LoggingConfig };
  const input = { FunctionName, ...same, Environment: changed };
  await account.call('lambda', 'UpdateFunctionConfiguration', input, account.administrator);
}

/** A service sends requests that Claude answers with an error, and what it writes to its log becomes metrics, as CloudWatch makes them. */
export async function sendFailing(
  { sandbox, environment }: World,
  status: number,
  times: number,
  report: typeof reportErrors = reportErrors,
): Promise<void> {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const middleware = report({ environment, service: RAG, perService: true, clock: sandbox.clock, write });
  for (let call = 0; call < times; call++)
    await middleware({ headers: new Headers() }, async () => new Response(null, { status }));
  for (const line of lines) await publishEmbedded(sandbox, JSON.parse(line) as EmbeddedMetrics);
}

interface EmbeddedMetrics {
  readonly [field: string]: unknown;
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

async function publishEmbedded({ account }: World['sandbox'], line: EmbeddedMetrics): Promise<void> {
  for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics)
    for (const names of Dimensions)
      for (const { Name } of Metrics) {
        const of = names.map((each) => ({ Name: each, Value: String(line[each]) }));
        const MetricData = [{ MetricName: Name, Value: Number(line[Name]), Dimensions: of }];
        await account.call('monitoring', 'PutMetricData', { Namespace, MetricData }, account.administrator);
      }
}

/** One thing that goes wrong for each alarm. */
export const ALARM_SCENARIOS: readonly AlarmScenario[] = [
  { alarm: 'current-key-dead', told: 'service', withinMs: 20 * MINUTE_MS, act: killCurrentKey },
  {
    alarm: 'key-too-old',
    told: 'service',
    withinMs: DAY_MS + 20 * MINUTE_MS,
    act: (world) => changePolicy(world, { maxAgeDays: 1, rotateEveryDays: 90 }),
  },
  {
    alarm: 'rotation-overdue',
    told: 'service',
    withinMs: 3 * DAY_MS + 20 * MINUTE_MS,
    act: (world) => changePolicy(world, { rotateEveryDays: 1 }),
  },
  {
    alarm: 'rotation-failed',
    told: 'service',
    withinMs: HOUR_MS + 20 * MINUTE_MS,
    prepare: keyWithoutSpare,
    act: (world) => world.rotate(),
  },
  {
    alarm: 'rotation-abandoned',
    told: 'service',
    withinMs: 4 * HOUR_MS + 20 * MINUTE_MS,
    prepare: keyWithoutSpare,
    act: (world) => world.rotate(),
  },
  {
    alarm: 'rotate-errors',
    told: 'alarm only',
    withinMs: 20 * MINUTE_MS,
    prepare: keyWithoutSpare,
    act: (world) => world.rotate(),
  },
  {
    alarm: 'retirement-overdue',
    told: 'service',
    withinMs: DAY_MS + 35 * MINUTE_MS,
    act: async (world) => {
      await changePolicy(world, { overlapHours: 1, quietHours: 20, retirementDeadlineDays: 1 });
      const old = world.current() ?? '';
      await world.rotate();
      await world.stage();
      const stop = world.sandbox.clock.at(
        new Date(world.sandbox.clock.now().getTime() + 12 * HOUR_MS),
        'old use',
        () => {
          world.sandbox.claude.recordUse(old);
        },
      );
      return stop;
    },
  },
  {
    alarm: 'key-expiring',
    told: 'service',
    withinMs: DAY_MS + 20 * MINUTE_MS,
    prepare: async (world) => {
      await world.stage(RAG, { expiresAt: new Date(world.sandbox.clock.now().getTime() + 8 * DAY_MS) });
      await world.rotate();
    },
    act: () => {},
  },
  {
    alarm: 'no-spare',
    told: 'service',
    withinMs: 6 * HOUR_MS + 35 * MINUTE_MS,
    act: (world) => world.rotate(),
  },
  { alarm: 'key-disabled-outside', told: 'service', withinMs: 20 * MINUTE_MS, act: killCurrentKey },
  { alarm: 'personal-key', told: 'service', withinMs: 20 * MINUTE_MS, prepare: async () => {}, act: keyOf('user') },
  { alarm: 'ownerless-key', told: 'service', withinMs: 20 * MINUTE_MS, prepare: async () => {}, act: keyOf('none') },
  {
    alarm: 'requests-above-baseline',
    told: 'service',
    withinMs: 35 * MINUTE_MS,
    prepare: ordinaryMonth,
    act: (world) => use(world, 2 * USUAL + 1),
  },
  {
    alarm: 'requests-far-above-baseline',
    told: 'service',
    withinMs: 35 * MINUTE_MS,
    prepare: ordinaryMonth,
    act: (world) => use(world, 10 * USUAL + 1),
  },
  {
    alarm: 'output-tokens-above-baseline',
    told: 'service',
    withinMs: 35 * MINUTE_MS,
    prepare: ordinaryMonth,
    act: (world) => use(world, 1, 500_001),
  },
  {
    alarm: 'use-at-unusual-hours',
    told: 'service',
    withinMs: 35 * MINUTE_MS,
    prepare: async (world) => {
      await ordinaryMonth(world);
      await world.sandbox.advance(19 * HOUR_MS + 10 * MINUTE_MS); // from eight to ten past three
    },
    act: (world) => use(world, 1),
  },
  { alarm: 'budget-50-percent', told: 'service', withinMs: 65 * MINUTE_MS, act: spend(0.51 * REQUESTS_PER_USD) },
  { alarm: 'budget-75-percent', told: 'service', withinMs: 65 * MINUTE_MS, act: spend(0.76 * REQUESTS_PER_USD) },
  { alarm: 'budget-90-percent', told: 'service', withinMs: 65 * MINUTE_MS, act: spend(0.91 * REQUESTS_PER_USD) },
  { alarm: 'budget-spent', told: 'service', withinMs: 65 * MINUTE_MS, act: spend(1.01 * REQUESTS_PER_USD) },
  {
    alarm: 'unknown-key',
    told: 'environment',
    withinMs: DAY_MS + 35 * MINUTE_MS,
    act: ({ sandbox }) => sandbox.claude.createKey({ name: 'a try', workspaceId: sandbox.settings.workspaceId }),
  },
  {
    alarm: 'admin-access-failing',
    told: 'environment',
    withinMs: 20 * MINUTE_MS,
    act: ({ sandbox }) => sandbox.claude.faults.push({ path: /api_keys/, times: 1_000, answer: { status: 400 } }),
  },
  {
    alarm: 'usage-report-old',
    told: 'environment',
    withinMs: 7 * HOUR_MS + 35 * MINUTE_MS,
    act: ({ sandbox }) => {
      sandbox.claude.settings.analyticsStalledAt = sandbox.clock.now();
    },
  },
  {
    alarm: 'admin-key-old',
    told: 'environment',
    withinMs: 75 * MINUTE_MS,
    prepare: async (world) => {
      await world.sandbox.advance(1);
      await world.sleep(90 * DAY_MS - 30 * MINUTE_MS);
    },
    act: () => {},
  },
  {
    alarm: 'secret-read-refused',
    told: 'service',
    withinMs: 20 * MINUTE_MS,
    act: (world) => readAs(world, 'some-role').catch(() => undefined),
  },
  {
    alarm: 'break-glass-read',
    told: 'service',
    withinMs: 20 * MINUTE_MS,
    act: tellOfBreakGlassRead,
  },
  {
    alarm: 'admin-key-expiring',
    told: 'environment',
    withinMs: 20 * MINUTE_MS,
    act: (world) => declareAdminKeyExpiry(world, 30 * DAY_MS),
  },
  {
    alarm: 'broken-registration',
    told: 'service',
    withinMs: 20 * MINUTE_MS,
    act: breakRegistration,
  },
  {
    alarm: 'service-failing',
    told: 'service',
    withinMs: 80 * MINUTE_MS,
    act: (world) => {
      world.failAws('secretsmanager', 'RotateSecret', 1_000);
      world.sandbox.claude.setStatus(world.current() ?? '', 'inactive');
    },
  },
  {
    alarm: 'limits-not-kept',
    told: 'environment',
    withinMs: 2 * HOUR_MS + 20 * MINUTE_MS,
    // The organization has no rate limits at all.
    act: (world) => declareLimits(world, { rateLimits: [{ of: 'claude-haiku-5-5', requestsPerMinute: 500 }] }),
  },
  {
    alarm: 'limits-not-offered',
    told: 'environment',
    withinMs: 65 * MINUTE_MS,
    act: (world) => declareLimits(world, { monthlySpendUsd: 5_000 }),
  },
  {
    alarm: 'messages-failing',
    told: 'alarm only',
    withinMs: 35 * MINUTE_MS,
    act: (world) => {
      world.failAws('ssm', 'PutParameter', 1_000);
      killCurrentKey(world);
    },
  },
  {
    alarm: 'calls-refused',
    told: 'alarm only',
    withinMs: 5 * MINUTE_MS,
    act: (world) => sendFailing(world, 401, 3, reportRefusals),
  },
  {
    alarm: 'calls-failing',
    told: 'alarm only',
    withinMs: 5 * MINUTE_MS,
    act: (world) => sendFailing(world, 400, 20),
  },
  {
    alarm: 'reconciler-silent',
    told: 'alarm only',
    withinMs: 2 * HOUR_MS,
    act: ({ sandbox }) => {
      const error = { code: 'ServiceException', message: 'off', status: 500 };
      const caller = 'events.amazonaws.com';
      sandbox.faults.plan({
        service: 'lambda',
        operation: 'Invoke',
        caller,
        times: 1_000,
        skip: 0,
        side: 'before',
        error,
      });
    },
  },
  {
    alarm: 'reconcile-errors',
    told: 'alarm only',
    withinMs: 75 * MINUTE_MS,
    act: (world) => world.failAws('secretsmanager', 'ListSecrets', 1_000),
  },
  {
    alarm: 'events-dropped',
    told: 'alarm only',
    withinMs: 20 * MINUTE_MS,
    // The message about a read fails for as long as Lambda tries, and then it is too late for it.
    act: async (world) => {
      const error = { code: 'InternalServiceError', message: 'An error occurred on the server side.', status: 500 };
      const caller = reconcileFunctionName('prod');
      world.sandbox.faults.plan({ operation: 'Publish', caller, times: 1_000, skip: 0, side: 'before', error });
      await readAs(world, 'some-role').catch(() => undefined);
      await world.sandbox.advance(4 * MINUTE_MS);
      world.sandbox.faults.clear();
    },
  },
];
