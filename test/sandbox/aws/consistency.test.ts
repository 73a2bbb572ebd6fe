import { AwsAccount } from '../../../sandbox/aws/account';
import type { ConsistencyOptions } from '../../../sandbox/aws/consistency';
import { SecretsManager } from '../../../sandbox/aws/secrets-manager/secrets-manager';
import type { AwsInput, AwsOutput } from '../../../sandbox/aws/service';
import { Ssm } from '../../../sandbox/aws/ssm';
import { VirtualClock } from '../../../sandbox/clock';
import { Random } from '../../../sandbox/random';
import { ACCOUNT_ID, REGION, START } from './test-account';

const LAG_MS = 5_000;
const MINUTE_MS = 60_000;
const NAME = 'prod/claude/rag-service/key';
const PARAMETER = '/claude-keys/prod/services/rag-service';
/** More reads than a write can be hidden from. */
const MANY = 20;

/** An account whose reads may be behind, with one secret and one parameter that everybody sees. */
async function laggingAccount(options: Partial<ConsistencyOptions> = {}, seed = 1) {
  const clock = new VirtualClock(START);
  const account = new AwsAccount(ACCOUNT_ID, REGION, clock, new Random(seed), {
    lagMs: LAG_MS,
    staleReads: 2,
    ...options,
  });
  account.add(new Ssm(account));
  account.add(new SecretsManager({ account }));
  const call = (service: string, operation: string, input: AwsInput): Promise<AwsOutput> =>
    account.call(service, operation, input, account.administrator);
  const secrets = (operation: string, input: AwsInput = { SecretId: NAME }) => call('secretsmanager', operation, input);
  await account.consistency.exactDuring(async () => {
    await secrets('CreateSecret', { Name: NAME, SecretString: 'one', ClientRequestToken: token('1') });
    await call('ssm', 'PutParameter', { Name: PARAMETER, Type: 'String', Value: 'one' });
  });
  const put = (value: string, id: string) =>
    secrets('PutSecretValue', {
      SecretId: NAME,
      SecretString: value,
      ClientRequestToken: token(id),
      VersionStages: ['AWSPENDING'],
    });
  const overwrite = (Value: string) => call('ssm', 'PutParameter', { Name: PARAMETER, Value, Overwrite: true });
  return { account, clock, call, secrets, put, overwrite };
}

type Lagging = Awaited<ReturnType<typeof laggingAccount>>;

const token = (id: string): string => id.repeat(32);

/** What `read` saw, time after time. */
async function readings<Seen>(read: () => Promise<Seen>): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for (let count = 0; count < MANY; count++) seen.push(await read());
  return seen;
}

const parameterOf =
  ({ call }: Lagging) =>
  async () =>
    ((await call('ssm', 'GetParameter', { Name: PARAMETER })).Parameter as AwsOutput).Value;

const valuesByPath =
  ({ call }: Lagging) =>
  async () => {
    const page = await call('ssm', 'GetParametersByPath', { Path: '/claude-keys', Recursive: true });
    return (page.Parameters as AwsOutput[]).map(({ Value }) => Value);
  };

const pendingOf =
  ({ secrets }: Lagging) =>
  async () => {
    const labels = (await secrets('DescribeSecret')).VersionIdsToStages as Map<string, readonly string[]>;
    return [...labels].find(([, each]) => each.includes('AWSPENDING'))?.[0];
  };

const pendingListed =
  ({ secrets }: Lagging) =>
  async () => {
    const [secret] = (await secrets('ListSecrets', {})).SecretList as AwsOutput[];
    const labels = secret?.SecretVersionsToStages as Map<string, readonly string[]>;
    return [...labels].find(([, each]) => each.includes('AWSPENDING'))?.[0];
  };

const staleIn = <Seen>(seen: readonly Seen[], fresh: Seen): number =>
  seen.filter((each) => JSON.stringify(each) !== JSON.stringify(fresh)).length;

