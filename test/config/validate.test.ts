import type { EnvironmentConfig, ServiceConfig } from '../../lib/config/environment-config';
import { mistakesInEnvironments, rejectServiceMistakes, resolveEnvironments } from '../../lib/config/validate';
import { isKeyRotationError } from '../../lib/core/errors';
import { anEnvironment, aService } from './environment-builder';

const ACCOUNT = '111111111111';
const OTHER_ACCOUNT = '222222222222';
const role = (account: string, name = 'reader') => `arn:aws:iam::${account}:role/${name}`;

/** Configurations come from people, so the table also holds what the compiler would refuse. */
const environmentWith = (changes: object): EnvironmentConfig => Object.assign({}, anEnvironment(), changes);
const serviceWith = (changes: object): EnvironmentConfig =>
  environmentWith({ services: [Object.assign({}, aService(), changes)] });
const policyWith = (policy: object): EnvironmentConfig => serviceWith({ policy });
const in2 = (second: object): EnvironmentConfig[] => [
  anEnvironment(),
  environmentWith({ name: 'dev', workspaceId: 'wrkspc_01dev', ...second }),
];

const SERVICE = 'environments[0].services[0]';
const RATE_LIMIT = 'environments[0].workspaceLimits.rateLimits[0]';

const rateLimits = (count: number) =>
  Array.from({ length: count }, (_, each) => ({ of: `claude-model-${each}`, requestsPerMinute: 5 }));
const OPERATORS_AT = (operator: string): string => `environments[0].operators.${operator}`;
const operatorsWith = (operators: object): EnvironmentConfig => environmentWith({ operators });
const networkWith = (changes: object): EnvironmentConfig => {
  const functionNetwork = { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] };
  return environmentWith({ functionNetwork: { ...functionNetwork, ...changes } });
};

