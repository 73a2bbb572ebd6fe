import { aService } from '../config/environment-builder';
import { deployedEnvironment } from './deployed-environment';
import { ACCOUNT, BOUNDARY, check, deploy, ORGANIZATION, THEIR_ACCOUNT, unbounded } from './environment-with';
import { MEANT, MEANT_FOR_OPERATORS, MEANT_IN_NETWORK, type Row, WHO_RUNS_FUNCTIONS } from './meant';
import { NOTHING_WRONG, printed, worst } from './report';

const team = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const OPERATORS = {
  stager: [team('platform-team')],
  responder: [team('on-call')],
  auditor: [team('security')],
  breakGlass: [team('heads-of-platform')],
};
const ENDPOINT = 'vpce-0123456789abcdef0';
const THEIR_ROLE = `arn:aws:iam::${THEIR_ACCOUNT}:role/rag`;
const NETWORK = { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] };
const BOUNDED_TO = ['cloudwatch', 'kms', 'lambda', 'logs', 'secretsmanager', 'sns', 'ssm'].map((each) => `${each}:*`);
const HANDED_OUT: Row = { who: WHO_RUNS_FUNCTIONS, on: ['service role'], may: ['AssumeRole'] };
const ROWS = [...MEANT, HANDED_OUT];

const READ_ELSEWHERE: Row = {
  who: 'reader elsewhere',
  on: 'secret',
  of: ['rag-service'],
  may: ['DescribeSecret', 'GetSecretValue', 'GetSecretValue of AWSCURRENT'],
};
/** The key's policy lets their account in for every secret of the environment; the secrets' own policies keep it out. */
const KEY_ELSEWHERE: Row = {
  who: ['reader elsewhere', 'neighbour of it'],
  on: 'secret',
  may: ['kms:Decrypt through secretsmanager'],
};
const THEIR_READER = [aService({ readers: { roleArns: [THEIR_ROLE] } }), aService({ name: 'support-bot' })];

describe('the deployed policies with options', () => {
  it('give each operator what its work needs, and no key', async () => {
    const findings = await check({ config: { operators: OPERATORS }, rows: [...ROWS, ...MEANT_FOR_OPERATORS] });

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('operator roles', findings);
  });

  it('let a service read through its VPC endpoint, and from nowhere else', async () => {
    const services = [aService({ readThroughVpcEndpoints: [ENDPOINT] }), aService({ name: 'support-bot' })];
    const findings = await check({ config: { services }, rows: ROWS });

    expect(findings.missing.length).toBeGreaterThan(0);
    expect(findings.missing.filter((each) => !each.includes('DenyReadsFromElsewhere'))).toEqual([]);
    expect(findings.missing.filter((each) => !/^reader .*rag-service.* GetSecretValue/.test(each))).toEqual([]);
    expect(findings.unexpected).toEqual([]);
  });

  it('let a service read through its VPC endpoint, from there', async () => {
    const services = [aService({ readThroughVpcEndpoints: [ENDPOINT] })];
    const findings = await check({ config: { services }, rows: ROWS, vpcEndpoint: ENDPOINT });

    expect(worst(findings)).toEqual(NOTHING_WRONG);
  });

  it('let a role of another account read the key of its service, and nothing else', async () => {
    const config = { services: THEIR_READER, readerAccounts: [THEIR_ACCOUNT] };
    const findings = await check({ config, rows: [...ROWS, READ_ELSEWHERE, KEY_ELSEWHERE] });

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('a reader in another account', findings);
  });

  it('let a role of the organization read the key of its service, and nobody outside of it', async () => {
    const config = { services: THEIR_READER, readerOrganization: ORGANIZATION };
    const findings = await check({ config, rows: [...ROWS, READ_ELSEWHERE, KEY_ELSEWHERE] });

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('a reader in the organization', findings);
  });

  it('let Lambda put functions into a network, and their code do nothing there', async () => {
    const findings = await check({ config: { functionNetwork: NETWORK }, rows: [...ROWS, ...MEANT_IN_NETWORK] });

    expect(worst(findings)).toEqual(NOTHING_WRONG);
    printed('functions in a network', findings);
  });

  it('bound every role, and still let each do its work', async () => {
    const variant = {
      config: { permissionsBoundary: BOUNDARY, operators: OPERATORS },
      boundary: BOUNDED_TO,
      rows: [...ROWS, ...MEANT_FOR_OPERATORS],
    };
    const sandbox = await deploy(variant);
    const free = unbounded(deployedEnvironment(sandbox));
    await sandbox.dispose();

    expect(free).toEqual([]);
    expect(worst(await check(variant))).toEqual(NOTHING_WRONG);
  });
});
