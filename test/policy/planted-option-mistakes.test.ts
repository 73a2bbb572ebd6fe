import { aService } from '../config/environment-builder';
import { deployedEnvironment } from './deployed-environment';
import { BOUNDARY, check, deploy, ORGANIZATION, unbounded, type Variant } from './environment-with';
import { MEANT, MEANT_IN_NETWORK, WHO_RUNS_FUNCTIONS } from './meant';
import { change, of, remove } from './mistakes';

const ENDPOINT = 'vpce-0123456789abcdef0';
const NETWORK = { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] };
const ROWS = [...MEANT, { who: WHO_RUNS_FUNCTIONS, on: 'service role', may: ['AssumeRole'] }];
const IN_ORGANIZATION = { readerOrganization: ORGANIZATION };

/** Mistakes in what options add to policies, and what the proof has to say of each. */
const MISTAKES: readonly (Omit<Variant, 'rows'> & { readonly what: string; readonly found: RegExp })[] = [
  {
    what: 'a key that is open to every organization',
    config: IN_ORGANIZATION,
    plant: change('ReadersInOrganization', ({ Condition }) => delete Condition?.StringEquals?.['aws:PrincipalOrgID']),
    found: /^outsider .*kms:Decrypt through secretsmanager on secret .*statement ReadersInOrganization/m,
  },
  {
    what: 'a key whose organization is read as everybody in this account as well',
    config: IN_ORGANIZATION,
    plant: change('ReadersInOrganization', ({ Condition }) => delete Condition?.StringNotEquals),
    found: /^colleague .*kms:Decrypt through secretsmanager on secret .*statement ReadersInOrganization/m,
  },
  {
    what: 'a key that the organization can use for the admin key',
    config: IN_ORGANIZATION,
    plant: change('ReadersInOrganization', ({ Condition }) => delete Condition?.StringLike),
    found: /^neighbour of it .*kms:Decrypt through secretsmanager on admin secret /m,
  },
  {
    what: 'network interfaces that the code of a function can make',
    config: { functionNetwork: NETWORK },
    plant: remove('DenyNetworksToCode'),
    found: /^rotate .*CreateNetworkInterface on network .*statement JoinNetwork/m,
  },
  {
    what: 'more of a network than Lambda needs',
    config: { functionNetwork: NETWORK },
    plant: change('JoinNetwork', (statement) => {
      statement.Action = 'ec2:*';
    }),
    found: /^Lambda for a function .*DeleteSubnet on network .*statement JoinNetwork/m,
  },
  {
    what: 'an endpoint that is asked of everybody but readers',
    config: { services: [aService({ readThroughVpcEndpoints: [ENDPOINT] })] },
    vpcEndpoint: ENDPOINT,
    plant: change('DenyReadsFromElsewhere', ({ Condition }) => {
      if (Condition) Condition.StringNotEquals = { 'aws:SourceVpce': 'vpce-00000000000000000' };
    }),
    found: /^reader .*: GetSecretValue on secret .*explicit deny.*statement DenyReadsFromElsewhere/m,
  },
  {
    what: 'a boundary without what the work needs',
    config: { permissionsBoundary: BOUNDARY },
    boundary: ['secretsmanager:*', 'ssm:*', 'lambda:*', 'logs:*', 'sns:*', 'cloudwatch:*'],
    found: /^rotate .*kms:Decrypt through ssm on spare .*because no permissions boundary allows/m,
  },
];

describe('the proof of the deployed policies with options', () => {
  it.each(MISTAKES)('finds $what, and names it', async ({ found, ...variant }) => {
    const { unexpected, missing } = await check({ ...variant, rows: [...ROWS, ...MEANT_IN_NETWORK] });

    expect([...unexpected, ...missing].join('\n')).toMatch(found);
  });

  it('rejects a network that Lambda may not join, at the deployment', async () => {
    const plant = remove('JoinNetwork');
    const deploying = deploy({ config: { functionNetwork: NETWORK }, rows: [], plant });

    await expect(deploying).rejects.toThrow(/does not have permissions to call CreateNetworkInterface on EC2/);
  });

  it('holds a role to its boundary, whatever its own policy allows', async () => {
    const plant = change('RotateServiceSecrets', (statement) => {
      statement.Action = '*';
      statement.Resource = '*';
    });
    const onAccount = async (variant: Partial<Variant>): Promise<readonly string[]> => {
      const { unexpected } = await check({ config: {}, rows: ROWS, plant, ...variant });
      return unexpected.filter((each) => /^rotate .*: iam:\w+ on account/.test(each));
    };
    const boundary = ['kms:*', 'lambda:*', 'logs:*', 'secretsmanager:*', 'sns:*', 'ssm:*', 'cloudwatch:*'];

    expect((await onAccount({})).length).toBeGreaterThan(10);
    expect(await onAccount({ config: { permissionsBoundary: BOUNDARY }, boundary })).toEqual([]);
  });

  it('finds a role that lost its boundary', async () => {
    const sandbox = await deploy({
      config: { permissionsBoundary: BOUNDARY },
      boundary: ['*'],
      rows: [],
      plant: (template) => {
        for (const role of of(template, 'AWS::IAM::Role'))
          if (role.RoleName === 'claude-keys-prod-rotate') delete role.PermissionsBoundary;
      },
    });
    const free = unbounded(deployedEnvironment(sandbox));
    await sandbox.dispose();

    expect(free).toEqual(['claude-keys-prod-rotate']);
  });
});