const WRONG: readonly (readonly [string, EnvironmentConfig | EnvironmentConfig[], string])[] = [
  ['an environment name in capitals', environmentWith({ name: 'Prod' }), 'environments[0].name'],
  ['an environment name that ends in a hyphen', environmentWith({ name: 'prod-' }), 'environments[0].name'],
  ['an environment name with two hyphens', environmentWith({ name: 'prod--eu' }), 'environments[0].name'],
  ['an environment name of 21 characters', environmentWith({ name: 'a'.repeat(21) }), 'environments[0].name'],
  ['an account that is no account id', environmentWith({ account: '12345' }), 'environments[0].account'],
  ['a region that is no region', environmentWith({ region: 'Frankfurt' }), 'environments[0].region'],
  ['an organization that is no UUID', environmentWith({ organizationId: 'acme' }), 'environments[0].organizationId'],
  ['a missing organization', environmentWith({ organizationId: undefined }), 'environments[0].organizationId'],
  ['a workspace without its prefix', environmentWith({ workspaceId: 'prod' }), 'environments[0].workspaceId'],
  ['an unknown issuer access', environmentWith({ issuerAccess: 'federated' }), 'environments[0].issuerAccess'],
  [
    'a day that does not exist',
    environmentWith({ adminKeyExpiresOn: '2027-02-30' }),
    'environments[0].adminKeyExpiresOn',
  ],
  [
    'a day that is an instant',
    environmentWith({ adminKeyExpiresOn: '2027-02-01T00:00:00Z' }),
    'environments[0].adminKeyExpiresOn',
  ],
  [
    'an expiry without an admin key',
    environmentWith({ issuerAccess: 'manual', adminKeyExpiresOn: '2027-02-01' }),
    'environments[0].adminKeyExpiresOn',
  ],
  [
    'an age of the admin key that no key reaches',
    environmentWith({ adminKeyMaxAgeDays: 0 }),
    'environments[0].adminKeyMaxAgeDays',
  ],
  [
    'an age of an admin key that is not there',
    environmentWith({ issuerAccess: 'manual', adminKeyMaxAgeDays: 90 }),
    'environments[0].adminKeyMaxAgeDays',
  ],
  [
    'limits that nobody can set',
    environmentWith({ issuerAccess: 'manual', workspaceLimits: { monthlySpendUsd: 500 } }),
    'environments[0].workspaceLimits',
  ],
  [
    'a spend limit that stops everybody',
    environmentWith({ workspaceLimits: { monthlySpendUsd: 0 } }),
    'environments[0].workspaceLimits.monthlySpendUsd',
  ],
  [
    'a limit that does not exist',
    environmentWith({ workspaceLimits: { dailySpendUsd: 5 } }),
    'environments[0].workspaceLimits.dailySpendUsd',
  ],
  [
    'rate limits that are no list',
    environmentWith({ workspaceLimits: { rateLimits: { of: 'batch', requestsPerMinute: 5 } } }),
    'environments[0].workspaceLimits.rateLimits',
  ],
  [
    'more rate limits than fit',
    environmentWith({ workspaceLimits: { rateLimits: rateLimits(16) } }),
    'environments[0].workspaceLimits.rateLimits',
  ],
  [
    'a rate limit of nothing known',
    environmentWith({ workspaceLimits: { rateLimits: [{ of: 'images', requestsPerMinute: 5 }] } }),
    `${RATE_LIMIT}.of`,
  ],
  [
    'a rate limit that stops everybody',
    environmentWith({ workspaceLimits: { rateLimits: [{ of: 'batch', requestsPerMinute: 0 }] } }),
    `${RATE_LIMIT}.requestsPerMinute`,
  ],
  [
    'a rate limit that limits nothing',
    environmentWith({ workspaceLimits: { rateLimits: [{ of: 'batch' }] } }),
    RATE_LIMIT,
  ],
  [
    'two rate limits of one surface',
    environmentWith({ workspaceLimits: { rateLimits: [...rateLimits(1), ...rateLimits(1)] } }),
    'environments[0].workspaceLimits.rateLimits[1].of',
  ],
  ['a time zone that is none', environmentWith({ timeZone: 'Mars/Olympus' }), 'environments[0].timeZone'],
  ['an offset for a time zone', environmentWith({ timeZone: '+01:00' }), 'environments[0].timeZone'],
  [
    'personal keys allowed by a word',
    environmentWith({ allowPersonalKeys: 'yes' }),
    'environments[0].allowPersonalKeys',
  ],
  [
    'an alarm address that is none',
    environmentWith({ alarmEmails: { critical: ['on-call'] } }),
    'environments[0].alarmEmails.critical',
  ],
  [
    'an unknown severity',
    environmentWith({ alarmEmails: { info: ['a@b.example'] } }),
    'environments[0].alarmEmails.info',
  ],
  ['a reader account that is none', environmentWith({ readerAccounts: ['me'] }), 'environments[0].readerAccounts'],
  ['an unknown field', environmentWith({ organisationId: 'x' }), 'environments[0].organisationId'],
  ['services that are no list', environmentWith({ services: {} }), 'environments[0].services'],
  ['a runbook that is no web address', environmentWith({ runbookUrl: 'docs/own.md' }), 'environments[0].runbookUrl'],
  [
    'a runbook with a section',
    environmentWith({ runbookUrl: 'https://wiki.acme.example/keys#top' }),
    'environments[0].runbookUrl',
  ],
  ['two environments of one name', in2({ name: 'prod' }), 'environments[1].name'],
  [
    "a service whose stack is another environment's",
    in2({ name: 'prod-rag', services: [aService({ name: 'service' })] }),
    'environments[1].services[0].name',
  ],
  [
    "a service whose stack is another environment's platform",
    [environmentWith({ services: [aService({ name: 'eu-platform' })] }), ...in2({ name: 'prod-eu' }).slice(1)],
    'environments[1].name',
  ],
  [
    "a service whose alarms are another environment's",
    [environmentWith({ services: [aService({ name: 'eu' })] }), ...in2({ name: 'prod-eu' }).slice(1)],
    'environments[1].name',
  ],
  ['one workspace in two environments', in2({ workspaceId: 'wrkspc_01test' }), 'environments[1].workspaceId'],
  [
    'a wrong policy of a whole environment',
    environmentWith({ policy: { maxAgeDays: '90' } }),
    'environments[0].policy.maxAgeDays',
  ],
  [
    'an operator that is the root user',
    operatorsWith({ breakGlass: [`arn:aws:iam::${ACCOUNT}:root`] }),
    OPERATORS_AT('breakGlass'),
  ],
  ['an operator by a pattern of roles', operatorsWith({ stager: [role(ACCOUNT, '*')] }), OPERATORS_AT('stager')],
  ['everybody for an operator', operatorsWith({ auditor: ['*'] }), OPERATORS_AT('auditor')],
  [
    'an operator that is a user',
    operatorsWith({ responder: [`arn:aws:iam::${ACCOUNT}:user/me`] }),
    OPERATORS_AT('responder'),
  ],
  [
    'an operator that is a session',
    operatorsWith({ responder: [`arn:aws:sts::${ACCOUNT}:assumed-role/team/me`] }),
    OPERATORS_AT('responder'),
  ],
  ['an account for an operator', operatorsWith({ stager: [ACCOUNT] }), OPERATORS_AT('stager')],
  ['one ARN in place of a list', operatorsWith({ stager: role(ACCOUNT) }), OPERATORS_AT('stager')],
  ['an operator twice', operatorsWith({ stager: [role(ACCOUNT), role(ACCOUNT)] }), OPERATORS_AT('stager')],
  ['an operator that there is not', operatorsWith({ reader: [role(ACCOUNT)] }), OPERATORS_AT('reader')],
  ['operators that are a list', environmentWith({ operators: [role(ACCOUNT)] }), 'environments[0].operators'],
  [
    'a VPC for an endpoint',
    serviceWith({ readThroughVpcEndpoints: ['vpc-0123456789abcdef0'] }),
    `${SERVICE}.readThroughVpcEndpoints`,
  ],
  ['any endpoint', serviceWith({ readThroughVpcEndpoints: ['vpce-*'] }), `${SERVICE}.readThroughVpcEndpoints`],
  [
    'an endpoint in capitals',
    serviceWith({ readThroughVpcEndpoints: ['vpce-0123456789ABCDEF0'] }),
    `${SERVICE}.readThroughVpcEndpoints`,
  ],
  ['no endpoint at all', serviceWith({ readThroughVpcEndpoints: [] }), `${SERVICE}.readThroughVpcEndpoints`],
  [
    'one endpoint in place of a list',
    serviceWith({ readThroughVpcEndpoints: 'vpce-0123456789abcdef0' }),
    `${SERVICE}.readThroughVpcEndpoints`,
  ],
  [
    'an organization that is a root',
    environmentWith({ readerOrganization: 'r-ab12' }),
    'environments[0].readerOrganization',
  ],
  ['any organization', environmentWith({ readerOrganization: 'o-*' }), 'environments[0].readerOrganization'],
  [
    'a boundary that is a role',
    environmentWith({ permissionsBoundary: role(ACCOUNT) }),
    'environments[0].permissionsBoundary',
  ],
  [
    'a boundary by a pattern',
    environmentWith({ permissionsBoundary: 'acme-*' }),
    'environments[0].permissionsBoundary',
  ],
  ['an empty boundary', environmentWith({ permissionsBoundary: '' }), 'environments[0].permissionsBoundary'],
  ['a network without subnets', networkWith({ subnetIds: [] }), 'environments[0].functionNetwork.subnetIds'],
  [
    'a subnet that is a VPC',
    networkWith({ subnetIds: ['vpc-0123456789abcdef0'] }),
    'environments[0].functionNetwork.subnetIds',
  ],
  [
    'a network without security groups',
    networkWith({ securityGroupIds: undefined }),
    'environments[0].functionNetwork.securityGroupIds',
  ],
  [
    'a network that names its VPC',
    networkWith({ vpcId: 'vpc-0123456789abcdef0' }),
    'environments[0].functionNetwork.vpcId',
  ],
  ['a service name with a slash', serviceWith({ name: 'team/bot' }), `${SERVICE}.name`],
  ["a service that takes the platform stack's name", serviceWith({ name: 'platform' }), `${SERVICE}.name`],
  ['a service name of 41 characters', serviceWith({ name: 'a'.repeat(41) }), `${SERVICE}.name`],
  ['a service without an owner', serviceWith({ owner: ' ' }), `${SERVICE}.owner`],
  ['an issuer that there is not', serviceWith({ issuer: 'bedrock' }), `${SERVICE}.issuer`],
  ['a service without readers', serviceWith({ readers: undefined }), `${SERVICE}.readers`],
  [
    'readers of both kinds',
    serviceWith({ readers: { role: { assumedBy: 'lambda' }, roleArns: [role(ACCOUNT)] } }),
    `${SERVICE}.readers`,
  ],
  ['readers of neither kind', serviceWith({ readers: {} }), `${SERVICE}.readers`],
  ['an empty list of readers', serviceWith({ readers: { roleArns: [] } }), `${SERVICE}.readers.roleArns`],
  [
    'a reader that is a user',
    serviceWith({ readers: { roleArns: [`arn:aws:iam::${ACCOUNT}:user/me`] } }),
    `${SERVICE}.readers.roleArns`,
  ],
  [
    'a role for no service',
    serviceWith({ readers: { role: { assumedBy: 'AWS Lambda' } } }),
    `${SERVICE}.readers.role.assumedBy`,
  ],
  [
    'readers by ARN where the account is not known',
    serviceWith({ readers: { roleArns: [role(ACCOUNT)] } }),
    `${SERVICE}.readers.roleArns`,
  ],
  [
    'a reader of an account that may not read',
    environmentWith({ account: ACCOUNT, services: [aService({ readers: { roleArns: [role(OTHER_ACCOUNT)] } })] }),
    `${SERVICE}.readers.roleArns`,
  ],
  [
    'one role that reads two services',
    environmentWith({
      account: ACCOUNT,
      services: ['one', 'two'].map((name) => aService({ name, readers: { roleArns: [role(ACCOUNT)] } })),
    }),
    'environments[0].services[1].readers.roleArns',
  ],
  [
    'two services of one name',
    environmentWith({ services: [aService(), aService()] }),
    'environments[0].services[1].name',
  ],
  ['an unknown policy', policyWith({ maxAge: 90 }), `${SERVICE}.policy.maxAge`],
  ['a schedule of 0 days', policyWith({ rotateEveryDays: 0 }), `${SERVICE}.policy.rotateEveryDays`],
  ['a schedule of 1001 days', policyWith({ maxAgeDays: 1001 }), `${SERVICE}.policy.maxAgeDays`],
  ['a schedule of half a day', policyWith({ rotateEveryDays: 0.5 }), `${SERVICE}.policy.rotateEveryDays`],
  [
    'a schedule beyond the greatest age',
    policyWith({ maxAgeDays: 60, rotateEveryDays: 61 }),
    `${SERVICE}.policy.rotateEveryDays`,
  ],
  [
    'an overlap shorter than the cache time',
    policyWith({ overlapHours: 1, consumerCacheMinutes: 61 }),
    `${SERVICE}.policy.overlapHours`,
  ],
  [
    'a deadline before a key can be idle',
    policyWith({ retirementDeadlineDays: 2 }),
    `${SERVICE}.policy.retirementDeadlineDays`,
  ],
  [
    'an early replacement of every key',
    policyWith({ rotateBeforeExpiryDays: 90 }),
    `${SERVICE}.policy.rotateBeforeExpiryDays`,
  ],
  [
    'more old keys than a secret has labels for',
    policyWith({ maxAgeDays: 4, rotateBeforeExpiryDays: 1, rotateEveryDays: 4, undoWindowDays: 14 }),
    `${SERVICE}.policy.undoWindowDays`,
  ],
  ['no spare at all', policyWith({ sparesAtLeast: 0 }), `${SERVICE}.policy.sparesAtLeast`],
  [
    'an unknown end of a retirement',
    policyWith({ atRetirementDeadline: 'delete' }),
    `${SERVICE}.policy.atRetirementDeadline`,
  ],
];

