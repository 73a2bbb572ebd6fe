import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  retiringLabel,
  revokedLabel,
} from '../../../lib/contract/labels';
import { days, hours, minutes, NOON, noonPlus } from '../../support/observations';
import { CoreWorld } from '../core-world';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

const revoke = (keyId: string, service = 'rag') => world.reconciler().revoke(service, keyId);
const statusOf = (keyId: string) => world.issuer.key(keyId)?.status;
const label = (keyId: string, ...labels: readonly string[]): void => {
  world.secret.versions = world.secret.versions.labelling(labels, keyId);
};
const changesOfKeys = () => world.calls.filter((call) => call.startsWith('issuer.setStatus'));
/** A key that was replaced a moment ago, and its successor. */
const replaced = (...labels: readonly string[]) => {
  const former = world.hold(AWS_CURRENT, ...labels);
  const current = world.current();
  return { former: former.id, current: current.id };
};

describe('revoke', () => {
  it('writes down that the key has leaked, looks, disables it, and looks again', async () => {
    const { former, current } = replaced();
    expect(await revoke(former)).toEqual({ service: 'rag', keyId: former, disabled: true });
    expect([statusOf(former), statusOf(current)]).toEqual(['inactive', 'active']);
    expect(world.labels(former)).toEqual([AWS_PREVIOUS, keyLabel(former), revokedLabel(NOON)].sort());
    expect(world.calls).toEqual([
      'directory.describe rag',
      `versions.moveLabel ${revokedLabel(NOON)}`,
      'directory.describe rag',
      `issuer.setStatus ${former} inactive`,
      'directory.describe rag',
    ]);
  });

  it('is noted in the log, by the service and the id of the key', async () => {
    const { former } = replaced();
    await revoke(former);
    expect(world.notes).toEqual([['key-revoked', { service: 'rag', keyId: former, disabled: true }]]);
  });

  it('neither waits for the overlap nor asks how the key is used', async () => {
    const { former } = replaced();
    world.fail('issuer.usage');
    world.fail('issuer.list');
    await revoke(former);
    expect(statusOf(former)).toBe('inactive');
  });

  it('changes nothing more when it is asked for again', async () => {
    const { former } = replaced();
    await revoke(former);
    world.pass(hours(1));
    expect(await revoke(former)).toMatchObject({ disabled: true });
    expect(world.labels(former)).toContain(revokedLabel(NOON));
    expect(world.labels(former).filter((each) => each.startsWith('REVOKED-'))).toHaveLength(1);
  });

  it('takes a key that is retiring, or was disabled for being idle', async () => {
    const { former } = replaced(retiringLabel(noonPlus(-days(3))), disablingLabel(noonPlus(-hours(5))));
    world.issuer.setStatus(former, 'inactive');
    await revoke(former);
    expect(world.labels(former)).toContain(revokedLabel(NOON));
    expect(statusOf(former)).toBe('inactive');
  });

  it.each([
    ['current', AWS_CURRENT, 'is the current key of "rag"'],
    ['pending', AWS_PENDING, 'is about to become the current key of "rag"'],
  ])('rejects a %s key, and writes nothing', async (_state, mark, said) => {
    world.current();
    const { id } = world.hold(mark);
    await expect(revoke(id)).rejects.toMatchObject({
      code: 'KeyInUse',
      message: expect.stringContaining(`the key ${id} ${said}`),
    });
    expect(world.calls).toEqual(['directory.describe rag']);
    expect(statusOf(id)).toBe('active');
  });

  it('rejects a key of another service', async () => {
    replaced();
    world.register({}, 'web');
    const { id, text } = world.key('prod-web-2026-03-10');
    const web = world.secrets.create('web');
    web.versions = web.versions.with(id, { text, createdAt: NOON }, [keyLabel(id)]);
    await expect(revoke(id)).rejects.toMatchObject({ code: 'KeyNotHeld' });
    expect(statusOf(id)).toBe('active');
  });

  it('rejects a key that nobody holds, a key it has never heard of, and a spare, which it tells apart', async () => {
    replaced();
    const ofNobody = world.key().id;
    const spare = world.spare().id;
    world.spare();
    for (const keyId of [ofNobody, 'apikey_0']) {
      await expect(revoke(keyId)).rejects.toMatchObject({
        code: 'KeyNotHeld',
        message: expect.stringMatching(/"rag" holds no key .* Nothing was changed$/),
      });
    }
    await expect(revoke(spare)).rejects.toMatchObject({ message: expect.stringContaining('is a spare of "rag"') });
    expect(changesOfKeys()).toEqual([]);
  });

  it('rejects a service it does not know', async () => {
    await expect(revoke('k1', 'web')).rejects.toMatchObject({ code: 'UnknownService' });
  });

  it.each([
    ['current', AWS_CURRENT],
    ['pending', AWS_PENDING],
  ])('rejects a key that became %s before the call, and takes its mark back', async (_state, mark) => {
    const { former } = replaced();
    const { versions, ...ports } = world.reconcilerPorts;
    const moveLabel: typeof versions.moveLabel = async (arn, moved, change) => {
      const done = await versions.moveLabel(arn, moved, change);
      if (moved === revokedLabel(NOON) && change.to) label(former, mark);
      return done;
    };
    const reconciler = world.reconciler({}, { ...ports, versions: { ...versions, moveLabel } });
    await expect(reconciler.revoke('rag', former)).rejects.toMatchObject({
      code: 'StateChangedMeanwhile',
      message: expect.stringContaining(`spared ${former}, which is current again`),
    });
    expect(changesOfKeys()).toEqual([]);
    expect(world.labels(former)).not.toContain(revokedLabel(NOON));
  });

  it('brings a key back that became current during the call, and rejects', async () => {
    const { former } = replaced(retiringLabel(noonPlus(-days(1))));
    world.meanwhile.set('issuer.setStatus', () => label(former, AWS_CURRENT));
    await expect(revoke(former)).rejects.toMatchObject({ message: expect.stringContaining(`brought ${former} back`) });
    expect(statusOf(former)).toBe('active');
    expect(world.labels(former)).toEqual([AWS_CURRENT, keyLabel(former)].sort());
  });

  it('rejects when the issuer fails, and the next run disables the key, in its overlap and in use', async () => {
    const { former } = replaced();
    world.fail('issuer.setStatus');
    await expect(revoke(former)).rejects.toMatchObject({ code: 'AwsFailed' });
    expect(statusOf(former)).toBe('active');
    world.failing.clear();
    world.pass(minutes(15));
    const { actions } = await world.reconciler().reconcileAll();
    expect(actions).toEqual([`rag: disabled ${former}, which has leaked`]);
    expect(statusOf(former)).toBe('inactive');
  });

  it('needs one label on the secret, and no other one later', async () => {
    const { former } = replaced();
    const others = Array.from({ length: 15 }, (_, index) => keyLabel(`other-${index}`));
    label(world.hold().id, ...others.slice(1));
    world.fail('issuer.setStatus');
    await expect(revoke(former)).rejects.toMatchObject({ code: 'AwsFailed' });
    world.failing.clear();
    await world.reconciler().reconcileAll();
    expect(statusOf(former)).toBe('inactive');
    expect([...world.secret.versions.labelled.values()].flat()).toHaveLength(20);
  });

  it('rejects where no label fits on the secret, and disables nothing', async () => {
    const { former } = replaced();
    label(world.hold().id, ...Array.from({ length: 15 }, (_, index) => keyLabel(`other-${index}`)));
    await expect(revoke(former)).rejects.toMatchObject({ code: 'AwsFailed' });
    expect(statusOf(former)).toBe('active');
  });

  it('lets go of the key as of any other, once its time to come back would be over', async () => {
    const { former } = replaced();
    await revoke(former);
    world.pass(days(14) - 1);
    await world.reconciler().reconcileAll();
    expect(statusOf(former)).toBe('inactive');
    world.pass(1);
    await world.reconciler().reconcileAll();
    await world.reconciler().reconcileAll();
    expect(statusOf(former)).toBe('archived');
    expect(world.labels(former)).toEqual([AWS_PREVIOUS]);
  });

  it('ends when people make the key current again: it is enabled, and carries no mark', async () => {
    const { former, current } = replaced();
    await revoke(former);
    label(former, AWS_CURRENT);
    expect(world.labels(current)).not.toContain(AWS_CURRENT);
    await world.reconciler().reconcileAll();
    expect(statusOf(former)).toBe('active');
    expect(world.labels(former)).not.toContain(revokedLabel(NOON));
  });
});

