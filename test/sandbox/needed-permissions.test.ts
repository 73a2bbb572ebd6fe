import { reconcileRoleName, rotateRoleName } from '../../lib/contract/names';
import { promptSandbox } from '../support/deployed-sandbox';
import { type GrantedAction, grantedActions, nameOf, recordUses, revoke } from '../support/permissions';
import { SCENARIOS, type Scenario } from '../support/scenarios';
import { World } from '../support/world';

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
    // A step that was shown an older state fails and is repeated, which would say nothing of permissions.
    const world = await World.deploy(this.environment, promptSandbox(this.environment));
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