describe('mistakesInEnvironments', () => {
  it.each(WRONG)('rejects %s', (_what, config, path) => {
    const mistakes = mistakesInEnvironments([config].flat());
    expect(mistakes.map((mistake) => mistake.path)).toEqual([path]);
  });

  it('finds nothing wrong with what is right', () => {
    const rightly = environmentWith({
      account: ACCOUNT,
      region: 'eu-central-1',
      readerAccounts: [OTHER_ACCOUNT],
      operators: { stager: [role(ACCOUNT, 'aws-reserved/sso.amazonaws.com/AWSReservedSSO_team_0123')], auditor: [] },
      permissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/acme/boundary`,
      functionNetwork: { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-01234567'] },
      timeZone: 'Europe/Berlin',
      runbookUrl: 'https://wiki.acme.example/claude-keys',
      adminKeyExpiresOn: '2028-02-29',
      adminKeyMaxAgeDays: 30,
      workspaceLimits: {
        monthlySpendUsd: 500,
        rateLimits: [...rateLimits(14), { of: 'web_search', requestsPerMinute: 1 }],
      },
      alarmEmails: { critical: ['pager@acme.example'], warning: [] },
      services: [aService({ readers: { roleArns: [role(ACCOUNT), role(OTHER_ACCOUNT)] }, strictReads: false })],
    });
    expect(mistakesInEnvironments([rightly])).toEqual([]);
  });

  it('takes roles of any account as readers where an organization may read', () => {
    const services = [aService({ readers: { roleArns: [role(OTHER_ACCOUNT)] } })];
    const open = environmentWith({ account: ACCOUNT, readerOrganization: 'o-exampleorg', services });
    const closed = environmentWith({ account: ACCOUNT, services });

    expect(mistakesInEnvironments([open])).toEqual([]);
    expect(mistakesInEnvironments([closed])).toHaveLength(1);
  });
});

describe('names of two environments', () => {
  const colliding = (one: object, other: object) =>
    mistakesInEnvironments([
      environmentWith({ services: [aService({ name: 'eu-x' })], ...one }),
      environmentWith({ name: 'prod-eu', workspaceId: 'wrkspc_01eu', services: [aService({ name: 'x' })], ...other }),
    ]);

  it('may be the same where account or region are not', () => {
    expect(colliding({ account: ACCOUNT }, { account: OTHER_ACCOUNT })).toEqual([]);
    expect(colliding({ region: 'eu-central-1' }, { region: 'us-east-1' })).toEqual([]);
  });

  it('are refused where they might be in one account and region, with both places', () => {
    const places = [{}, { account: ACCOUNT }, { account: ACCOUNT, region: 'eu-central-1' }];
    for (const place of places)
      expect(colliding(place, { account: ACCOUNT, region: 'eu-central-1' })).toEqual([
        {
          path: 'environments[1].services[0].name',
          message:
            'got "x"; allowed: a name without the same stacks or alarms: claude-keys-prod-eu-x… is of environments[0].services[0].name already',
        },
      ]);
  });
});

describe('resolveEnvironments', () => {
  it('rejects everything that is wrong with one error, each with its place, the value got and what is allowed', () => {
    const config = environmentWith({ name: 'PROD', services: [aService({ policy: { overlapHours: 0 } })] });
    const error = thrownBy(() => resolveEnvironments([config]));
    expect(isKeyRotationError(error, 'BadConfiguration')).toBe(true);
    expect(String(error)).toContain('2 mistakes');
    expect(String(error)).toContain('environments[0].name: got "PROD"; allowed: 1 to 20 lower-case letters');
    expect(String(error)).toContain(`${SERVICE}.policy.overlapHours: got 0; allowed: a whole number from 1`);
  });

  it('rejects a key in the wrong field without repeating it', () => {
    const pasted = ['sk', 'ant', 'api03', 'x'.repeat(20)].join('-');
    const error = thrownBy(() => resolveEnvironments([environmentWith({ workspaceId: pasted })]));
    expect(String(error)).toContain('got what looks like a key');
    expect(String(error)).not.toContain('x'.repeat(20));
  });

  it('rejects what is no list at all', () => {
    const notAList = JSON.parse('{"name":"prod"}') as EnvironmentConfig[];
    expect(() => resolveEnvironments(notAList)).toThrow('a list of environments');
  });

  it('fills in every default', () => {
    const [environment] = resolveEnvironments([anEnvironment()]);
    expect(environment).toMatchObject({
      allowPersonalKeys: false,
      timeZone: 'UTC',
      runbookUrl: 'docs/runbook.md',
      alarmEmails: { critical: [], warning: [] },
      readerAccounts: [],
      services: [{ issuer: 'claude-console', strictReads: true, policy: { maxAgeDays: 90, overlapHours: 48 } }],
    });
  });

  it("lets a service's policy win over its environment's, and that over the defaults", () => {
    const config = environmentWith({
      policy: { overlapHours: 72, quietHours: 12 },
      services: [aService({ policy: { quietHours: 36 } })],
    });
    const policy = resolveEnvironments([config])[0]?.services[0]?.policy;
    expect(policy).toMatchObject({ overlapHours: 72, quietHours: 36, undoWindowDays: 14 });
  });
});

describe('rejectServiceMistakes', () => {
  const alone: Partial<ServiceConfig> & { owner: string; environment: string; service: string } = {
    environment: 'prod',
    service: 'billing-bot',
    owner: 'team-billing',
  };

  it('accepts a service on its own', () => {
    expect(() => rejectServiceMistakes(alone)).not.toThrow();
  });

  it('rejects all that is wrong with a service on its own', () => {
    const error = thrownBy(() =>
      rejectServiceMistakes({ ...alone, environment: 'Prod', policy: { sparesAtLeast: 0 } }),
    );
    expect(String(error)).toContain('props.environment');
    expect(String(error)).toContain('policy.sparesAtLeast');
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected a throw');
}