describe('undo of a rotation whose former key has leaked', () => {
  const undo = () => world.reconciler().undo('rag');

  it('rejects, and leaves the key disabled', async () => {
    const { former, current } = replaced();
    await revoke(former);
    world.calls.length = 0;
    await expect(undo()).rejects.toMatchObject({
      code: 'UndoImpossible',
      message: expect.stringContaining(`its former key ${former} was revoked, since it has leaked`),
    });
    expect(statusOf(former)).toBe('inactive');
    expect(world.labels(current)).toContain(AWS_CURRENT);
    expect(world.calls.filter((call) => /setStatus|moveLabel|control/.test(call))).toEqual([]);
  });

  it.each(['ours', 'manual'] as const)('rejects when that is said in the middle of it (%s)', async (access) => {
    world.access = access;
    const { former, current } = replaced();
    world.meanwhile.set('control.pause', () => label(former, revokedLabel(NOON)));
    await expect(undo()).rejects.toMatchObject({ code: 'UndoImpossible', message: expect.stringContaining('leaked') });
    expect(world.labels(current)).toContain(AWS_CURRENT);
  });

  it('still undoes a rotation after it, whose former key has not', async () => {
    const { former, current } = replaced();
    await revoke(former);
    world.current();
    expect((await undo()).restoredKey).toBe(current);
  });
});

