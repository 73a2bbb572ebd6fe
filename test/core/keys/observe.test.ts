import { AWS_CURRENT, pausedLabel, retiringLabel } from '../../../lib/contract/labels';
import { KeyRotationError } from '../../../lib/core/errors';
import { observeAll, observeOne, refresh } from '../../../lib/core/keys/observe';
import { days, noonPlus } from '../../support/observations';
import { CoreWorld } from '../core-world';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

describe('what is observed of the issuer', () => {
  it('is every key of its list', async () => {
    const { id } = world.current();
    const { issuer } = await observeAll(world.reconcilerPorts);
    expect([...(issuer.keys?.keys() ?? [])]).toEqual([id]);
    expect(issuer.listFailure).toBeUndefined();
  });

  it.each([
    ['no admin key was put in place yet', 'AdminKeyMissing', 'not-set-up'],
    ['it cannot be asked', 'IssuerFailed', 'failed'],
  ] as const)('is no list when %s', async (_why, code, listFailure) => {
    world.fail('issuer.list', new KeyRotationError(code, 'why'));
    const { issuer } = await observeAll(world.reconcilerPorts);
    expect(issuer).toEqual({ access: 'ours', listFailure });
  });

  it('is nothing when its list shows none of the keys that are held, so that it must be of another workspace', async () => {
    const { id } = world.current();
    world.hold(retiringLabel(noonPlus(-days(1))));
    const { keys, usage } = world.ports;
    const listing = (...shown: readonly string[]) => ({
      ...world.reconcilerPorts,
      issuer: {
        kind: 'ours' as const,
        keys: { ...keys, list: async () => (await keys.list()).filter((key) => shown.includes(key.id)) },
        usage,
      },
    });
    expect((await observeAll(listing())).issuer).toEqual({ access: 'ours', listFailure: 'not-ours' });
    expect([...((await observeAll(listing(id))).issuer.keys?.keys() ?? [])]).toEqual([id]);
    const error = 'it shows none of the keys that services hold';
    expect(world.notes).toEqual([['issuer-list-unknown', { error }]]);
  });

  it('is its list, empty as it is, before any key is held', async () => {
    expect((await observeAll(world.reconcilerPorts)).issuer).toEqual({ access: 'ours', keys: new Map() });
  });

  it('is the use of keys only while one retires', async () => {
    world.current();
    expect((await observeAll(world.reconcilerPorts)).issuer.usage).toBeUndefined();
    world.hold(retiringLabel(noonPlus(-days(1))));
    expect((await observeAll(world.reconcilerPorts)).issuer.usage?.refreshedAt).toBeDefined();
    expect(world.calls.filter((call) => call === 'issuer.usage')).toHaveLength(1);
  });

  it('is which keys it accepts still, where a person was asked to disable them', async () => {
    world.access = 'manual';
    const asked = world.hold(`DISABLING-${noonPlus(-days(1)).toISOString()}`);
    world.current();
    expect((await observeAll(world.reconcilerPorts)).issuer).toEqual({
      access: 'manual',
      tried: new Map([[asked.id, 'active']]),
    });
  });
});

describe('keys that are tried, where nobody may ask for their status', () => {
  const disabling = (agoDays = 1): string => world.hold(`DISABLING-${noonPlus(-days(agoDays)).toISOString()}`).id;
  const triedIn = async (ports = world.reconcilerPorts) => (await observeAll(ports)).issuer.tried;
  beforeEach(() => {
    world.access = 'manual';
  });

  it('are unknown where their value cannot be read, and keep nobody else from being looked at', async () => {
    disabling();
    world.fail('versions.read');
    expect(await triedIn()).toEqual(new Map());
    expect(world.notes).toEqual([['key-unreadable', { service: 'rag', error: 'versions.read failed' }]]);
  });

  it('are as many as there is time for in a minute', async () => {
    for (let agoDays = 1; agoDays <= 5; agoDays++) disabling(agoDays);
    const slow = async () => {
      world.pass(25_000);
      return { kind: 'dead' } as const;
    };
    const issuer = { kind: 'manual' as const, verifier: { verify: slow } };
    expect((await triedIn({ ...world.reconcilerPorts, issuer }))?.size).toBe(3);
  });
});

describe('what is observed of services', () => {
  it('lacks when a rotation began where that cannot be read, of that service alone', async () => {
    world.register({}, 'web');
    world.secrets.create('web');
    world.announce();
    world.fail('versions.filledAt');
    const { services } = await observeAll(world.reconcilerPorts);
    expect(services.map(({ service, pendingSince }) => [service, pendingSince])).toEqual([
      ['rag', undefined],
      ['web', undefined],
    ]);
    expect(world.notes).toEqual([['pending-since-unknown', { service: 'rag', error: 'versions.filledAt failed' }]]);
  });

  it("is the shelf of each, and of none another one's", async () => {
    world.register({}, 'web');
    world.secrets.create('web');
    const { id } = world.spare();
    const { services } = await observeAll(world.reconcilerPorts);
    expect(services.map(({ service, spares }) => [service, spares.map(({ keyId }) => keyId)])).toEqual([
      ['rag', [id]],
      ['web', []],
    ]);
  });

  it('is one service alone, when one is asked for', async () => {
    world.register({}, 'web');
    const { services } = await observeOne(world.reconcilerPorts, 'rag');
    expect(services.map(({ service }) => service)).toEqual(['rag']);
  });

  it('is how old the current key is where an undo brought it back, and nothing of it where that cannot be read', async () => {
    const { id } = world.current();
    const seen = async () => (await observeOne(world.reconcilerPorts, 'rag')).services[0]?.restoredKeySince;
    expect(await seen()).toBeUndefined();
    expect(world.calls).not.toContain('versions.filledAt');
    const began = world.now;
    world.pass(days(87));
    world.secret.versions = world.secret.versions.labelling([pausedLabel(noonPlus(days(94)))], id);
    expect(await seen()).toEqual(began);
    world.fail('versions.filledAt');
    expect(await seen()).toBeUndefined();
    expect(world.notes).toEqual([['key-age-unknown', { service: 'rag', error: 'versions.filledAt failed' }]]);
  });

  it('is read anew before a decision, with what was known of the issuer', async () => {
    world.current();
    const [before] = (await observeAll(world.reconcilerPorts)).services;
    if (!before) throw new Error('no service');
    const { id } = world.spare();
    world.calls.length = 0;
    const fresh = await refresh(world.reconcilerPorts, before);
    expect(fresh.spares.map(({ keyId }) => keyId)).toEqual([id]);
    expect(fresh.issuer).toBe(before.issuer);
    expect(world.calls).not.toContain('issuer.list');
    expect(world.labels(id)).not.toContain(AWS_CURRENT);
  });
});
