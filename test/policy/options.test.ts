import type { EnvironmentConfig } from '../../lib/config/environment-config';
import { createApp } from '../../lib/stacks/app';
import type { Sandbox } from '../../sandbox/sandbox';
import { anEnvironment, aService } from '../config/environment-builder';
import { scratchFolder } from '../sandbox/scratch-folder';
import { deployedSandbox } from '../support/deployed-sandbox';
import { othersIn, roleElsewhere, rolesOf, rulesOf } from './askers';
import { deployedEnvironment } from './deployed-environment';
import { MEANT, MEANT_FOR_OPERATORS, type Row, WHO_RUNS_FUNCTIONS } from './meant';
import { type Findings, Proof } from './proof';
import { NOTHING_WRONG, printed, worst } from './report';
import { accountTarget, targetsOf } from './targets';

const ACCOUNT = '111111111111';
const REGION = 'eu-central-1';
const team = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const ENDPOINT = 'vpce-0123456789abcdef0';
const THEIR_ACCOUNT = '222222222222';
const THEIR_ROLE = `arn:aws:iam::${THEIR_ACCOUNT}:role/rag`;
const HANDED_OUT: Row = { who: WHO_RUNS_FUNCTIONS, on: ['service role'], may: ['AssumeRole'] };

describe('the deployed policies with options', () => {
  it('give each operator what its work needs, and no key', async () => {
    const operators = {
      stager: [team('platform-team')],
      responder: [team('on-call')],
      auditor: [team('security')],
      breakGlass: [team('heads-of-platform')],
    };
    const findings = await check({ operators }, [...MEANT, ...MEANT_FOR_OPERATORS, HANDED_OUT]);

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('operator roles', findings);
  });

  it('let a service read through its VPC endpoint, and from nowhere else', async () => {
    const services = [aService({ readThroughVpcEndpoints: [ENDPOINT] }), aService({ name: 'support-bot' })];
    const findings = await check({ services }, [...MEANT, HANDED_OUT]);

    expect(findings.missing.length).toBeGreaterThan(0);
    expect(findings.missing.filter((each) => !each.includes('DenyReadsFromElsewhere'))).toEqual([]);
    expect(findings.missing.filter((each) => !/^reader .*rag-service.* GetSecretValue/.test(each))).toEqual([]);
    expect(findings.unexpected).toEqual([]);
  });

  it('let a service read through its VPC endpoint, from there', async () => {
    const services = [aService({ readThroughVpcEndpoints: [ENDPOINT] })];
    const findings = await check({ services }, [...MEANT, HANDED_OUT], ENDPOINT);

    expect(worst(findings)).toEqual(NOTHING_WRONG);
  });

  it('let a role of another account read the key of its service, and nothing else', async () => {
    const services = [aService({ readers: { roleArns: [THEIR_ROLE] } }), aService({ name: 'support-bot' })];
    const rows: readonly Row[] = [
      ...MEANT,
      HANDED_OUT,
      {
        who: 'reader elsewhere',
        on: 'secret',
        of: ['rag-service'],
        may: ['DescribeSecret', 'GetSecretValue', 'GetSecretValue of AWSCURRENT'],
      },
      // The key's policy names their account for every secret of the environment; the secrets' own policies keep it out.
      { who: ['reader elsewhere', 'neighbour of it'], on: 'secret', may: ['kms:Decrypt through secretsmanager'] },
    ];
    const findings = await check({ services, readerAccounts: [THEIR_ACCOUNT] }, rows);

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('a reader in another account', findings);
  });
});

async function check(
  changes: Partial<EnvironmentConfig>,
  rows: readonly Row[],
  vpcEndpoint?: string,
): Promise<Findings> {
  const services = [aService(), aService({ name: 'support-bot' })];
  const environment = anEnvironment({ account: ACCOUNT, region: REGION, services, ...changes });
  const assembly = createApp([environment], { outdir: scratchFolder() }).synth().directory;
  const sandbox: Sandbox = await deployedSandbox('prod', { assembly });
  try {
    const deployed = deployedEnvironment(sandbox);
    const theirs = [
      roleElsewhere(deployed, 'reader elsewhere', THEIR_ACCOUNT, 'rag'),
      roleElsewhere(deployed, 'neighbour of it', THEIR_ACCOUNT, 'other'),
    ];
    const askers = [...rolesOf(deployed, vpcEndpoint), ...rulesOf(deployed), ...othersIn(deployed), ...theirs];
    return await new Proof(ACCOUNT, rows).check(askers, [...(await targetsOf(deployed)), await accountTarget()]);
  } finally {
    await sandbox.dispose();
  }
}
