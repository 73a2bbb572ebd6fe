import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { keyLabel } from '../../lib/contract/labels';
import {
  adminSecretName,
  platformParameterName,
  reconcileFunctionName,
  registrationParameterName,
  secretName,
  spareParameterName,
  sparesPath,
} from '../../lib/contract/names';
import { createApp } from '../../lib/stacks/app';
import { roleNameOf, roleSession } from '../../sandbox/aws/role-session';
import { readerRoleArns } from '../../sandbox/readers';
import type { Sandbox } from '../../sandbox/sandbox';
import { anEnvironment, aService } from '../config/environment-builder';
import { deployedSandbox } from '../support/deployed-sandbox';
import { RAG, World } from '../support/world';
import { scratchFolder } from './scratch-folder';

const OWN = secretName('prod', RAG);
const OTHER = secretName('prod', 'support-bot');
const OTHER_ENVIRONMENT = secretName('dev', RAG);

/** A program of the service: the real SDK, with the credentials of the service's own role. */
class ServiceProgram {
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly lambda: LambdaClient;
  readonly sns: SNSClient;

  constructor(sandbox: Sandbox, service: string) {
    const settings = settingsOf(sandbox, service);
    this.secretsManager = new SecretsManagerClient(settings);
    this.ssm = new SSMClient(settings);
    this.lambda = new LambdaClient(settings);
    this.sns = new SNSClient(settings);
  }

  read(input: Partial<GetSecretValueCommandInput> = {}) {
    return this.secretsManager.send(new GetSecretValueCommand({ SecretId: OWN, ...input }));
  }

  destroy(): void {
    for (const client of [this.secretsManager, this.ssm, this.lambda, this.sns]) client.destroy();
  }
}

function settingsOf(sandbox: Sandbox, service: string) {
  const { resourcePolicy = '{}' } = sandbox.secretsManager.secret(secretName('prod', service)) ?? {};
  const [roleArn = ''] = readerRoleArns(resourcePolicy, 'prod');
  const env = sandbox.environmentVariables(roleSession(sandbox.account.id, roleNameOf(roleArn), service));
  return {
    endpoint: env.AWS_ENDPOINT_URL ?? '',
    region: env.AWS_REGION ?? '',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: env.AWS_SESSION_TOKEN ?? '',
    },
    maxAttempts: 1,
  };
}

/** A service with a current key, a previous one, one that its rotation cannot finish testing, and a spare; and another service. */
async function lively(world: World) {
  await world.stageAndRotate('support-bot');
  const previous = await world.stageAndRotate();
  const current = await world.stageAndRotate();
  await world.stage();
  world.sandbox.claude.faults.push({ path: '/v1/models', times: 1000, answer: { status: 500 } });
  await world.rotate();
  await world.secretsManagerByHand('UpdateSecretVersionStage', {
    SecretId: OWN,
    VersionStage: 'AWSPENDING',
    MoveToVersionId: versionOf(world, previous.id),
    ...withPending(world),
  });
  const [spare] = world.spares();
  if (spare === undefined) throw new Error('there is no spare to be kept from');
  await world.secretsManager('CreateSecret', {
    Name: OTHER_ENVIRONMENT,
    SecretString: 'of dev',
    ClientRequestToken: world.sandbox.random.uuid(),
  });
  return { previous, current, spare };
}

const versionOf = (world: World, keyId: string): string =>
  Object.entries(world.labels()).find(([, labels]) => labels.includes(keyLabel(keyId)))?.[0] ?? '';

const withPending = (world: World) => {
  const holder = Object.entries(world.labels()).find(([, labels]) => labels.includes('AWSPENDING'))?.[0];
  return holder === undefined ? {} : { RemoveFromVersionId: holder };
};

/** Every outcome of some attempts by name: `allowed`, or the name of the error. */
async function outcomes(attempts: Readonly<Record<string, () => Promise<unknown>>>): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    results[name] = await attempt().then(
      () => 'allowed',
      (error: Error) => error.name,
    );
  }
  return results;
}

const all = (attempts: object, outcome: string) =>
  Object.fromEntries(Object.keys(attempts).map((name) => [name, outcome]));

