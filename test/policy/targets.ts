import {
  conditionParameterName,
  conditionsPath,
  registrationsPath,
  spareParameterName,
  sparesPath,
} from '../../lib/contract/names';
import type { ConditionContext } from '../../sandbox/aws/authorization/permission';
import type { DeployedResource } from '../../sandbox/aws/cloudformation/resource';
import { type Act, actsOn, type Subject } from './acts';
import type { DeployedEnvironment } from './deployed-environment';
import { keyActs } from './key-acts';
import { ACCOUNT_MANNERS, PARAMETER_MANNERS, SECRET_MANNERS, TOPIC_MANNERS } from './manners';

/** Something that a policy protects, with everything that could be tried on it. */
export interface Target {
  /** What it is, as the table of what is meant calls it. */
  readonly kind: string;
  readonly name: string;
  /** Absent for what belongs to the whole account. */
  readonly environment?: string;
  /** The service or function that it belongs to. */
  readonly owner?: string;
  readonly acts: readonly Act[];
}

type TargetsOf = (resource: DeployedResource, of: DeployedEnvironment, service?: string) => Promise<readonly Target[]>;

/** Types of resources that are part of another, hold nothing, or only decide about others. */
const NO_TARGETS = [
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::KMS::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
];

const TARGETS: Readonly<Record<string, TargetsOf>> = {
  'AWS::IAM::Role': async (resource, of, service) => [await roleTarget(resource, of, service)],
  'AWS::KMS::Key': async (resource, of) => [await keyTarget(resource, of)],
  'AWS::Lambda::Function': async (resource, of) => [await functionTarget(resource, of)],
  'AWS::Logs::LogGroup': logTargets,
  'AWS::SecretsManager::Secret': async (resource, of, service) => [await secretTarget(resource, of, service)],
  'AWS::SNS::Topic': async (resource, of) => [await topicTarget(resource, of)],
  'AWS::SSM::Parameter': async (resource, of, service) => [
    await parameterTarget(
      of,
      resource.physicalId,
      service === undefined ? 'platform parameter' : 'registration',
      service ?? resource.physicalId.split('/').at(-1),
    ),
  ],
};

/** Everything of a deployed environment that could be asked for. A type of resource that nobody classified is an error. */
export async function targetsOf(of: DeployedEnvironment): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const { stackName, service, resources } of of.stacks)
    for (const resource of resources) {
      if (NO_TARGETS.includes(resource.type)) continue;
      const make = TARGETS[resource.type];
      if (!make) throw new Error(`${stackName}: the proof does not know what to ask of a ${resource.type}`);
      targets.push(...(await make(resource, of, service)));
    }
  return [...targets, ...(await notDeployed(of))];
}

/** What operators and functions make, and what nobody has made yet. */
async function notDeployed(of: DeployedEnvironment): Promise<readonly Target[]> {
  const { environment, services } = of;
  const spares = services.map((service) =>
    parameterTarget(of, spareParameterName(environment, service, 'apikey_01spare'), 'spare', service),
  );
  return Promise.all([
    ...spares,
    parameterTarget(of, sparesPath(environment), 'path of spares'),
    parameterTarget(of, registrationsPath(environment), 'path of registrations'),
    parameterTarget(of, conditionsPath(environment), 'path of conditions'),
    parameterTarget(of, conditionParameterName(environment, 'platform', 'no-spare'), 'noted condition'),
    strangersSecret(of),
  ]);
}

/** Everybody may ask who they are, whatever any policy says. */
const ALWAYS_ALLOWED = 'sts:GetCallerIdentity';

/** Actions that need no resource: on the account as a whole. */
export async function accountTarget(): Promise<Target> {
  const services = ['cloudwatch', 'events', 'iam', 'kms', 'lambda', 'logs', 'secretsmanager', 'sns', 'ssm', 'sts'];
  const acts = await Promise.all(
    services.map(async (service) =>
      (await actsOn({ service, arn: '*', manners: ACCOUNT_MANNERS })).map((act) => ({
        ...act,
        name: `${service}:${act.name}`,
      })),
    ),
  );
  return { kind: 'account', name: 'account', acts: acts.flat().filter(({ name }) => name !== ALWAYS_ALLOWED) };
}

/** What Lambda needs of EC2 to put a function into a network, and all else that could be done there. */
export async function networkTarget({ aws, environment }: DeployedEnvironment): Promise<Target> {
  const { id, region } = aws.account;
  const arn = (resource: string) => `arn:aws:ec2:${region}:${id}:${resource}`;
  const acts = await Promise.all([
    actsOn({ service: 'ec2', type: 'network-interface', arn: arn('network-interface/eni-0123456789abcdef0') }),
    actsOn({ service: 'ec2', type: 'subnet', arn: arn('subnet/subnet-0123456789abcdef0') }),
    actsOn({ service: 'ec2', arn: '*' }),
  ]);
  return { kind: 'network', name: 'network', environment, acts: acts.flat() };
}

