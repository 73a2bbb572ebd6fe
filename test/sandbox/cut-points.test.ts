import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { cutEverywhere } from '../../sandbox/simulation/cut-points';
import { SCENARIOS } from '../../sandbox/simulation/scenarios';
import { oneServiceAssembly } from '../support/one-service';
import { RAG } from '../support/world';

const ENVIRONMENT = 'prod';
const options = {
  assembly: oneServiceAssembly(ENVIRONMENT),
  stage: ENVIRONMENT,
  service: RAG,
  handlers: handlersFromSource(ENVIRONMENT),
};

describe('a function that is cut off at any one of its calls', () => {
  let counted = '';
  afterEach(() => void process.stderr.write(counted));

  it.each(SCENARIOS)(
    'does no harm, and comes to the same end: $name',
    async (scenario) => {
      const { calls, cuts, failures } = await cutEverywhere(scenario, options);
      counted = `${scenario.name}: ${calls} calls, ${cuts} cuts\n`;
      expect(failures).toEqual([]);
      expect(cuts).toBeGreaterThan(0);
    },
    600_000,
  );
});
