import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  retiringLabel,
} from '../../lib/contract/labels';
import { KeyRotationError } from '../../lib/core/errors';
import { days, hours, NOON, noonPlus } from '../support/observations';
import { CoreWorld } from './core-world';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

const notesOf = (event: string) => world.notes.filter(([each]) => each === event).map(([, fields]) => fields);
const secondService = (name = 'web') => {
  world.register({}, name);
  return world.secrets.create(name);
};

describe('a full run', () => {
  it('acts on every service and says what it did', async () => {
    world.spare();
    const { actions, services } = await world.reconciler().reconcileAll();
    expect(actions).toEqual(['rag: started a rotation (first-key)']);
    expect(notesOf('action')).toEqual([{ service: 'rag', kind: 'start-rotation', done: actions[0] }]);
    expect(services.map(({ service }) => service)).toEqual(['rag']);
    expect(world.labels('v1')).toEqual([AWS_PENDING]);
  });

  it('looks once at everything, and no further where there is nothing to do', async () => {
    world.current();
    world.spare();
    await world.reconciler().reconcileAll();
    const reads = ['registry.list', 'directory.list', 'spares.list', 'issuer.list'];
    expect([...world.calls].sort()).toEqual([...reads, 'figures.publish'].sort());
  });

  it('decides on what it reads anew, not on what the lists showed', async () => {
    world.spare();
    world.meanwhile.set('directory.describe', () => world.announce('v0'));
    const { actions } = await world.reconciler().reconcileAll();
    expect(actions).toEqual([]);
    expect(world.calls).not.toContain('control.start');
  });

  it('shows the services as they are after it', async () => {
    const { id } = world.current();
    world.current();
    world.spare();
    const { services } = await world.reconciler().reconcileAll();
    expect(services[0]?.keys).toContainEqual(expect.objectContaining({ keyId: id, state: 'retiring' }));
    expect(world.labels(id)).toContain(retiringLabel(NOON));
  });

  it('leaves a service alone whose secret is gone when it looks again', async () => {
    world.spare();
    world.meanwhile.set('directory.describe', () => world.secret.set({ deleted: true }));
    const { actions, services } = await world.reconciler().reconcileAll();
    expect(actions).toEqual([]);
    expect(services).toMatchObject([{ service: 'rag', registered: true, keys: [{ state: 'spare' }] }]);
    expect(notesOf('service-failed')).toEqual([]);
  });

  it('knows nothing more of a service that is gone altogether when it looks again', async () => {
    world.spare();
    world.meanwhile.set('registry.find', () => world.registry.remove('rag'));
    world.meanwhile.set('directory.describe', () => world.secret.set({ deleted: true }));
    const { services } = await world.reconciler().reconcileAll();
    expect(services).toMatchObject([{ service: 'rag', registered: false, keys: [], spares: 0 }]);
  });

  it('goes on with the others when one service fails', async () => {
    secondService('alpha');
    world.spare();
    const { describe: read } = world.ports.directory;
    const directory = {
      ...world.ports.directory,
      describe: async (service: string) => {
        if (service === 'alpha') throw new KeyRotationError('AwsFailed', 'throttled');
        return read(service);
      },
    };
    world.shelf.add({ ...world.asSpare(world.key()), service: 'alpha' });
    const { actions } = await world.reconciler({}, { directory }).reconcileAll();
    expect(notesOf('service-failed')).toEqual([{ service: 'alpha', error: 'throttled' }]);
    expect(actions).toEqual(['rag: started a rotation (first-key)']);
  });

  it('fails when the figures cannot be published, after everything else is done', async () => {
    world.spare();
    world.fail('figures.publish');
    await expect(world.reconciler().reconcileAll()).rejects.toMatchObject({ code: 'AwsFailed' });
    expect(world.labels('v1')).toEqual([AWS_PENDING]);
  });

  it.each(['registry.list', 'directory.list', 'spares.list'])('fails when %s fails', async (operation) => {
    world.fail(operation);
    await expect(world.reconciler().reconcileAll()).rejects.toMatchObject({ code: 'AwsFailed' });
  });

  it('tells at the deadline of a key that cannot be disabled, and meanwhile that the service fails', async () => {
    const old = world.hold(retiringLabel(noonPlus(-days(6))));
    const current = world.current();
    world.spare();
    world.fail('issuer.setStatus', new KeyRotationError('IssuerFailed', 'status 500'));
    const conditionsAfter = async (ms: number) => {
      world.pass(ms);
      world.issuer.use(current.id, world.now.getTime() - hours(2), world.now.getTime() - hours(1));
      const { services } = await world.reconciler().reconcileAll();
      return services.map(({ conditions }) => conditions);
    };
    expect(await conditionsAfter(hours(1))).toEqual([[]]);
    expect(await conditionsAfter(days(1))).toEqual([['retirement-overdue']]);
    expect(world.issuer.key(old.id)?.status).toBe('active');
    expect(notesOf('service-failed')).toContainEqual({ service: 'rag', error: 'status 500' });
  });

  it('goes on rotating when the issuer cannot be asked, and says so', async () => {
    world.spare();
    world.fail('issuer.list', new KeyRotationError('IssuerFailed', 'status 529, overloaded'));
    const { actions } = await world.reconciler().reconcileAll();
    expect(actions).toEqual(['rag: started a rotation (first-key)']);
    expect(notesOf('issuer-list-unknown')).toEqual([{ error: 'status 529, overloaded' }]);
  });

  it('retires a key once the overlap is over and the report shows it idle', async () => {
    world = new CoreWorld();
    const { id } = world.hold(AWS_CURRENT, retiringLabel(noonPlus(-days(3))));
    const current = world.current();
    world.issuer.use(current.id, noonPlus(-hours(2)).getTime(), noonPlus(-hours(1)).getTime());
    world.spare();
    const { actions } = await world.reconciler().reconcileAll();
    expect(actions).toEqual([`rag: disabled ${id}; "claude-keys undo prod rag" brings it back`]);
    expect(world.issuer.key(id)?.status).toBe('inactive');
  });

  it('retires nothing while the report cannot be read, and says so', async () => {
    const { id } = world.hold(AWS_CURRENT, retiringLabel(noonPlus(-days(3))));
    world.current();
    world.spare();
    world.issuer.report = { how: 'failing', hours: 0 };
    const { actions } = await world.reconciler().reconcileAll();
    expect(actions).toEqual([]);
    expect(world.issuer.key(id)?.status).toBe('active');
    expect(notesOf('usage-unknown')).toEqual([{ error: 'a page of the report is missing' }]);
  });

  it.each([
    ['quiet time of the policies', { quietHours: 130, maxReportLagHours: 10 }, 141],
    ['silence of the policies', { silentHours: 140, maxReportLagHours: 10 }, 151],
    ['of the defaults', { quietHours: 1, silentHours: 1, maxReportLagHours: 1 }, 127],
  ])('reads use as far back as the longest %s needs, and an hour more', async (_which, policy, back) => {
    world = new CoreWorld(policy);
    world.hold(AWS_CURRENT, retiringLabel(noonPlus(-days(1))));
    world.current();
    world.spare();
    const asked: Date[] = [];
    const { usage, keys } = world.ports;
    const since = async (from: Date) => {
      asked.push(from);
      return usage.since(from);
    };
    await world.reconciler({}, { issuer: { kind: 'ours', keys, usage: { since } } }).reconcileAll();
    expect(asked).toEqual([noonPlus(-hours(back))]);
  });

  it('asks when an unfinished rotation began only where there is one', async () => {
    const second = secondService();
    world.current();
    world.announce();
    world.spare();
    world.pass(hours(4));
    const asked: string[] = [];
    const { versions } = world.ports;
    const filledAt = async (arn: string) => {
      asked.push(arn);
      return versions.filledAt(arn);
    };
    await world.reconciler({}, { versions: { ...versions, filledAt } }).reconcileAll();
    expect(new Set(asked)).toEqual(new Set([world.secret.arn]));
    expect(asked).not.toContain(second.arn);
    expect(world.labels('v1')).toEqual([]);
  });

  it('names services in the order of the alphabet, registered or with a secret alone', async () => {
    secondService('web');
    secondService('alpha');
    world.registry.remove('web');
    world.secrets.of('alpha').set({ deleted: true });
    const { services } = await world.reconciler().reconcileAll();
    expect(services.map(({ service, registered }) => [service, registered])).toEqual([
      ['alpha', true],
      ['rag', true],
      ['web', false],
    ]);
  });

  it('says of a service whose registration cannot be understood only that, and leaves it alone', async () => {
    world.spare();
    const registry = {
      ...world.ports.registry,
      list: async (onBroken?: (service: string) => void) => {
        onBroken?.('rag');
        return [];
      },
      find: () => Promise.reject(new KeyRotationError('BadRecord', 'it is not a registration')),
    };
    const { services, actions } = await world.reconciler({}, { registry }).reconcileAll();
    expect(services).toMatchObject([{ service: 'rag', conditions: ['broken-registration'] }]);
    expect(actions).toEqual([]);
    const seen = await world.reconciler({}, { registry }).status();
    expect(seen.services).toMatchObject([{ conditions: ['broken-registration'] }]);
  });

  it('gives every service the spares of its own alone', async () => {
    secondService();
    const { id } = world.spare();
    world.current();
    const { services } = await world.reconciler().reconcileAll();
    expect(services.map(({ service, spares }) => [service, spares])).toEqual([
      ['rag', 1],
      ['web', 0],
    ]);
    expect(services[0]?.keys.map(({ keyId }) => keyId)).toContain(id);
    expect(services[1]?.keys).toEqual([]);
  });
});

