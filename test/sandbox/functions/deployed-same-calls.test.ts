import { reconcileFunctionName, rotateFunctionName } from '../../../lib/contract/names';
import { Sandbox } from '../../../sandbox/sandbox';
import { ASSEMBLY, promptSandbox } from '../../support/deployed-sandbox';
import { World } from '../../support/world';

const HOUR_MS = 3_600_000;
/** The overlap, the hours without use, and one more for the reconciler to see both. */
const UNTIL_RETIRED_MS = (48 + 24 + 1) * HOUR_MS;
const ROTATE = rotateFunctionName('prod');
const RECONCILE = reconcileFunctionName('prod');
const READ = /:(Get|List|Describe|BatchGet|Decrypt|GET)/;

/** The calls of one caller. Reads that a function makes at once may arrive in any order; what it changes may not. */
class Calls {
  readonly #reads: string[] = [];
  /** In their order. */
  readonly changes: string[] = [];

  add(at: Date, call: string, details: unknown): void {
    const text = `${at.toISOString()} ${call} ${JSON.stringify(details)}`;
    (READ.test(call) ? this.#reads : this.changes).push(text);
  }

  /** By their instant. */
  get reads(): readonly string[] {
    return [...this.#reads].sort();
  }
}

/** What the functions ask of AWS and of Claude in one rotation and until its old key is retired. */
async function callsOf(deploying: Promise<Sandbox>) {
  const world = await World.deploy('prod', deploying);
  const { account, clock } = world.sandbox;
  const old = await world.stageAndRotate();
  const calls = { [ROTATE]: new Calls(), [RECONCILE]: new Calls(), claude: new Calls() };
  account.observe({
    before: ({ service, operation, input, caller }) => {
      const name = [ROTATE, RECONCILE].find((each) => caller.principal.includes(`:assumed-role/${each}/`));
      if (name) calls[name]?.add(clock.now(), `${service}:${operation}`, [caller.via, input]);
    },
  });
  world.sandbox.observeClaude(({ method, path, query, body }) =>
    calls.claude.add(clock.now(), `claude:${method}`, [path, [...query], body]),
  );
  await world.stageAndRotate();
  world.work();
  await world.sandbox.advance(UNTIL_RETIRED_MS);
  const status = world.statusOf(old.id);
  await world.dispose();
  return { calls, status };
}

type Asked = Awaited<ReturnType<typeof callsOf>>['calls'];

/** The operations of a caller, each once. */
const operationsOf = ({ reads, changes }: Calls): readonly string[] =>
  [...new Set([...reads, ...changes].map((text) => text.split(' ')[1] ?? ''))].sort();

const plain = (asked: Asked) =>
  Object.fromEntries(Object.entries(asked).map(([name, { reads, changes }]) => [name, { reads, changes }]));

describe('the bundles in workers and the same handlers from source', () => {
  it('make the same calls at the same instants, from a rotation to the retirement of its old key', async () => {
    const bundles = await callsOf(Sandbox.create({ assembly: ASSEMBLY, stage: 'prod' }));
    const source = await callsOf(promptSandbox());

    expect([bundles.status, source.status]).toEqual(['inactive', 'inactive']);
    expect(plain(bundles.calls)).toEqual(plain(source.calls));
    expect(operationsOf(source.calls.claude)).toEqual(['claude:GET', 'claude:POST']);
    expect(operationsOf(source.calls[ROTATE] ?? new Calls())).toEqual(
      expect.arrayContaining(['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage']),
    );
    expect(operationsOf(source.calls[RECONCILE] ?? new Calls())).toEqual(
      expect.arrayContaining(['monitoring:PutMetricData', 'ssm:GetParametersByPath']),
    );
  });
});
