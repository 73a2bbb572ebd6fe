import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { COMMANDS, KEY_OF_ANOTHER_SERVICE, OTHER_SERVICE } from '../../sandbox/simulation/commands';
import type { Cut } from '../../sandbox/simulation/cut';
import { cutEverywhere } from '../../sandbox/simulation/cut-points';
import { oneServiceAssembly, smallAssembly } from '../support/one-service';
import { RAG } from '../support/world';

const STAGE = 'prod';

/** Calls of the operator's machine. One that gets no answer there waits until the operator ends the command. */
const isMeant = ({ call, way }: Cut): boolean => call.invocation.includes('claude-keys') && way !== 'hangs';

describe("an operator's command that is cut off at any one of its calls, and run again", () => {
  const options = {
    assembly: oneServiceAssembly(STAGE),
    stage: STAGE,
    service: RAG,
    handlers: handlersFromSource(STAGE),
  };

  it.each(COMMANDS)(
    'does no harm, and comes to the same end: $name',
    async (command) => {
      const { cuts, failures } = await cutEverywhere(command, options, { isMeant });
      process.stderr.write(`${command.name}: ${cuts} cuts\n`);
      expect(failures).toEqual([]);
      expect(cuts).toBeGreaterThan(0);
    },
    600_000,
  );

  it('never gives a service the key of another one', async () => {
    const assembly = smallAssembly([RAG, OTHER_SERVICE], STAGE);
    const { cuts, failures } = await cutEverywhere(KEY_OF_ANOTHER_SERVICE, { ...options, assembly }, { isMeant });
    process.stderr.write(`${KEY_OF_ANOTHER_SERVICE.name}: ${cuts} cuts\n`);
    expect(failures).toEqual([]);
    expect(cuts).toBeGreaterThan(0);
  }, 600_000);
});
