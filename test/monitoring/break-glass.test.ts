import { operatorRoleName } from '../../lib/contract/names';
import { createApp } from '../../lib/stacks/app';
import { roleSession } from '../../sandbox/aws/role-session';
import type { Caller } from '../../sandbox/aws/service';
import { anEnvironment } from '../config/environment-builder';
import { scratchFolder } from '../sandbox/scratch-folder';
import { promptSandbox } from '../support/deployed-sandbox';
import { World } from '../support/world';
import { HOUR_MS, MINUTE_MS } from './scenarios';

const ACCOUNT = '111111111111';
const HEADS = [`arn:aws:iam::${ACCOUNT}:role/heads-of-platform`];
const ALARM = 'claude-keys-prod-break-glass-read';

/** The role as it is deployed, used in earnest: its calls are what CloudTrail, the rule and the reconciler tell of. */
describe('the role for emergencies', () => {
  let world: World;
  let assembly: string;
  beforeAll(() => {
    const operators = { responder: HEADS, breakGlass: HEADS };
    const environment = anEnvironment({ account: ACCOUNT, region: 'eu-central-1', operators });
    assembly = createApp([environment], { outdir: scratchFolder() }).synth().directory;
  });
  beforeEach(async () => {
    world = await World.deploy('prod', promptSandbox('prod', { assembly }));
    await world.stageAndRotate();
    await world.stage();
    await world.sandbox.advance(20 * MINUTE_MS);
  });
  afterEach(() => world.dispose());

  const as = (operator: string): Caller => roleSession(ACCOUNT, operatorRoleName('prod', operator), 'somebody');
  /** One call, and all that comes of it: calls at one moment may each be told of. */
  const call = async (operation: string, input: object = {}, operator = 'breakGlass'): Promise<void> => {
    const { account } = world.sandbox;
    const named = { SecretId: world.secretName(), ...input };
    await account.call('secretsmanager', operation, named, as(operator));
    await world.sandbox.settle();
  };
  const aToken = () => ({ ClientRequestToken: world.sandbox.random.uuid() });
  const write = () => call('PutSecretValue', { SecretString: 'by hand', ...aToken() });
  const messages = () =>
    world.sandbox.aws.sns.messages('claude-keys-prod-critical').filter(({ text }) => !text.startsWith('{'));
  const state = () => world.sandbox.cloudWatch.alarm(ALARM)?.state;

  it('is told of at once when the glass is broken, with who it was, and has its alarm with the next run', async () => {
    await call('DeleteResourcePolicy');
    await write();

    expect(messages().map(({ subject }) => subject)).toEqual(['CRITICAL break-glass-read: rag-service (prod)']);
    expect(messages()[0]?.text).toContain(`${operatorRoleName('prod', 'breakGlass')}/somebody`);
    await world.sandbox.advance(20 * MINUTE_MS);
    expect(state()).toBe('ALARM');
  });

  it('is told of once, however often it is used, and again after a day without', async () => {
    await call('DeleteResourcePolicy');
    for (let time = 0; time < 3; time++) await write();
    await world.sandbox.advance(26 * HOUR_MS);
    expect(state()).not.toBe('ALARM');
    await write();
    const entered = messages().filter(({ subject }) => subject?.startsWith('CRITICAL break-glass-read'));
    expect(entered).toHaveLength(2);
    expect(world.logLines('break-glass-read')).toHaveLength(5);
  });

  it('tells of no look at the secret, and of no other role', async () => {
    await call('DescribeSecret');
    await call('RotateSecret', aToken(), 'responder');
    await world.sandbox.advance(HOUR_MS);
    expect(messages().filter(({ subject }) => subject?.includes('break-glass'))).toEqual([]);
    expect(state()).not.toBe('ALARM');
  });
});