describe('a run over one service', () => {
  it('acts on that one alone', async () => {
    secondService();
    world.shelf.add({ ...world.asSpare(world.key()), service: 'web' });
    world.spare();
    const { actions, services } = await world.reconciler().reconcileOne('rag');
    expect(actions).toEqual(['rag: started a rotation (first-key)']);
    expect(services).toHaveLength(1);
    expect(world.calls).not.toContain('figures.publish');
  });

  it('rejects a service that is not there', async () => {
    await expect(world.reconciler().reconcileOne('web')).rejects.toMatchObject({
      code: 'UnknownService',
      message: 'there is no service "web" in prod; "claude-keys status prod" lists them',
    });
  });

  it('acts on a service that was removed and has a secret still', async () => {
    world.registry.remove('rag');
    const { actions } = await world.reconciler().reconcileOne('rag');
    expect(actions).toEqual(['rag: stopped rotation, since the service was removed']);
  });
});

describe('status', () => {
  it('shows when each key was used last, of the last thirty days', async () => {
    const { id } = world.current();
    world.issuer.use(id, noonPlus(-days(29)).getTime(), noonPlus(-days(29)).getTime());
    const { services } = await world.reconciler().status('rag');
    expect(services[0]?.keys[0]?.lastUsedAt).toBe(noonPlus(-days(29)).toISOString());
    expect(services).toHaveLength(1);
  });

  it('shows no use that is longer ago', async () => {
    const { id } = world.current();
    world.issuer.use(id, noonPlus(-days(30) - 1).getTime(), noonPlus(-days(30) - 1).getTime());
    const { services } = await world.reconciler().status();
    expect(services[0]?.keys[0]?.lastUsedAt).toBeNull();
  });

  it('shows the rest where the report cannot be read, and says so', async () => {
    world.current();
    world.issuer.report = { how: 'failing', hours: 0 };
    const { services } = await world.reconciler().status();
    expect(services[0]).toMatchObject({ service: 'rag', hasKey: true });
    expect(notesOf('usage-unknown')).toEqual([{ error: 'a page of the report is missing' }]);
  });

  it('asks for no use where people look after the keys', async () => {
    world.access = 'manual';
    world.current();
    await world.reconciler().status();
    expect(world.calls).not.toContain('issuer.usage');
    expect(world.notes).toEqual([]);
  });

  it('shows every service, and rejects one that is not there', async () => {
    secondService();
    expect((await world.reconciler().status()).services).toHaveLength(2);
    await expect(world.reconciler().status('none')).rejects.toMatchObject({ code: 'UnknownService' });
  });

  it('calls personal keys what the environment says of them', async () => {
    world.current();
    world.spare();
    const { keys, usage } = world.ports;
    const list = async () => (await keys.list()).map((key) => ({ ...key, owner: 'user' as const }));
    const issuer = { issuer: { kind: 'ours' as const, keys: { ...keys, list }, usage } };
    const conditionsWith = async (scope: object) =>
      (await world.reconciler(scope, issuer).status()).services[0]?.conditions;
    expect(await conditionsWith({})).toEqual(['personal-key']);
    expect(await conditionsWith({ allowPersonalKeys: true })).toEqual([]);
  });
});

