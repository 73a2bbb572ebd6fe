import { secretName } from '../../lib/contract/names';
import { DAY_MS, HOUR_MS } from '../../lib/core/time';
import type { AwsInput } from '../../sandbox/aws/service';
import { deployedSandbox } from '../support/deployed-sandbox';
import { oneServiceAssembly } from '../support/one-service';
import { RAG, World } from '../support/world';

const STACK = `claude-keys-prod-${RAG}`;
const SecretId = secretName('prod', RAG);
const assembly = oneServiceAssembly();

let world: World;

beforeEach(async () => {
  world = await World.deploy('prod', deployedSandbox('prod', { assembly }));
});

afterEach(() => world.dispose());

/** What docs/taking-down.md says, as far as the sandbox can play it: it imports nothing. */
describe('a service whose stack is destroyed', () => {
  it('leaves its secret without policy and rotation, and its keys are disabled within six days', async () => {
    const key = await world.stageAndRotate();
    const spare = await world.stage();

    await world.sandbox.aws.deployment.destroyStack(STACK);

    expect(await call('GetResourcePolicy', { SecretId })).not.toHaveProperty('ResourcePolicy');
    expect(await call('DescribeSecret', { SecretId })).toMatchObject({ RotationEnabled: false });
    await world.sandbox.advance(6 * DAY_MS);
    for (const { id } of [key, spare]) expect(world.sandbox.claude.key(id)).toMatchObject({ status: 'inactive' });
  });

  it('cannot come back while its secret is there, and begins anew once that is deleted', async () => {
    await world.sandbox.aws.deployment.destroyStack(STACK);

    await expect(world.sandbox.deploy(assembly)).rejects.toThrow(/already exists/);

    await call('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
    await world.sandbox.advance(HOUR_MS);
    await world.sandbox.deploy(assembly);
    const key = await world.stage();
    await world.sandbox.advance(HOUR_MS);
    expect(await call('DescribeSecret', { SecretId })).toMatchObject({
      Tags: expect.arrayContaining([{ Key: 'claude-keys:key-name', Value: world.sandbox.claude.key(key.id)?.name }]),
    });
  });
});

const call = (operation: string, input: AwsInput) => {
  const { account } = world.sandbox;
  return account.call('secretsmanager', operation, input, account.administrator);
};