describe('reads that may be behind', () => {
  it('show a parameter as it was, to some reads and to no more than the setting says', async () => {
    const world = await laggingAccount({ staleReads: 3 });
    await world.overwrite('two');
    const seen = await readings(parameterOf(world));

    expect(seen).toContain('one');
    expect(staleIn(seen, 'two')).toBe(3);
    expect(seen.at(-1)).toBe('two');
  });

  it('show what was written once its lag has passed', async () => {
    const world = await laggingAccount({ staleReads: 1_000 });
    await world.overwrite('two');
    await world.clock.advanceBy(LAG_MS - 1);
    expect(await readings(parameterOf(world))).toContain('one');
    await world.clock.advanceBy(1);
    expect(staleIn(await readings(parameterOf(world)), 'two')).toBe(0);
  });

  it('still list a parameter that was deleted, and do not list one that is new', async () => {
    const world = await laggingAccount();
    await world.call('ssm', 'DeleteParameter', { Name: PARAMETER });
    const afterDeletion = await readings(valuesByPath(world));
    expect(afterDeletion).toContainEqual(['one']);
    expect(afterDeletion.at(-1)).toEqual([]);

    await world.call('ssm', 'PutParameter', { Name: PARAMETER, Type: 'String', Value: 'three' });
    const afterCreation = await readings(valuesByPath(world));
    expect(afterCreation).toContainEqual([]);
    expect(afterCreation.at(-1)).toEqual(['three']);
  });

  it('never let a write pass that rests on an older state', async () => {
    const world = await laggingAccount();
    const [again] = await Promise.allSettled([
      world.call('ssm', 'PutParameter', { Name: PARAMETER, Type: 'String', Value: 'two' }),
    ]);
    expect(again).toMatchObject({ status: 'rejected', reason: { code: 'ParameterAlreadyExists' } });
  });

  it('show the labels of a secret as they were', async () => {
    const world = await laggingAccount();
    await world.put('two', '2');
    const seen = await readings(pendingOf(world));
    expect(seen).toContain(undefined);
    expect(seen.at(-1)).toBe(token('2'));
  });

  it('do not find a pending value that is new, while the plain read shows the current one', async () => {
    const world = await laggingAccount();
    await world.put('two', '2');
    const read = (input: AwsInput) => () =>
      world.secrets('GetSecretValue', { SecretId: NAME, ...input }).then(
        ({ SecretString }) => SecretString,
        ({ code }) => code,
      );
    const seen = await readings(read({ VersionStage: 'AWSPENDING' }));
    expect(new Set(seen)).toEqual(new Set(['ResourceNotFoundException', 'two']));
    expect(seen.at(-1)).toBe('two');
    expect(new Set(await readings(read({})))).toEqual(new Set(['one']));
  });

  it('are behind for minutes where secrets are listed', async () => {
    const world = await laggingAccount({ staleReads: 1_000 });
    await world.put('two', '2');
    await world.clock.advanceBy(5 * MINUTE_MS - 1);
    expect(staleIn(await readings(pendingOf(world)), token('2'))).toBe(0);
    expect(await readings(pendingListed(world))).toContain(undefined);
    await world.clock.advanceBy(1);
    expect(staleIn(await readings(pendingListed(world)), token('2'))).toBe(0);
  });

  it('hide a write for no longer than one that came after it', async () => {
    const world = await laggingAccount({ staleReads: 2 });
    await world.overwrite('two');
    await world.overwrite('three');
    const seen = await readings(parameterOf(world));
    expect(staleIn(seen, 'three')).toBeGreaterThan(0);
    expect(staleIn(seen, 'three')).toBeLessThanOrEqual(2);
  });

  it('are chosen by the seed alone', async () => {
    const behind = async (seed: number) => {
      const world = await laggingAccount({}, seed);
      await world.overwrite('two');
      return readings(parameterOf(world));
    };
    expect(await behind(7)).toEqual(await behind(7));
    const all = await Promise.all([1, 2, 3, 4, 5, 6].map(behind));
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBeGreaterThan(1);
  });

  it('never mislead a checker', async () => {
    const world = await laggingAccount({ staleReads: 1_000 });
    await world.overwrite('two');
    const inspect = async () =>
      ((await world.account.inspect('ssm', 'GetParameter', { Name: PARAMETER })).Parameter as AwsOutput).Value;
    expect(staleIn(await readings(inspect), 'two')).toBe(0);
  });

  it('are off by default', async () => {
    const account = new AwsAccount(ACCOUNT_ID, REGION, new VirtualClock(START), new Random(1));
    account.add(new Ssm(account));
    const put = (Value: string) =>
      account.call('ssm', 'PutParameter', { Name: 'p', Type: 'String', Value, Overwrite: true }, account.administrator);
    await put('one');
    await put('two');
    const read = async () =>
      ((await account.call('ssm', 'GetParameter', { Name: 'p' }, account.administrator)).Parameter as AwsOutput).Value;
    expect(staleIn(await readings(read), 'two')).toBe(0);
  });
});