describe('review', () => {
  it('shows services, their figures, and keys of nobody, and changes nothing', async () => {
    const nobodys = world.key('somebody-s');
    world.pass(days(2));
    const { id } = world.current();
    world.spare();
    const review = await world.reconciler().review();
    expect(review.now).toBe(noonPlus(days(2)).toISOString());
    expect(review.services).toMatchObject([{ service: 'rag', hasKey: true }]);
    expect(review.figures).toMatchObject([{ service: 'rag', spares: 1, createdDays: 0 }]);
    expect(review.unknownKeys).toEqual([{ id: nobodys.id, name: 'somebody-s' }]);
    expect(review.services[0]?.keys[0]?.keyId).toBe(id);
    expect(world.calls.filter((call) => /setStatus|moveLabel|control|publish|remove/.test(call))).toEqual([]);
  });

  it("says of no key that it is nobody's while the list cannot be read", async () => {
    world.fail('issuer.list');
    expect((await world.reconciler().review()).unknownKeys).toBeNull();
  });
});

describe("the issuer's keys", () => {
  it('are listed as they are', async () => {
    const { id } = world.key('prod-rag-1', noonPlus(days(1)));
    world.key('prod-rag-2');
    const result = await world.reconciler().issuerKeys();
    expect(result).toMatchObject({
      known: true,
      keys: [
        {
          id,
          name: 'prod-rag-1',
          hint: `hint-of-${id}`,
          status: 'active',
          createdAt: NOON.toISOString(),
          expiresAt: noonPlus(days(1)).toISOString(),
          owner: 'service_account',
        },
        { expiresAt: null },
      ],
    });
  });

  it('are not known where people look after them', async () => {
    world.access = 'manual';
    expect(await world.reconciler().issuerKeys()).toEqual({
      now: NOON.toISOString(),
      known: false,
      reason: 'this environment has no admin key (issuerAccess: manual)',
    });
  });
});

