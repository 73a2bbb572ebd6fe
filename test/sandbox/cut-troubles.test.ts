import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { BREAKS, type Cut, type OutsideCall } from '../../sandbox/simulation/cut';
import { cutEverywhere, interruptEverywhere } from '../../sandbox/simulation/cut-points';
import { MID_EVENTS } from '../../sandbox/simulation/mid-events';
import { scenarioNamed } from '../../sandbox/simulation/scenarios';
import { TROUBLES } from '../../sandbox/simulation/troubles';
import { oneServiceAssembly } from '../support/one-service';
import { RAG } from '../support/world';

const STAGE = 'prod';
const LONG_MS = 600_000;
const options = {
  assembly: oneServiceAssembly(STAGE),
  stage: STAGE,
  service: RAG,
  handlers: handlersFromSource(STAGE),
};

/** What goes wrong is told apart by what is left behind: the other ways of failing are tried where nothing else is wrong. */
const isMeant = ({ way }: Cut): boolean => (BREAKS as readonly string[]).includes(way);

describe('a function that is cut off while something else goes wrong', () => {
  it.each(TROUBLES)(
    'does no harm, and comes to the same end: $name',
    async (trouble) => {
      const { calls, cuts, failures } = await cutEverywhere(trouble, options, { isMeant });
      process.stderr.write(`${trouble.name}: ${calls} calls, ${cuts} cuts\n`);
      expect(failures).toEqual([]);
      expect(cuts).toBeGreaterThan(0);
    },
    LONG_MS,
  );
});

describe('a rotation in the middle of which something else happens', () => {
  const isOfRotation = ({ invocation }: OutsideCall): boolean => invocation.includes(' rotate ');

  it.each(MID_EVENTS)(
    'does no harm, and comes to the same end, before whichever call it happens: $name',
    async (event) => {
      const { cuts, failures } = await interruptEverywhere(scenarioNamed('rotation'), event, options, isOfRotation);
      process.stderr.write(`${event.name}: before each of ${cuts} calls\n`);
      expect(failures).toEqual([]);
      expect(cuts).toBeGreaterThan(0);
    },
    LONG_MS,
  );
});