describe('revoke where people look after the keys', () => {
  beforeEach(() => {
    world.access = 'manual';
  });

  it('asks a person to disable the key, changes no key, and notes it', async () => {
    const { former } = replaced();
    expect(await revoke(former)).toEqual({ service: 'rag', keyId: former, disabled: false });
    expect(world.asked).toHaveLength(1);
    expect(world.asked[0]).toContain(`The key ${former} of service rag in prod has leaked`);
    expect(world.asked[0]).toContain('Do not wait until it is unused');
    expect(world.calls).toContain('messages.send warning Disable a leaked Claude key of rag (prod) now');
    expect(world.labels(former)).toContain(revokedLabel(NOON));
    expect(changesOfKeys()).toEqual([]);
  });

  it('is done, and asks nobody, once the key is refused', async () => {
    const { former } = replaced();
    await revoke(former);
    world.issuer.setStatus(former, 'inactive');
    expect(await revoke(former)).toMatchObject({ disabled: true });
    expect(world.asked).toHaveLength(1);
  });

  it('takes an answer that says nothing about the key for one that is accepted', async () => {
    const { former } = replaced();
    const verifier = { verify: async () => ({ kind: 'unclear', reason: 'busy' }) as const };
    const reconciler = world.reconciler({}, { issuer: { kind: 'manual', verifier } });
    expect(await reconciler.revoke('rag', former)).toMatchObject({ disabled: false });
  });

  it('asks again when it was cut off before that was noted', async () => {
    const { former } = replaced();
    world.fail('versions.moveLabel');
    await expect(revoke(former)).rejects.toMatchObject({ code: 'AwsFailed' });
    world.failing.clear();
    await revoke(former);
    expect(world.asked).toHaveLength(2);
  });

  it('is told as overdue half an hour later, until the key is refused', async () => {
    const { former } = replaced();
    const conditions = async () => (await world.reconciler().status('rag')).services[0]?.conditions;
    await revoke(former);
    world.pass(minutes(30) - 1);
    expect(await conditions()).not.toContain('retirement-overdue');
    world.pass(1);
    expect(await conditions()).toContain('retirement-overdue');
    world.issuer.setStatus(former, 'inactive');
    expect(await conditions()).not.toContain('retirement-overdue');
  });

  it('has people asked no second time by the runs that follow', async () => {
    const { former } = replaced();
    await revoke(former);
    world.pass(days(4));
    await world.reconciler().reconcileAll();
    expect(world.asked).toHaveLength(1);
  });
});
