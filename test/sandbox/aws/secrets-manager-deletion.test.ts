import { DeleteSecretCommand, PutSecretValueCommand, RestoreSecretCommand } from '@aws-sdk/client-secrets-manager';
import { createSecretsAccount, NAME, type SecretsAccount } from './secrets-account';
import { START } from './test-account';

const DAY_MS = 24 * 60 * 60 * 1000;
const MARKED = "You can't perform this operation on the secret because it was marked for deletion.";
const TAKEN = "You can't create this secret because a secret with this name is already scheduled for deletion.";

let aws: SecretsAccount;

beforeEach(async () => {
  aws = await createSecretsAccount();
  await aws.create();
});

afterEach(() => aws.close());

const remove = (input: { RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean } = {}, SecretId = NAME) =>
  aws.client.send(new DeleteSecretCommand({ SecretId, ...input }));

const restore = () => aws.client.send(new RestoreSecretCommand({ SecretId: NAME }));

const told = (): unknown[] =>
  aws.events.filter(({ detail }) => 'eventName' in detail).map(({ detail }) => detail.eventName);

const notFound = { name: 'ResourceNotFoundException' };

describe('deleting a secret', () => {
  it('with a recovery window hides its value until it is restored', async () => {
    const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 });
    expect(DeletionDate).toEqual(new Date(START.getTime() + 7 * DAY_MS));
    await expect(aws.get()).rejects.toMatchObject({ name: 'InvalidRequestException', message: MARKED });
    await restore();
    await aws.clock.advanceBy(8 * DAY_MS);
    expect(await aws.get()).toMatchObject({ SecretString: 'one' });
  });

  it('takes no value until it is restored, and describes it all the time', async () => {
    await remove({ RecoveryWindowInDays: 7 });
    const put = new PutSecretValueCommand({ SecretId: NAME, SecretString: 'two' });
    await expect(aws.client.send(put)).rejects.toMatchObject({ name: 'InvalidRequestException', message: MARKED });
    expect(await aws.describe()).toMatchObject({ DeletedDate: START });
    await restore();
    expect((await aws.describe()).DeletedDate).toBeUndefined();
  });

  it('happens when the window has passed, not a millisecond earlier', async () => {
    await remove({ RecoveryWindowInDays: 7 });
    await aws.clock.advanceBy(7 * DAY_MS - 1);
    expect((await aws.describe()).DeletedDate).toEqual(START);
    await aws.clock.advanceBy(1);
    await expect(aws.describe()).rejects.toMatchObject(notFound);
  });

  it('leaves thirty days when none are asked for', async () => {
    expect((await remove()).DeletionDate).toEqual(new Date(START.getTime() + 30 * DAY_MS));
  });

  it('keeps its name taken until then', async () => {
    await remove();
    await expect(aws.create()).rejects.toMatchObject({ name: 'InvalidRequestException', message: TAKEN });
  });

  it('by force is announced for now, and happens a little later', async () => {
    const { DeletionDate } = await remove({ ForceDeleteWithoutRecovery: true });
    expect(DeletionDate).toEqual(START);
    expect(await aws.describe()).toMatchObject({ DeletedDate: START });
    await expect(aws.create()).rejects.toMatchObject({ name: 'InvalidRequestException', message: TAKEN });
    await aws.clock.advanceBy(2000);
    await expect(aws.describe()).rejects.toMatchObject(notFound);
  });

  it('frees the name for a secret that has another ARN', async () => {
    const { ARN } = await aws.describe();
    await remove({ ForceDeleteWithoutRecovery: true });
    await aws.clock.advanceBy(2000);
    expect((await aws.create()).ARN).not.toBe(ARN);
    await expect(aws.describe(String(ARN))).rejects.toMatchObject(notFound);
  });

  it('by force of one that does not exist is answered as if it did', async () => {
    expect(await remove({ ForceDeleteWithoutRecovery: true }, 'missing')).toMatchObject({ Name: 'missing' });
  });

  it('is told of when it begins and ends, with the secret in its additional data alone', async () => {
    const { ARN } = await aws.describe();
    await remove({ RecoveryWindowInDays: 7 });
    expect(told()).toEqual([]);
    await aws.clock.advanceBy(7 * DAY_MS);
    expect(told()).toEqual(['StartSecretVersionDelete', 'EndSecretVersionDelete']);
    expect(aws.events.at(-1)).toMatchObject({
      detailType: 'AWS Service Event via CloudTrail',
      resources: [],
      detail: {
        eventType: 'AwsServiceEvent',
        readOnly: false,
        requestParameters: null,
        responseElements: null,
        additionalEventData: { ARN, Name: NAME },
      },
    });
  });

  it('that is taken back is told of once', async () => {
    await remove({ RecoveryWindowInDays: 7 });
    await restore();
    await restore();
    await aws.clock.advanceBy(8 * DAY_MS);
    expect(told()).toEqual(['CancelSecretVersionDelete']);
  });

  const refusals = [
    {
      title: 'force together with a recovery window',
      input: { ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 },
    },
    { title: 'a window under seven days', input: { RecoveryWindowInDays: 6 } },
    { title: 'a window over thirty days', input: { RecoveryWindowInDays: 31 } },
  ];
  it.each(refusals)('rejects $title', async ({ input }) => {
    await expect(remove(input)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect((await aws.describe()).DeletedDate).toBeUndefined();
  });

  it('rejects one that does not exist', async () => {
    await expect(remove({}, 'missing')).rejects.toMatchObject(notFound);
  });
});
