import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { KEY_OF_ANOTHER_SERVICE, OTHER_SERVICE } from '../../sandbox/simulation/commands';
import { cutEverywhere, playWhole } from '../../sandbox/simulation/cut-points';
import { SCENARIOS, type Scenario } from '../../sandbox/simulation/scenarios';
import { TROUBLES } from '../../sandbox/simulation/troubles';
import { testLeaksOnPurpose } from '../support/key-watch/sandboxes';
import { oneServiceAssembly, smallAssembly } from '../support/one-service';
import { RAG } from '../support/world';
import { PLANTED_BUGS, type PlantedBug } from './planted/bugs';
import { handlersWith } from './planted/handlers';

const STAGE = 'prod';
/** Failures to look through: the first ones may show the same bug by another sign. */
const ENOUGH = 10;
const LONG_MS = 600_000;
const oneService = oneServiceAssembly(STAGE);
const twoServices = smallAssembly([RAG, OTHER_SERVICE], STAGE);

const optionsFor = (scenario: Scenario, bug?: PlantedBug) => ({
  assembly: scenario === KEY_OF_ANOTHER_SERVICE ? twoServices : oneService,
  stage: STAGE,
  service: RAG,
  handlers: bug ? handlersWith(bug, STAGE) : handlersFromSource(STAGE),
  ...(bug?.cli ? { cli: bug.cli } : {}),
});

const scenarioNamed = (name: string): Scenario => {
  const found = [...SCENARIOS, ...TROUBLES, KEY_OF_ANOTHER_SERVICE].find((scenario) => scenario.name === name);
  if (!found) throw new Error(`there is no scenario "${name}"`);
  return found;
};

describe('cutting calls off', () => {
  it.each(PLANTED_BUGS)(
    'finds it when $name ($breaks)',
    async (bug) => {
      if (bug.breaks === 'I6') testLeaksOnPurpose();
      const scenario = scenarioNamed(bug.scenario);
      const isCaught = (failures: readonly string[]) => failures.some((failure) => failure.includes(`  ${bug.caught}`));
      const { outcome: goal } = await playWhole(scenario, optionsFor(scenario));
      const { failures } = await cutEverywhere(scenario, optionsFor(scenario, bug), {
        goal,
        isEnough: (some) => isCaught(some) || some.length >= ENOUGH,
      });
      expect(isCaught(failures) ? [] : failures).toEqual([]);
      expect(failures.length).toBeGreaterThan(0);
    },
    LONG_MS,
  );

  it('comes to the same end with the functions put together as the planted bugs are, without a bug', async () => {
    const scenario = scenarioNamed('rotation');
    const { outcome } = await playWhole(scenario, optionsFor(scenario));
    const sound = await playWhole(scenario, {
      ...optionsFor(scenario),
      handlers: handlersWith({ name: 'none' }, STAGE),
    });
    expect([sound.outcome, sound.findings]).toEqual([outcome, []]);
  });
});
