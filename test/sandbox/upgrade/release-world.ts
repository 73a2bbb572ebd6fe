import { conditionsPath } from '../../../lib/contract/names';
import type { IssuerAccess } from '../../../lib/contract/platform-settings';
import { putAdminKey } from '../../../sandbox/admin-key';
import { handlersFromSource } from '../../../sandbox/functions/handlers-from-source';
import { checkInvariants } from '../../../sandbox/invariants';
import { Sandbox } from '../../../sandbox/sandbox';
import { Hands } from '../../../sandbox/simulation/hands';
import { outcomeOf } from '../../../sandbox/simulation/outcome';
import { leakedTexts } from '../../../sandbox/story/leaks';
import { readTruth } from '../../../sandbox/truth';
import { HOUR_MS } from '../../../sandbox/utc-time';
import { oneServiceAssembly } from '../../support/one-service';
import { RAG } from '../../support/world';
import { type Phase, WAITS } from './phases';
import { putBack } from './put-back';
import { type RecordedState, recordState } from './recorded-state';

const STAGE = 'prod';
/** Long enough for an overlap, an idle day, an undo window and a pause. */
const [RUNS, BETWEEN_MS] = [70, 3 * HOUR_MS];

const assemblies = new Map<IssuerAccess, string>();

/** An environment of this release with one service. */
export class ReleaseWorld {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly hands: Hands,
  ) {}

  /** One that was brought to a phase by this release alone. */
  static async reach({ access = 'adminKey', reach }: Phase): Promise<ReleaseWorld> {
    const world = await ReleaseWorld.#deploy(access);
    await world.hands.changePolicy(WAITS);
    await reach(world.hands);
    return world;
  }

  /** One that was deployed over what an older release had left. */
  static async over(state: RecordedState): Promise<ReleaseWorld> {
    const world = await ReleaseWorld.#deploy(state.access, state.at);
    await putBack(state, world.sandbox);
    return world;
  }

  static async #deploy(access: IssuerAccess, start?: string): Promise<ReleaseWorld> {
    const assembly = assemblies.get(access) ?? oneServiceAssembly(STAGE, access);
    assemblies.set(access, assembly);
    const handlers = handlersFromSource(STAGE);
    const at = start ? { start: new Date(start) } : {};
    const sandbox = await Sandbox.create({ assembly, stage: STAGE, runner: 'in-process', handlers, ...at });
    await putAdminKey(sandbox);
    return new ReleaseWorld(sandbox, new Hands(sandbox, RAG, { assembly }));
  }

  state(phase: string): RecordedState {
    return recordState(this.sandbox, phase);
  }

  /** Of what people were told, and when. */
  async toldAfterOneRun(): Promise<readonly string[]> {
    await this.hands.reconcile();
    return toldIn(this.state(''));
  }

  /** Lets the reconciler and Secrets Manager come to their end. @returns where that is, and what was wrong on the way */
  async goOn(): Promise<{ readonly end: readonly string[]; readonly wrong: readonly string[] }> {
    const wrong = new Set<string>();
    for (let run = 0; run < RUNS; run++) {
      await this.hands.reconcile();
      const found = checkInvariants(await readTruth(this.sandbox));
      for (const { invariant, what } of found) wrong.add(`${invariant}: ${what}`);
      await this.hands.sleep(BETWEEN_MS);
    }
    for (const { invariant, what } of leakedTexts(this.sandbox, [])) wrong.add(`${invariant}: ${what}`);
    return { end: (await outcomeOf(this.sandbox, RAG)).split('\n'), wrong: [...wrong] };
  }

  dispose(): Promise<void> {
    return this.sandbox.dispose();
  }
}

/** The conditions that people were told of, with when that was. */
export const toldIn = ({ parameters }: RecordedState): readonly string[] =>
  Object.entries(parameters).flatMap(([name, value]) => {
    const { toldAt } = JSON.parse(value) as { readonly toldAt?: string };
    return name.startsWith(conditionsPath(STAGE)) && toldAt ? [`${name} ${toldAt}`] : [];
  });
