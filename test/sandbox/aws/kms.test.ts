import { Kms } from '../../../sandbox/aws/kms';
import type { AwsInput, AwsOutput } from '../../../sandbox/aws/service';
import { createTestAccount, REGION, START, type TestAccount } from './test-account';

const DAY_MS = 24 * 60 * 60 * 1000;

let aws: TestAccount;
let service: Kms;
let keyId: string;

beforeEach(async () => {
  aws = await createTestAccount();
  service = new Kms(aws.account);
  aws.account.add(service);
  await ask('CreateKey', { Description: 'keys' });
  keyId = service.keys()[0]?.id ?? '';
});

afterEach(() => aws.close());

const ask = (operation: string, input: AwsInput = {}): Promise<AwsOutput> =>
  aws.account.call('kms', operation, input, aws.caller);

const use = (key: string): Promise<AwsOutput> =>
  aws.account.call('kms', 'Decrypt', { KeyId: key }, { ...aws.caller, via: `ssm.${REGION}.amazonaws.com` });

describe('a KMS key', () => {
  it('is found by id, ARN, alias and alias ARN', async () => {
    await ask('CreateAlias', { AliasName: 'alias/keys', TargetKeyId: keyId });
    const arn = service.keys()[0]?.arn ?? '';
    for (const name of [keyId, arn, 'alias/keys', arn.replace(/key\/.+$/, 'alias/keys')]) {
      expect(await ask('DescribeKey', { KeyId: name })).toMatchObject({ KeyMetadata: { Arn: arn, Enabled: true } });
    }
  });

  it('has the policy it was given last, and at first that of the account', async () => {
    expect(service.keys()[0]?.policy).toContain(':root');
    await ask('PutKeyPolicy', { KeyId: keyId, PolicyName: 'default', Policy: '{"Statement":[]}' });
    expect(await ask('GetKeyPolicy', { KeyId: keyId })).toMatchObject({ Policy: '{"Statement":[]}' });
  });

  it('turns its rotation on and off', async () => {
    await ask('EnableKeyRotation', { KeyId: keyId });
    expect(await ask('GetKeyRotationStatus', { KeyId: keyId })).toMatchObject({ KeyRotationEnabled: true });
    await ask('DisableKeyRotation', { KeyId: keyId });
    expect(await ask('GetKeyRotationStatus', { KeyId: keyId })).toMatchObject({ KeyRotationEnabled: false });
  });

  it('rejects use while it is disabled, and serves again when it is enabled', async () => {
    await ask('DisableKey', { KeyId: keyId });
    await expect(use(keyId)).rejects.toMatchObject({ code: 'DisabledException' });
    await ask('EnableKey', { KeyId: keyId });
    await expect(use(keyId)).resolves.toBeDefined();
  });

  it('rejects use while its deletion is pending, and is gone when the window has passed', async () => {
    const { DeletionDate } = await ask('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    expect(DeletionDate).toEqual(new Date(START.getTime() + 7 * DAY_MS));
    await expect(use(keyId)).rejects.toMatchObject({ code: 'KMSInvalidStateException' });
    await aws.clock.advanceBy(7 * DAY_MS);
    await expect(use(keyId)).rejects.toMatchObject({ code: 'NotFoundException' });
  });

  it('comes back disabled when its deletion is cancelled', async () => {
    await ask('ScheduleKeyDeletion', { KeyId: keyId });
    await ask('CancelKeyDeletion', { KeyId: keyId });
    await aws.clock.advanceBy(31 * DAY_MS);
    expect(service.lookUp(keyId)?.state).toBe('Disabled');
  });

  it('rejects an alias that is taken, and one of a key that does not exist', async () => {
    await ask('CreateAlias', { AliasName: 'alias/keys', TargetKeyId: keyId });
    const again = ask('CreateAlias', { AliasName: 'alias/keys', TargetKeyId: keyId });
    await expect(again).rejects.toMatchObject({ code: 'AlreadyExistsException' });
    const dangling = ask('CreateAlias', { AliasName: 'alias/other', TargetKeyId: 'none' });
    await expect(dangling).rejects.toMatchObject({ code: 'NotFoundException' });
  });

  it.each([
    { title: 'direct use', operation: 'Decrypt', input: { KeyId: 'any' } },
    { title: 'asymmetric keys', operation: 'CreateKey', input: { KeySpec: 'RSA_2048' } },
    { title: 'grants', operation: 'CreateGrant', input: {} },
  ])('rejects $title by name', async ({ operation, input }) => {
    await expect(ask(operation, input)).rejects.toThrow('the sandbox does not model');
  });
});
