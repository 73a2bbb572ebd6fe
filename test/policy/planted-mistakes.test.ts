import { cpSync } from 'node:fs';
import { scratchFolder } from '../sandbox/scratch-folder';
import { ASSEMBLY, deployedSandbox } from '../support/deployed-sandbox';
import { othersIn, rolesOf, rulesOf } from './askers';
import { deployedEnvironment } from './deployed-environment';
import { MEANT_HERE } from './meant';
import { editTemplates, MISTAKES, type Mistake } from './mistakes';
import { type Findings, Proof } from './proof';
import { accountTarget, targetsOf } from './targets';

const ENVIRONMENT = 'prod';

describe('the proof of the deployed policies', () => {
  let proof: Proof | undefined;

  it.each(MISTAKES)('finds $what, and names it', async ({ plant, found }) => {
    const { unexpected, missing } = await check(planted(plant));

    expect([...unexpected, ...missing].join('\n')).toMatch(found);
  });

  it('finds nothing where no mistake is made', async () => {
    const { unexpected, missing } = await check(planted(() => undefined));

    expect([...unexpected, ...missing]).toEqual([]);
  });

  /** The same secrets, keys and roles each time, so that only what a mistake changed is decided anew. */
  async function check(assembly: string): Promise<Findings> {
    const sandbox = await deployedSandbox(ENVIRONMENT, { assembly });
    try {
      const environment = deployedEnvironment(sandbox);
      proof ??= new Proof(environment.aws.account.id, MEANT_HERE);
      const askers = [...rolesOf(environment), ...rulesOf(environment), ...othersIn(environment)];
      return await proof.check(askers, [...(await targetsOf(environment)), await accountTarget()]);
    } finally {
      await sandbox.dispose();
    }
  }
});

/** The assembly with a mistake in its templates. One that changed nothing would show nothing. */
function planted(plant: Mistake['plant']): string {
  const assembly = scratchFolder();
  cpSync(ASSEMBLY, assembly, { recursive: true });
  editTemplates(assembly, ENVIRONMENT, plant);
  return assembly;
}
