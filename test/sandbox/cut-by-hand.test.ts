import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { BY_HAND } from '../../sandbox/simulation/by-hand';
import { cutEverywhere } from '../../sandbox/simulation/cut-points';
import { SCENARIOS } from '../../sandbox/simulation/scenarios';
import { oneServiceAssembly } from '../support/one-service';
import { RAG } from '../support/world';

const STAGE = 'prod';
const LONG_MS = 600_000;
/** Of what is the same as elsewhere fewer, of what people are asked and how their answer is found out more. */
const [FEWER, MORE] = [10, 25];
const options = {
  assembly: oneServiceAssembly(STAGE, 'manual'),
  stage: STAGE,
  service: RAG,
  handlers: handlersFromSource(STAGE),
};

describe('where people look after the keys, a function that is cut off at one of its calls', () => {
  it.each(BY_HAND)(
    'does no harm, and comes to the same end: $name',
    async (scenario) => {
      const sample = SCENARIOS.includes(scenario) ? FEWER : MORE;
      const { calls, cuts, outOf, failures } = await cutEverywhere(scenario, options, { sample });
      process.stderr.write(`by hand, ${scenario.name}: ${calls} calls, ${cuts} of ${outOf} cuts\n`);
      expect(failures).toEqual([]);
      expect(cuts).toBe(sample);
    },
    LONG_MS,
  );
});
