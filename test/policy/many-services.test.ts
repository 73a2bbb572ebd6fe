import { createApp } from '../../lib/stacks/app';
import type { Sandbox } from '../../sandbox/sandbox';
import { anEnvironment, aService } from '../config/environment-builder';
import { scratchFolder } from '../sandbox/scratch-folder';
import { deployedSandbox } from '../support/deployed-sandbox';
import { type Asker, othersIn, rolesOf, rulesOf } from './askers';
import { type DeployedEnvironment, deployedEnvironment } from './deployed-environment';
import { MEANT, WHO_RUNS_FUNCTIONS } from './meant';
import { Proof } from './proof';
import { NOTHING_WRONG, printed, worst } from './report';
import { accountTarget, type Target, targetsOf } from './targets';

/** Each name begins like the one before, so that a pattern that is cut off too early reaches a neighbour. */
const names = (count: number): readonly string[] => [
  'bot',
  ...Array.from({ length: count - 1 }, (_, index) => `bot-${index + 1}`),
];

const ROWS = [...MEANT, { who: WHO_RUNS_FUNCTIONS, on: 'service role', may: ['AssumeRole'] }];

/** Reading or writing a key, in every manner, and using what it is encrypted with. */
const OF_VALUES =
  /^(GetSecretValue|PutSecretValue|UpdateSecret|GetParameter|PutParameter|DeleteParameter|kms:(Decrypt|GenerateDataKey) through (secretsmanager|ssm)$)/;

describe.each([30, 300])('the deployed policies of %i services', (count) => {
  let sandbox: Sandbox;
  let environment: DeployedEnvironment;
  let proof: Proof;
  let roles: readonly Asker[];
  let targets: readonly Target[];

  beforeAll(async () => {
    const services = names(count).map((name) => aService({ name }));
    const assembly = createApp([anEnvironment({ services })], { outdir: scratchFolder() }).synth().directory;
    sandbox = await deployedSandbox('prod', { assembly });
    environment = deployedEnvironment(sandbox);
    proof = new Proof(environment.aws.account.id, ROWS);
    roles = rolesOf(environment);
    targets = await targetsOf(environment);
  });
  afterAll(() => sandbox.dispose());

  it('let every role, and everybody else, read and write those keys that they are meant to, and no other', async () => {
    const values = targets
      .filter(({ kind }) => ['secret', 'spare', 'admin secret'].includes(kind))
      .map((target) => ({ ...target, acts: target.acts.filter(({ name }) => OF_VALUES.test(name)) }));
    const findings = await proof.check([...roles, ...othersIn(environment)], values);

    expect({ ...worst(findings), idle: [] }).toEqual(NOTHING_WRONG);
    printed(`${count} services, their keys`, findings);
  }, 600_000);

  it('are the same for each service, but for its name', () => {
    const [one, ...others] = environment.services.map((service) => policiesOf(environment, service));

    expect(one).toContain('DenyReadsToAllButReaders');
    expect(others.filter((each) => each !== one)).toEqual([]);
  });

  it('allow what is meant and nothing else, on the platform and on one service of those that are all the same', async () => {
    const [member] = environment.services;
    const isPlatformOrMember = ({ owner }: Pick<Asker, 'owner'>): boolean =>
      owner === member || !environment.services.includes(owner ?? '');
    const askers = [...roles.filter(isPlatformOrMember), ...rulesOf(environment), ...othersIn(environment)];
    const findings = await proof.check(askers, [...targets.filter(isPlatformOrMember), await accountTarget()]);

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed(`${count} services, all else`, findings);
  });
});

/** Every policy of a service's stack, its own names taken out. */
function policiesOf({ aws, stacks }: DeployedEnvironment, service: string): string {
  const resources = stacks.find((each) => each.service === service)?.resources ?? [];
  const policies = resources.flatMap(({ type, physicalId }) => {
    if (type === 'AWS::SecretsManager::Secret') return [aws.secretsManager.secret(physicalId)?.resourcePolicy];
    const role = type === 'AWS::IAM::Role' ? aws.iam.role(physicalId) : undefined;
    return role ? [role.trust, ...aws.iam.policiesOf(role).map(({ document }) => document)] : [];
  });
  const own = resources.flatMap(({ logicalId, physicalId, attributes }) =>
    [physicalId, attributes.Arn].map((name) => [String(name), `<${logicalId}>`] as const),
  );
  return own
    .toSorted(([one], [other]) => other.length - one.length)
    .reduce((text, [name, placeholder]) => text.replaceAll(name, placeholder), policies.join('\n'));
}