async function secretTarget(resource: DeployedResource, of: DeployedEnvironment, service?: string): Promise<Target> {
  const arn = resource.physicalId;
  const { tags = new Map(), resourcePolicy } = of.aws.secretsManager.secret(arn) ?? {};
  const context = { ...tagContext(tags), 'secretsmanager:SecretId': arn };
  return {
    ...named(service === undefined ? 'admin secret' : 'secret', arn, of, service),
    acts: [
      ...(await actsOn({
        service: 'secretsmanager',
        type: 'Secret',
        arn,
        context,
        manners: SECRET_MANNERS,
        ...policy(resourcePolicy),
      })),
      ...keyActs(of, { SecretARN: arn, SecretVersionId: 'version' }),
    ],
  };
}

/** A secret that is not of the app, under a name that begins like those of services. */
async function strangersSecret(of: DeployedEnvironment): Promise<Target> {
  const { id, region } = of.aws.account;
  const arn = `arn:aws:secretsmanager:${region}:${id}:secret:${of.environment}/other-AbCdEf`;
  return {
    ...named("somebody else's secret", arn, of),
    acts: await actsOn({ service: 'secretsmanager', type: 'Secret', arn, manners: SECRET_MANNERS }),
  };
}

async function parameterTarget(
  of: DeployedEnvironment,
  parameter: string,
  kind: string,
  service?: string,
): Promise<Target> {
  const { id, region } = of.aws.account;
  const arn = `arn:aws:ssm:${region}:${id}:parameter${parameter}`;
  const context = tagContext(of.aws.ssm.tagsOf(arn));
  const acts = await actsOn({ service: 'ssm', type: 'parameter', arn, context, manners: PARAMETER_MANNERS });
  const encrypted = kind === 'spare' ? keyActs(of, { PARAMETER_ARN: arn }) : [];
  return { ...named(kind, arn, of, service), acts: [...acts, ...encrypted] };
}

async function keyTarget({ physicalId }: DeployedResource, of: DeployedEnvironment): Promise<Target> {
  const { arn = '', policy: keyPolicy } = of.aws.kms.lookUp(physicalId) ?? {};
  return {
    ...named('key', arn, of),
    acts: await actsOn({
      service: 'kms',
      type: 'key',
      arn,
      ...policy(keyPolicy),
    }),
  };
}

async function topicTarget({ physicalId: arn }: DeployedResource, of: DeployedEnvironment): Promise<Target> {
  const subject: Subject = { service: 'sns', type: 'topic', arn, manners: TOPIC_MANNERS };
  return {
    ...named(`${ownerOf(arn, of)} topic`, arn, of),
    acts: [
      ...(await actsOn({ ...subject, ...policy(of.aws.sns.policyOf(arn)) })),
      ...keyActs(of, { 'aws:sns:topicArn': arn }),
    ],
  };
}

async function functionTarget({ physicalId }: DeployedResource, of: DeployedEnvironment): Promise<Target> {
  const { id, region } = of.aws.account;
  const arn = `arn:aws:lambda:${region}:${id}:function:${physicalId}`;
  const resourcePolicy = of.aws.lambda.policyOf(physicalId);
  return {
    ...named(`${ownerOf(physicalId, of)} function`, arn, of, ownerOf(physicalId, of)),
    acts: await actsOn({ service: 'lambda', type: 'function', arn, ...policy(resourcePolicy) }),
  };
}

async function logTargets({ physicalId }: DeployedResource, of: DeployedEnvironment): Promise<readonly Target[]> {
  const { id, region } = of.aws.account;
  const arn = `arn:aws:logs:${region}:${id}:log-group:${physicalId}`;
  const owner = ownerOf(physicalId, of);
  const onGroup = await actsOn({ service: 'logs', type: 'log-group', arn });
  const onStream = await actsOn({ service: 'logs', type: 'log-stream', arn: `${arn}:log-stream:2026/11/20/1` });
  return [
    { ...named('log group', arn, of, owner), acts: [...onGroup, ...keyActs(of, { 'aws:logs:arn': arn })] },
    { ...named('log stream', arn, of, owner), acts: onStream },
  ];
}

async function roleTarget(
  { physicalId }: DeployedResource,
  of: DeployedEnvironment,
  service?: string,
): Promise<Target> {
  const role = of.aws.iam.role(physicalId);
  if (!role) throw new Error(`there is no role ${physicalId}`);
  const arn = role.arn;
  const iam = await actsOn({ service: 'iam', type: 'role', arn });
  const sts = await actsOn({ service: 'sts', type: 'role', arn, policy: role.trust });
  return {
    ...named(service === undefined ? 'platform role' : 'service role', arn, of, service ?? ownerOf(physicalId, of)),
    acts: [...iam, ...sts],
  };
}

const named = (kind: string, name: string, { environment }: DeployedEnvironment, owner?: string) => ({
  kind,
  name,
  environment,
  ...(owner === undefined ? {} : { owner }),
});

/** What a platform's resource belongs to, by its name: `claude-keys-prod-rotate` to `rotate`. */
const ownerOf = (name: string, { environment }: DeployedEnvironment): string =>
  name.split(`claude-keys-${environment}-`).at(-1) ?? name;

const policy = (text: string | undefined) => (text === undefined ? {} : { policy: text });

const tagContext = (tags: ReadonlyMap<string, string>): ConditionContext =>
  Object.fromEntries([...tags].map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
