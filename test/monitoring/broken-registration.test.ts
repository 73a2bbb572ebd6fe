import { registrationParameterName } from '../../lib/contract/names';
import type { ReconcilerResponse, StatusResult } from '../../lib/contract/reconciler-protocol';
import { promptSandbox } from '../support/deployed-sandbox';
import { RAG, World } from '../support/world';
import { changePolicy, HOUR_MS } from './scenarios';

const BOT = 'support-bot';
const ALARM = 'claude-keys-prod-broken-registration';

describe('a registration that somebody broke', () => {
  let world: World;
  beforeEach(async () => {
    // Prompt reads: it is compared what each single run tells.
    world = await World.deploy('prod', promptSandbox());
  });
  afterEach(() => world.dispose());

  const registrationOf = (service: string) => {
    const Name = registrationParameterName('prod', service);
    return { Name, Value: world.sandbox.aws.ssm.parameters().find(({ name }) => name === Name)?.value };
  };
  const put = (input: { readonly Name: string; readonly Value: string | undefined }) => {
    const { account } = world.sandbox;
    const whole = { ...input, Type: 'String', Overwrite: true };
    return account.call('ssm', 'PutParameter', whole, account.administrator);
  };
  const breakRegistrationOf = (service: string) => put({ ...registrationOf(service), Value: '{' });
  const subjects = () =>
    world.sandbox.aws.sns.messages().flatMap(({ subject, text }) => (text.startsWith('{') ? [] : [subject]));
  const counted = () =>
    world.logLines('service').filter(({ conditions }) => String(conditions).includes('broken-registration')).length;

  const conditionsIn = (answer: unknown) =>
    (answer as ReconcilerResponse<StatusResult> & { readonly ok: true }).result.services.map((each) => each.conditions);

  it('is counted and told once for each such service, also for one that has no key yet, and told when it is over', async () => {
    await world.stageAndRotate(RAG);
    await world.stage(RAG);
    const whole = [RAG, BOT].map(registrationOf);
    for (const service of [RAG, BOT]) await breakRegistrationOf(service);
    await world.reconcile();
    expect(counted()).toBe(2);
    expect(conditionsIn(await world.reconcile({ action: 'status' }))).toEqual([
      [],
      ['broken-registration'],
      ['broken-registration'],
    ]);
    await world.sandbox.advance(HOUR_MS);
    expect(subjects().sort()).toEqual([
      'CRITICAL broken-registration: rag-service (prod)',
      'CRITICAL broken-registration: support-bot (prod)',
    ]);
    expect(world.sandbox.cloudWatch.alarm(ALARM)?.state).toBe('ALARM');

    for (const registration of whole) await put(registration);
    await world.sandbox.advance(HOUR_MS);
    expect(subjects().filter((each) => each?.startsWith('OVER'))).toHaveLength(2);
    expect(world.sandbox.cloudWatch.alarm(ALARM)?.state).not.toBe('ALARM');
  });

  it('leaves what people were told of that service as it was', async () => {
    await world.stageAndRotate(RAG);
    await world.sandbox.advance(7 * HOUR_MS); // a missing spare is told after six
    await breakRegistrationOf(RAG);
    await world.sandbox.advance(2 * HOUR_MS);
    expect(subjects()).toEqual([
      'WARNING no-spare: rag-service (prod)',
      'CRITICAL broken-registration: rag-service (prod)',
    ]);
  });

  it('finds nothing of that service by a policy that is not its own', async () => {
    const old = await world.stageAndRotate(RAG);
    await world.stageAndRotate(RAG);
    await world.stage(RAG);
    await changePolicy(world, { retirementDeadlineDays: 30 });
    await world.reconcile();
    for (let day = 0; day < 10; day++) {
      world.sandbox.claude.recordUse(old.id);
      await world.sleep(20 * HOUR_MS);
    }
    await breakRegistrationOf(RAG);
    await world.reconcile();
    expect(subjects()).toEqual(['CRITICAL broken-registration: rag-service (prod)']);
  });
});