describe("a program in a service's role", () => {
  let world: World;
  let program: ServiceProgram;
  let keys: Awaited<ReturnType<typeof lively>>;

  beforeAll(async () => {
    world = await World.deploy('prod', deployedSandbox('prod', { ports: {} }));
    keys = await lively(world);
    program = new ServiceProgram(world.sandbox, RAG);
  });
  afterAll(async () => {
    program.destroy();
    await world.dispose();
  });

  it('reads its own key, and may ask for the current stage by name', async () => {
    const values = [await program.read(), await program.read({ VersionStage: 'AWSCURRENT' })];
    const described = await program.secretsManager.send(new DescribeSecretCommand({ SecretId: OWN }));

    expect(values.map(({ SecretString }) => SecretString)).toEqual([keys.current.rawKey, keys.current.rawKey]);
    expect(described.Name).toBe(OWN);
  });

  it('rejects every other version of its own key, though each of them is there', async () => {
    const [current, previous] = [versionOf(world, keys.current.id), versionOf(world, keys.previous.id)];
    const reads: Readonly<Record<string, Partial<GetSecretValueCommandInput>>> = {
      'the pending version': { VersionStage: 'AWSPENDING' },
      'the previous version': { VersionStage: 'AWSPREVIOUS' },
      'a version by the label of its key': { VersionStage: keyLabel(keys.previous.id) },
      'the previous version by id': { VersionId: previous },
      'the current version by id': { VersionId: current },
      'the current version by id and stage': { VersionId: current, VersionStage: 'AWSCURRENT' },
    };
    const attempts = Object.fromEntries(
      Object.entries(reads).map(([what, input]) => [what, () => program.read(input)] as const),
    );

    expect(await outcomes(attempts)).toEqual(all(attempts, 'AccessDeniedException'));
    for (const input of Object.values(reads))
      await expect(
        world.sandbox.account.inspect('secretsmanager', 'GetSecretValue', { SecretId: OWN, ...input }),
      ).resolves.toHaveProperty('SecretString');
  });

  it('rejects everything that belongs to somebody else', async () => {
    const { secretsManager, ssm, lambda, sns } = program;
    const read = (SecretId: string) => () => program.read({ SecretId });
    const spare = spareParameterName('prod', RAG, keys.spare);
    const attempts = {
      "another service's secret": read(OTHER),
      "another environment's secret": read(OTHER_ENVIRONMENT),
      'the admin key': read(adminSecretName('prod')),
      'many secrets at once': () => secretsManager.send(new BatchGetSecretValueCommand({ SecretIdList: [OWN, OTHER] })),
      'the list of secrets': () => secretsManager.send(new ListSecretsCommand({})),
      'its spare': () => ssm.send(new GetParameterCommand({ Name: spare, WithDecryption: true })),
      'its spare, encrypted': () => ssm.send(new GetParameterCommand({ Name: spare })),
      'the spares': () => ssm.send(new GetParametersByPathCommand({ Path: sparesPath('prod'), Recursive: true })),
      'its registration': () => ssm.send(new GetParameterCommand({ Name: registrationParameterName('prod', RAG) })),
      'the settings': () => ssm.send(new GetParameterCommand({ Name: platformParameterName('prod', 'settings') })),
      'the reconciler': () => lambda.send(new InvokeCommand({ FunctionName: reconcileFunctionName('prod') })),
    };
    const message = new PublishCommand({ TopicArn: world.sandbox.aws.sns.topics()[0]?.arn ?? '', Message: 'x' });

    expect(await outcomes(attempts)).toEqual(all(attempts, 'AccessDeniedException'));
    await expect(sns.send(message)).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
  });

  it('rejects every write', async () => {
    const { secretsManager, ssm } = program;
    const SecretId = OWN;
    const version = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: versionOf(world, keys.previous.id) };
    const spare = spareParameterName('prod', RAG, keys.spare);
    const attempts = {
      value: () => secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })),
      'value by an update': () => secretsManager.send(new UpdateSecretCommand({ SecretId, SecretString: 'x' })),
      stage: () => secretsManager.send(new UpdateSecretVersionStageCommand(version)),
      deletion: () => secretsManager.send(new DeleteSecretCommand({ SecretId })),
      'deletion at once': () =>
        secretsManager.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
      restoration: () => secretsManager.send(new RestoreSecretCommand({ SecretId })),
      rotation: () => secretsManager.send(new RotateSecretCommand({ SecretId })),
      'end of rotation': () => secretsManager.send(new CancelRotateSecretCommand({ SecretId })),
      tag: () => secretsManager.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] })),
      'tag removed': () => secretsManager.send(new UntagResourceCommand({ SecretId, TagKeys: ['a'] })),
      policy: () => secretsManager.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: '{}' })),
      'policy removed': () => secretsManager.send(new DeleteResourcePolicyCommand({ SecretId })),
      'a look at the policy': () => secretsManager.send(new GetResourcePolicyCommand({ SecretId })),
      'a look at the versions': () => secretsManager.send(new ListSecretVersionIdsCommand({ SecretId })),
      'a spare': () => ssm.send(new PutParameterCommand({ Name: `${spare}x`, Type: 'String', Value: 'x' })),
      'a spare removed': () => ssm.send(new DeleteParameterCommand({ Name: spare })),
    };

    expect(await outcomes(attempts)).toEqual(all(attempts, 'AccessDeniedException'));
  });
});

describe("a program in a service's role without strict reads", () => {
  let world: World;
  let program: ServiceProgram;
  let keys: Awaited<ReturnType<typeof lively>>;

  beforeAll(async () => {
    const services = [aService({ strictReads: false }), aService({ name: 'support-bot' })];
    const assembly = createApp([anEnvironment({ services })], { outdir: scratchFolder() }).synth().directory;
    world = await World.deploy('prod', deployedSandbox('prod', { assembly, ports: {} }));
    keys = await lively(world);
    program = new ServiceProgram(world.sandbox, RAG);
  });
  afterAll(async () => {
    program.destroy();
    await world.dispose();
  });

  it('reads any version of its own key as well', async () => {
    const reads = [
      await program.read({ VersionId: versionOf(world, keys.current.id) }),
      await program.read({ VersionId: versionOf(world, keys.previous.id) }),
      await program.read({ VersionStage: 'AWSPREVIOUS' }),
    ];

    expect(reads.map(({ SecretString }) => SecretString)).toEqual(
      [keys.current, keys.previous, keys.previous].map(({ rawKey }) => rawKey),
    );
  });

  it('rejects everything else, as before', async () => {
    const { secretsManager, ssm } = program;
    const SecretId = OWN;
    const Name = spareParameterName('prod', RAG, keys.spare);
    const attempts = {
      "another service's secret": () => program.read({ SecretId: OTHER }),
      "another environment's secret": () => program.read({ SecretId: OTHER_ENVIRONMENT }),
      'the admin key': () => program.read({ SecretId: adminSecretName('prod') }),
      'its spare': () => ssm.send(new GetParameterCommand({ Name, WithDecryption: true })),
      'a write': () => secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })),
      'its versions': () => secretsManager.send(new ListSecretVersionIdsCommand({ SecretId })),
    };

    expect(await outcomes(attempts)).toEqual(all(attempts, 'AccessDeniedException'));
  });
});
