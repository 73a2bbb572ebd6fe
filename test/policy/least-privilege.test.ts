import type { Sandbox } from '../../sandbox/sandbox';
import { deployedSandbox } from '../support/deployed-sandbox';
import { type Asker, othersIn, rolesOf, rulesOf } from './askers';
import { type DeployedEnvironment, deployedEnvironment } from './deployed-environment';
import { MEANT_HERE } from './meant';
import { Proof } from './proof';
import { NOTHING_WRONG, printed, worst } from './report';
import { accountTarget, type Target, targetsOf } from './targets';

describe('the deployed policies of all environments, in one account', () => {
  const sandboxes: Sandbox[] = [];
  let proof: Proof;
  let askers: readonly Asker[];
  let targets: readonly Target[];

  beforeAll(async () => {
    for (const [index, name] of ['dev', 'staging', 'prod'].entries())
      sandboxes.push(await deployedSandbox(name, { seed: index + 1 }));
    const environments = sandboxes.map(deployedEnvironment);
    askers = [
      ...environments.flatMap((each) => [...rolesOf(each), ...rulesOf(each)]),
      ...othersIn(first(environments)),
    ];
    targets = [...(await Promise.all(environments.map(targetsOf))).flat(), await accountTarget()];
    proof = new Proof(first(environments).aws.account.id, MEANT_HERE);
  });
  afterAll(async () => {
    for (const sandbox of sandboxes) await sandbox.dispose();
  });

  it('allow everybody what is meant, and nothing else', async () => {
    const findings = await proof.check(askers, targets);

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('3 environments', findings);
  });

  it('allow nothing of what was not worth a decision: asked all the same, nothing of it is allowed', async () => {
    const skipped = askers
      .flatMap((asker) => targets.flatMap((target) => target.acts.map((act) => ({ asker, target, act }))))
      .filter((question) => !proof.couldAllow(question))
      .filter((_, index) => index % 47 === 0);
    const decisions = await Promise.all(skipped.map((question) => proof.decide(question)));

    expect(skipped.length).toBeGreaterThan(1000);
    expect(decisions.filter(({ allowed }) => allowed)).toEqual([]);
  });
});

function first(environments: readonly DeployedEnvironment[]): DeployedEnvironment {
  const [one] = environments;
  if (!one) throw new Error('nothing is deployed');
  return one;
}
