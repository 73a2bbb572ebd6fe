import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { cutEverywhere, playWhole } from '../../sandbox/simulation/cut-points';
import { SCENARIOS } from '../../sandbox/simulation/scenarios';
import { oneServiceAssembly } from '../support/one-service';
import { RAG } from '../support/world';

const STAGE = 'prod';
/** Of the cuts of each scenario: what is cut off is the same as from source, and what runs is loaded and asked differently. */
const SAMPLE = 3;
const LONG_MS = 300_000;
const bundles = { assembly: oneServiceAssembly(STAGE), stage: STAGE, service: RAG };

describe('a bundle of the assembly that is cut off at one of its calls', () => {
  it.each(SCENARIOS)(
    'does no harm, and comes to the same end: $name',
    async (scenario) => {
      const { outcome: goal } = await playWhole(scenario, { ...bundles, handlers: handlersFromSource(STAGE) });
      const { calls, cuts, outOf, failures } = await cutEverywhere(scenario, bundles, { goal, sample: SAMPLE });
      process.stderr.write(`${scenario.name}: ${calls} calls, ${cuts} of ${outOf} cuts\n`);
      expect(failures).toEqual([]);
      expect(cuts).toBe(SAMPLE);
    },
    LONG_MS,
  );
});
