import { type AwsFault, AwsFaults } from '../../sandbox/faults';
import { bareAccount, RecordingService } from './aws/bare-account';

const FAULT: AwsFault = {
  service: 'ssm',
  operation: 'GetParameter',
  skip: 0,
  times: 1,
  side: 'before',
  error: { code: 'ThrottlingException', message: 'planned', status: 400 },
};

function setUp(...faults: readonly Partial<AwsFault>[]) {
  const account = bareAccount();
  const ssm = new RecordingService('ssm');
  const planned = new AwsFaults();
  account.add(ssm);
  account.observe(planned);
  for (const fault of faults) planned.plan({ ...FAULT, ...fault });
  const call = async (operation = 'GetParameter', principal = account.administrator.principal) => {
    try {
      await account.call('ssm', operation, {}, { principal, accountId: account.id });
      return 'ok';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  return { ssm, planned, call };
}

describe('AwsFaults', () => {
  it('fails a call before it takes effect, as many times as planned', async () => {
    const { ssm, call } = setUp({ times: 2 });

    expect([await call(), await call(), await call()]).toEqual(['ThrottlingException', 'ThrottlingException', 'ok']);
    expect(ssm.calls).toHaveLength(1);
  });

  it('loses the answer of a call that took effect', async () => {
    const { ssm, call } = setUp({ side: 'after' });

    expect(await call()).toBe('ThrottlingException');
    expect(ssm.calls).toHaveLength(1);
  });

  it('lets the first ones pass when told to', async () => {
    const { call } = setUp({ skip: 1 });

    expect([await call(), await call(), await call()]).toEqual(['ok', 'ThrottlingException', 'ok']);
  });

  it('hits only the operation and the caller that it is meant for', async () => {
    const { call } = setUp({ caller: 'role/reconcile' });
    const reconciler = 'arn:aws:sts::111122223333:assumed-role/reconcile/fn';

    const outcomes = [await call(), await call('PutParameter', reconciler), await call('GetParameter', reconciler)];

    expect(outcomes).toEqual(['ok', 'ok', 'ThrottlingException']);
  });

  it('forgets everything when cleared', async () => {
    const { planned, call } = setUp({});

    planned.clear();

    expect(await call()).toBe('ok');
  });
});
