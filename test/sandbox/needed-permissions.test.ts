import { reconcileRoleName, registrationParameterName, rotateRoleName } from '../../lib/contract/names';
import { AwsError } from '../../sandbox/aws/service';
import { type GrantedAction, grantedActions, nameOf, recordUses, revoke } from '../support/permissions';
import { RAG, World } from '../support/world';

const DAY_MS = 24 * 3_600_000;

type Scenario = (world: World) => Promise<unknown>;

/** From the shortest to the longest: each permission is tried on the first that uses it. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  status: (world) => world.reconcile({ action: 'status', service: RAG }),
  'first key': async (world) => {
    await world.stage();
    await world.reconcile();
  },
  rotation: async (world) => {
    await world.stageAndRotate();
    await world.stageAndRotate();
  },
  'dead key': async (world) => {
    await world.stageAndRotate();
    const dead = await world.stage();
    world.sandbox.claude.setStatus(dead.id, 'inactive');
    await world.stage();
    await world.rotate();
    await world.reconcile();
  },
  undo: async (world) => {
    const old = await world.stageAndRotate();
    await world.stageAndRotate();
    world.sandbox.claude.setStatus(old.id, 'active');
    return world.reconcile({ action: 'undo', service: RAG });
  },
  retirement: async (world) => {
    const old = await world.stageAndRotate();
    await world.stageAndRotate();
    await world.reconcile();
    await world.sleep(3 * DAY_MS);
    if (world.sandbox.settings.issuerAccess === 'manual') world.sandbox.claude.setStatus(old.id, 'inactive');
    await world.reconcile();
    await world.sleep(15 * DAY_MS);
  },
  'spare left behind': async (world) => {
    await world.stage();
    world.failAws('ssm', 'DeleteParameter', 3);
    await world.rotate();
    world.sandbox.faults.clear();
    await world.reconcile();
  },
  'spare that aged': async (world) => {
    await world.stageAndRotate();
    await world.stage();
    await world.sleep(61 * DAY_MS);
  },
  decommission: async (world) => {
    await world.stageAndRotate();
    const Name = registrationParameterName(world.environment, RAG);
    await world.sandbox.account.call('ssm', 'DeleteParameter', { Name }, world.sandbox.account.administrator);
    await world.reconcile();
    loseAnswer(world, 'PutSecretValue');
    await world.sleep(4 * DAY_MS);
    await world.sleep(15 * DAY_MS);
  },
};

/** The next call takes effect and its answer does not arrive: the SDK makes it again, with the same token. */
function loseAnswer({ sandbox }: World, lost: string): void {
  const stop = sandbox.account.observe({
    after: ({ operation }, { error }) => {
      if (operation !== lost || error !== undefined) return;
      stop();
      throw new AwsError('InternalServiceError', 'the answer is lost', 500);
    },
  });
}

/** Everything that anybody could notice of a scenario: what it left behind, what was logged and told, what it answered. */
async function outcomeOf(scenario: Scenario, world: World): Promise<string> {
  const answer = await scenario(world).catch((error: unknown) => String(error));
  const { aws, secretsManager, claude } = world.sandbox;
  const logs = aws.logs.groups().flatMap(({ name, lines }) => eventsIn(lines).map((event) => `${name} ${event}`));
  return JSON.stringify({
    answer,
    logs: [...new Set(logs)],
    secrets: secretsManager.secrets().map(({ tags, versions }) => [...tags, ...versions.map(({ labels }) => labels)]),
    parameters: aws.ssm.parameters().map(({ name }) => name),
    keys: claude.keys().map(({ id, status }) => [id, status]),
    alarms: aws.cloudWatch.alarms().map(({ state }) => state),
    messages: aws.sns.messages().map(({ subject }) => subject),
  });
}

/** The events among some log lines, without the figures that differ from run to run. */
const eventsIn = (lines: readonly { readonly text: string }[]): readonly unknown[] =>
  lines.flatMap(({ text }) =>
    text.startsWith('{') ? [(JSON.parse(text) as { readonly message?: unknown }).message] : [],
  );

class Experiment {
  readonly #outcomes = new Map<string, string>();
  readonly #uses = new Map<string, ReadonlySet<string>>();
  #granted: readonly GrantedAction[] = [];

  constructor(private readonly environment: string) {}

  /** Runs every scenario with all permissions, and notes which it uses. */
  async record(): Promise<void> {
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      await this.#inWorld(async (world) => {
        const roles = [rotateRoleName(this.environment), reconcileRoleName(this.environment)];
        this.#granted = roles.flatMap((role) => grantedActions(world.sandbox, role));
        this.#uses.set(name, recordUses(world.sandbox));
        this.#outcomes.set(name, await outcomeOf(scenario, world));
      });
    }
  }

  /** Scenarios that come out otherwise when they are run again: a difference of theirs would mean nothing. */
  async fickle(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      const again = await this.#inWorld((world) => outcomeOf(scenario, world));
      if (again !== this.#outcomes.get(name)) found.push(name);
    }
    return found;
  }

  /** Those permissions without which every scenario comes out the same. */
  async unneeded(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const granted of this.#granted) if (!(await this.#isMissed(granted))) found.push(nameOf(granted));
    return found;
  }

  async #isMissed(granted: GrantedAction): Promise<boolean> {
    const users = Object.entries(SCENARIOS).filter(([name]) => this.#uses.get(name)?.has(nameOf(granted)));
    for (const [name, scenario] of users) {
      const outcome = await this.#inWorld(async (world) => {
        await revoke(world.sandbox, granted);
        return outcomeOf(scenario, world);
      });
      if (outcome !== this.#outcomes.get(name)) return true;
    }
    return false;
  }

  async #inWorld<Result>(work: (world: World) => Promise<Result>): Promise<Result> {
    const world = await World.deploy(this.environment);
    try {
      return await work(world);
    } finally {
      await world.dispose();
    }
  }
}

describe("the permissions of the functions' roles", () => {
  it.each(['prod', 'dev'])('are each missed by somebody when they are taken away, in %s', async (environment) => {
    const experiment = new Experiment(environment);
    await experiment.record();

    expect(await experiment.fickle()).toEqual([]);
    expect(await experiment.unneeded()).toEqual([]);
  });
});
