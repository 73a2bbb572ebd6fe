import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import type { OutsideCall } from '../../sandbox/simulation/cut';
import { cutEverywhereAfter, firstCuts } from '../../sandbox/simulation/cut-points';
import { scenarioNamed } from '../../sandbox/simulation/scenarios';
import { oneServiceAssembly } from '../support/one-service';
import { RAG } from '../support/world';

const STAGE = 'prod';
const SCENARIO = scenarioNamed('rotation');
/** What one broken run tells is enough to go by. */
const ENOUGH = 3;
const LONG_MS = 900_000;

const isOfRotation = ({ invocation }: OutsideCall): boolean => invocation.includes(' rotate ');

/**
 * Cuts every call of these steps of a rotation off, and then every call of the rotation that comes after it. In two files, so that two
 * workers share the time that it takes.
 */
export function describePairsThatBeginIn(steps: readonly string[]): void {
  describe('a rotation that is cut off at any one of its calls, and once more on its way back', () => {
    const options = {
      assembly: oneServiceAssembly(STAGE),
      stage: STAGE,
      service: RAG,
      handlers: handlersFromSource(STAGE),
    };

    it.each(steps)(
      'does no harm, and comes to the same end: %s',
      async (step) => {
        const firsts = await firstCuts(SCENARIO, options, ({ invocation }) => invocation.endsWith(step));
        const failures: string[] = [];
        let pairs = 0;
        for (const first of firsts) {
          if (failures.length >= ENOUGH) break;
          const report = await cutEverywhereAfter(first, SCENARIO, options, isOfRotation);
          pairs += report.cuts;
          failures.push(...report.failures);
        }
        process.stderr.write(`rotation, from ${step}: ${firsts.length} first cuts, ${pairs} pairs\n`);
        expect(failures.slice(0, ENOUGH)).toEqual([]);
        expect(pairs).toBeGreaterThan(firsts.length);
      },
      LONG_MS,
    );
  });
}
