import { AssetBucket } from '../../../../sandbox/aws/cloudformation/asset-bucket';
import { Deployment } from '../../../../sandbox/aws/cloudformation/deployment';
import { SecretsManager } from '../../../../sandbox/aws/secrets-manager/secrets-manager';
import { Ssm } from '../../../../sandbox/aws/ssm';
import { bareAccount } from '../bare-account';
import { RotationFunctions, templateRotation } from '../rotation-functions';

const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate';

type Properties = Readonly<Record<string, unknown>>;

const secretWith = (properties: Properties) => ({ Type: 'AWS::SecretsManager::Secret', Properties: properties });

const scheduleWith = (properties: Properties) => ({
  Type: 'AWS::SecretsManager::RotationSchedule',
  Properties: { SecretId: { Ref: 'Secret' }, RotationLambdaARN: FUNCTION_ARN, ...properties },
});

const DAILY = { RotationRules: { ScheduleExpression: 'rate(1 day)' } };
const MONTHLY = { RotationRules: { ScheduleExpression: 'rate(30 days)' } };

function setUp() {
  const account = bareAccount();
  const functions = new RotationFunctions();
  let made = 1;
  functions.run = templateRotation(account, account.administrator, () => `made ${made++}`);
  const secrets = new SecretsManager({ account });
  for (const service of [functions, secrets, new Ssm(account)]) account.add(service);
  const deployment = new Deployment(account, new AssetBucket());
  const deploy = async (Resources: Readonly<Record<string, unknown>>): Promise<void> => {
    const stack = { artifactId: 'service', stackName: 'service', displayName: 'prod/service', environment: {} };
    await deployment.deployStack({ ...stack, template: { Resources } as never, assets: new Map() });
    await account.clock.settle();
  };
  const withSchedule = (schedule: Properties, secret: Properties = { Name: 'key', SecretString: 'placeholder' }) =>
    deploy({ Secret: secretWith(secret), Schedule: scheduleWith(schedule) });
  const current = () => {
    const value = secrets.secrets()[0]?.versions.find(({ labels }) => labels.includes('AWSCURRENT'))?.value;
    return value?.kind === 'text' ? value.text : undefined;
  };
  return { account, deployment, functions, secrets, deploy, withSchedule, current };
}

describe('a secret in a template', () => {
  it('without a text is empty', async () => {
    const { deploy, secrets } = setUp();
    await deploy({ Secret: secretWith({ Name: 'key' }) });
    expect(secrets.secrets()).toMatchObject([{ name: 'key', versions: [] }]);
  });

  it('whose text changes loses what it holds by then', async () => {
    const { deploy, account, current } = setUp();
    await deploy({ Secret: secretWith({ Name: 'key', SecretString: 'placeholder' }) });
    const put = { SecretId: 'key', SecretString: 'live', ClientRequestToken: 'a'.repeat(32) };
    await account.call('secretsmanager', 'PutSecretValue', put, account.administrator);

    await deploy({ Secret: secretWith({ Name: 'key', SecretString: 'placeholder', Description: 'the same text' }) });
    const afterDescription = current();
    await deploy({ Secret: secretWith({ Name: 'key', SecretString: 'another text' }) });

    expect([afterDescription, current()]).toEqual(['live', 'another text']);
  });

  it('goes without a recovery window', async () => {
    const { deploy, deployment, account } = setUp();
    const asked: unknown[] = [];
    account.observe({ before: ({ operation, input }) => void (operation === 'DeleteSecret' && asked.push(input)) });
    await deploy({ Secret: secretWith({ Name: 'key' }) });
    await deployment.destroyStack('service');
    expect(asked).toMatchObject([{ ForceDeleteWithoutRecovery: true }]);
  });
});

describe('a rotation schedule in a template', () => {
  it('rotates at once, and whenever it changes, unless it says otherwise', async () => {
    const { withSchedule, functions, current } = setUp();
    await withSchedule(DAILY);
    const first = current();
    await withSchedule(DAILY);
    const unchanged = current();
    await withSchedule(MONTHLY);

    expect([first, unchanged, current()]).toEqual(['made 1', 'made 1', 'made 2']);
    expect(functions.steps).toHaveLength(8);
  });

  it('has a copy tested and nothing else, where it says otherwise', async () => {
    const { withSchedule, functions, current } = setUp();
    await withSchedule({ ...DAILY, RotateImmediatelyOnUpdate: false });
    expect([functions.steps, current()]).toEqual([['testSecret'], 'placeholder']);
  });

  it('that leaves takes the rotation with it, and leaves the value', async () => {
    const { withSchedule, deploy, account, functions, current } = setUp();
    await withSchedule({ ...DAILY, RotateImmediatelyOnUpdate: false });
    await deploy({ Secret: secretWith({ Name: 'key', SecretString: 'placeholder' }) });
    await account.clock.advanceBy(7 * 24 * 60 * 60 * 1000);
    expect([functions.steps, current()]).toEqual([['testSecret'], 'placeholder']);
  });
});