describe('where people look after the keys', () => {
  const DISABLING = disablingLabel(noonPlus(-hours(1)));
  const retired = (label: string) => {
    const { id } = world.hold(AWS_CURRENT, retiringLabel(noonPlus(-days(3))), label);
    world.current();
    world.spare();
    return id;
  };
  beforeEach(() => {
    world.access = 'manual';
  });

  it('tries a key that a person was asked to disable, and no other', async () => {
    const id = retired(DISABLING);
    await world.reconciler().reconcileAll();
    expect(world.calls.filter((call) => /versions.read|verify/.test(call))).toEqual([
      `versions.read ${id}`,
      'issuer.verify',
    ]);
  });

  it('forgets a key only after the undo window of one that is refused', async () => {
    const id = retired(disablingLabel(noonPlus(-days(14))));
    world.issuer.setStatus(id, 'inactive');
    expect((await world.reconciler().reconcileAll()).actions).toEqual([`rag: ${id} is gone for good`]);
  });

  it('does not take a key for disabled that is accepted still', async () => {
    const id = retired(disablingLabel(noonPlus(-days(14))));
    expect((await world.reconciler().reconcileAll()).actions).toEqual([]);
    expect(world.labels(id)).toContain(keyLabel(id));
  });

  it('learns nothing of a key when the issuer says nothing of it, or its text is gone', async () => {
    const id = retired(disablingLabel(noonPlus(-days(14))));
    const { versions } = world.ports;
    const verifier = { verify: async () => ({ kind: 'unclear', reason: 'timeout' }) as const };
    const unclear = await world.reconciler({}, { issuer: { kind: 'manual', verifier } }).reconcileAll();
    const unread = { ...versions, read: async () => undefined };
    world.calls.length = 0;
    const gone = await world.reconciler({}, { versions: unread }).reconcileAll();
    expect([unclear.actions, gone.actions]).toEqual([[], []]);
    expect(world.calls).not.toContain('issuer.verify');
    expect(world.labels(id)).toContain(AWS_PREVIOUS);
  });

  it('replaces no key because of what the issuer would say of it', async () => {
    const { id } = world.current();
    world.issuer.setStatus(id, 'inactive');
    world.spare();
    expect((await world.reconciler().reconcileAll()).actions).toEqual([]);
    expect(world.labels(id)).toContain(AWS_CURRENT);
  });
});
