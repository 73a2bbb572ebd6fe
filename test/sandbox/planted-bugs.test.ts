import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { cutEverywhere, playWhole } from '../../sandbox/simulation/cut-points';
import { SCENARIOS, type Scenario } from '../../sandbox/simulation/scenarios';
import { TROUBLES } from '../../sandbox/simulation/troubles';
import { oneServiceAssembly } from '../support/one-service';
import { RAG } from '../support/world';
import { PLANTED_BUGS } from './planted/bugs';
import { handlersWith } from './planted/handlers';

const STAGE = 'prod';
/** Failures to look through: the first ones may show the same bug by another sign. */
const ENOUGH = 3;
const LONG_MS = 600_000;
const assembly = oneServiceAssembly(STAGE);
const optionsWith = (handlers: ReturnType<typeof handlersFromSource>) => ({
  assembly,
  stage: STAGE,
  service: RAG,
  handlers,
});

const scenarioNamed = (name: string): Scenario => {
  const found = [...SCENARIOS, ...TROUBLES].find((scenario) => scenario.name === name);
  if (!found) throw new Error(`there is no scenario "${name}"`);
  return found;
};

describe('cutting calls off', () => {
  it.each(PLANTED_BUGS)(
    'finds it when $name ($breaks)',
    async (bug) => {
      const scenario = scenarioNamed(bug.scenario);
      const { outcome } = await playWhole(scenario, optionsWith(handlersFromSource(STAGE)));
      const { failures } = await cutEverywhere(scenario, optionsWith(handlersWith(bug, STAGE)), {
        goal: outcome,
        mostFailures: ENOUGH,
      });
      expect(failures.join('\n')).toContain(bug.caught);
    },
    LONG_MS,
  );

  it('comes to the same end with the functions put together as the planted bugs are, without a bug', async () => {
    const scenario = scenarioNamed('rotation');
    const { outcome } = await playWhole(scenario, optionsWith(handlersFromSource(STAGE)));
    const sound = await playWhole(scenario, optionsWith(handlersWith({ name: 'none' }, STAGE)));
    expect([sound.outcome, sound.findings]).toEqual([outcome, []]);
  });
});
