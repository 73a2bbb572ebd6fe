import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import { PLACEHOLDER } from '../../../lib/contract/placeholder';
import { TAGS } from '../../../lib/contract/tags';
import { ApiKey } from '../../../lib/core/api-key';
import { KeyRotationError } from '../../../lib/core/errors';
import type { KeyVerifier, Verdict } from '../../../lib/core/ports';
import { HOME } from '../../../sandbox/simulation/schedules/memory/issuer';
import { days, minutes, NOON, noonPlus } from '../../support/observations';
import { CoreWorld } from '../core-world';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

/** The issuer's answers, one after the other. */
const answering = (...verdicts: readonly Verdict[]): { readonly verifier: KeyVerifier } => {
  const left = [...verdicts];
  return { verifier: { verify: async () => left.shift() ?? { kind: 'live', ...HOME } } };
};
const ELSEWHERE = [
  ['organization', { kind: 'live', ...HOME, organizationId: 'another' }],
  ['workspace', { kind: 'live', ...HOME, workspaceId: 'another' }],
] as const;
const LATE_BY_MS = [100, 300, 900];

describe('any step', () => {
  it.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)(
    'rejects while rotation is off: %s',
    async (step) => {
      world.announce();
      world.secret.set({ rotationEnabled: false });
      await expect(world.rotate(step)).rejects.toMatchObject({
        code: 'RotationNotEnabled',
        message: expect.stringContaining('rotation is off for the key of "rag"'),
      });
    },
  );

  it('rejects a version that is not pending, once reads that lag would have shown it', async () => {
    const { id } = world.current();
    world.hold(AWS_PENDING);
    world.secret.versions = world.secret.versions.with('v1', { text: 'old', createdAt: NOON }, ['OTHER']);
    await expect(world.rotate('createSecret')).rejects.toMatchObject({
      code: 'VersionNotPending',
      message: expect.stringContaining('version v1 of the key of "rag" is not pending'),
    });
    expect(world.waits).toEqual(LATE_BY_MS);
    expect(world.labels(id)).toContain(AWS_CURRENT);
  });

  it('goes on as soon as a read shows that the version is pending', async () => {
    const { id } = world.spare();
    const wait = async (ms: number): Promise<void> => {
      world.waits.push(ms);
      if (world.waits.length === 2) world.announce();
    };
    await world.rotate('createSecret', 'v1', { wait });
    expect(world.waits).toEqual([100, 300]);
    expect(world.labels('v1')).toEqual([AWS_PENDING, keyLabel(id)].sort());
  });

  it('only looks in setSecret: there is nothing to set', async () => {
    world.spare();
    world.announce();
    await world.rotate('setSecret');
    expect(world.calls).toEqual(['directory.describeByArn']);
    expect(world.waits).toEqual([]);
  });
});

describe('createSecret', () => {
  it('puts the oldest spare under the token, with its labels, and leaves it on the shelf', async () => {
    const { id } = world.spare();
    world.pass(minutes(1));
    world.spare();
    world.announce();
    await world.rotate('createSecret');
    expect(world.secret.versions.textOf('v1')).toBe(world.issuer.key(id)?.text);
    expect(world.labels('v1')).toEqual([AWS_PENDING, keyLabel(id)].sort());
    expect(world.shelf.list()).toHaveLength(2);
    expect(world.notes).toEqual([['spare-taken', { service: 'rag', keyId: id }]]);
    expect(world.waits).toEqual([]);
  });

  it('takes no second key when it comes again', async () => {
    const { id } = world.spare();
    world.announce();
    await world.rotate('createSecret');
    world.issuer.setStatus(id, 'inactive');
    world.spare();
    world.calls.length = 0;
    await world.rotate('createSecret');
    expect(world.calls).toEqual(['directory.describeByArn']);
    expect(world.labels('v1')).toContain(keyLabel(id));
  });

  it('takes no key for a version that is current', async () => {
    world.spare();
    const token = `first-of-rag`;
    await world.rotate('createSecret', token);
    expect(world.calls).toEqual(['directory.describeByArn']);
    expect(world.secret.versions.textOf(token)).toBe(PLACEHOLDER);
  });

  it('passes over a spare that the issuer refuses, and says so', async () => {
    const dead = world.spare();
    world.issuer.setStatus(dead.id, 'inactive');
    world.pass(1);
    const { id } = world.spare();
    world.announce();
    await world.rotate('createSecret');
    expect(world.labels('v1')).toContain(keyLabel(id));
    expect(world.notes[0]).toEqual(['spare-passed-over', { service: 'rag', keyId: dead.id, verdict: 'dead' }]);
  });

  it.each(ELSEWHERE)('passes over a spare of another %s', async (_place, verdict) => {
    const misplaced = world.spare();
    world.pass(1);
    const { id } = world.spare();
    world.announce();
    await world.rotate('createSecret', 'v1', answering(verdict));
    expect(world.labels('v1')).toContain(keyLabel(id));
    expect(world.notes[0]?.[1]).toMatchObject({ keyId: misplaced.id, verdict: 'misplaced' });
  });

  it('rejects when the issuer says nothing of the oldest spare, and takes none', async () => {
    world.spare();
    world.announce();
    const step = world.rotate('createSecret', 'v1', answering({ kind: 'unclear', reason: 'status 529, overloaded' }));
    await expect(step).rejects.toMatchObject({
      code: 'IssuerUnclear',
      message: expect.stringContaining('(status 529, overloaded)'),
    });
    expect(world.labels('v1')).toEqual([AWS_PENDING]);
  });

  it('rejects when there is no spare, once reads that lag would have shown one', async () => {
    world.announce();
    await expect(world.rotate('createSecret')).rejects.toMatchObject({
      code: 'NoSpare',
      message: expect.stringMatching(/no usable spare for "rag".*claude-keys stage/),
    });
    expect(world.waits).toEqual(LATE_BY_MS);
    expect(world.calls.filter((call) => call === 'spares.list rag')).toHaveLength(4);
  });

  it('waits for a spare that a list shows late', async () => {
    world.announce();
    const wait = async (): Promise<void> => void world.spare();
    await world.rotate('createSecret', 'v1', { wait });
    const [late] = world.shelf.list();
    expect(world.labels('v1')).toContain(keyLabel(late?.keyId ?? ''));
  });

  it('reads a spare again that is listed and not yet shown', async () => {
    const { id } = world.spare();
    world.announce();
    const { spares } = world.ports;
    let reads = 0;
    const read = async (service: string, keyId: string) => {
      reads += 1;
      return reads < 3 ? undefined : spares.read(service, keyId);
    };
    await world.rotate('createSecret', 'v1', { spares: { ...spares, read } });
    expect(world.waits).toEqual([100, 300]);
    expect(world.labels('v1')).toContain(keyLabel(id));
  });

  it('passes over a spare that is gone', async () => {
    const gone = world.spare();
    world.pass(1);
    const { id } = world.spare();
    world.announce();
    const { spares } = world.ports;
    const read = async (service: string, keyId: string) =>
      keyId === gone.id ? undefined : spares.read(service, keyId);
    await world.rotate('createSecret', 'v1', { spares: { ...spares, read } });
    expect(world.labels('v1')).toContain(keyLabel(id));
  });

  it('passes over a spare whose record is broken, and says so', async () => {
    const broken = world.spare();
    world.pass(1);
    const { id } = world.spare();
    world.announce();
    const { spares } = world.ports;
    const read = async (service: string, keyId: string) => {
      if (keyId === broken.id) throw new KeyRotationError('BadRecord', 'the spare has no text "key"');
      return spares.read(service, keyId);
    };
    await world.rotate('createSecret', 'v1', { spares: { ...spares, read } });
    expect(world.labels('v1')).toContain(keyLabel(id));
    const fields = { service: 'rag', keyId: broken.id, verdict: 'unreadable', error: 'the spare has no text "key"' };
    expect(world.notes[0]).toEqual(['spare-passed-over', fields]);
  });

  it('rejects when the shelf cannot be read', async () => {
    world.spare();
    world.announce();
    world.fail('spares.read');
    await expect(world.rotate('createSecret')).rejects.toMatchObject({ code: 'AwsFailed' });
  });

  it.each([
    ['current', AWS_CURRENT],
    ['previous', AWS_PREVIOUS],
    ['retiring', retiringLabel(NOON)],
  ])('never takes a key that is %s, and clears it off the shelf', async (_state, label) => {
    const served = world.spare();
    world.holdKey(served, label);
    world.pass(1);
    const { id } = world.spare();
    world.announce();
    await world.rotate('createSecret');
    expect(world.labels('v1')).toContain(keyLabel(id));
    expect(world.shelf.list().map(({ keyId }) => keyId)).toEqual([id]);
  });

  it('never takes a key that served, even where a read shows it after it was cleared off', async () => {
    const served = world.spare();
    world.holdKey(served, AWS_PREVIOUS);
    world.announce();
    const { spares } = world.ports;
    const stale = { ...spares, read: async () => world.asSpare(served) };
    await expect(world.rotate('createSecret', 'v1', { spares: stale })).rejects.toMatchObject({ code: 'NoSpare' });
    expect(world.labels('v1')).toEqual([AWS_PENDING]);
  });

  it('takes a key again that waited under AWSPENDING in vain', async () => {
    const spare = world.spare();
    world.holdKey(spare);
    world.announce();
    await world.rotate('createSecret');
    expect(world.labels('v1')).toContain(keyLabel(spare.id));
  });
});

describe('testSecret', () => {
  const pending = (): string => {
    const { id } = world.spare();
    world.current();
    world.announce();
    return id;
  };

  it('passes a key that the issuer accepts, and changes nothing', async () => {
    pending();
    await world.rotate('createSecret');
    const before = world.labels('v1');
    world.calls.length = 0;
    await world.rotate('testSecret');
    expect(world.labels('v1')).toEqual(before);
    expect(world.calls).toEqual(['directory.describeByArn', 'versions.read v1 AWSPENDING', 'issuer.verify']);
    expect(world.waits).toEqual([]);
  });

  it('asks nothing about a version that is current', async () => {
    await world.rotate('testSecret', 'first-of-rag');
    expect(world.calls).toEqual(['directory.describeByArn']);
  });

  it('rejects a dead key, and lets go of it as the pending one', async () => {
    const id = pending();
    await world.rotate('createSecret');
    world.issuer.setStatus(id, 'inactive');
    await expect(world.rotate('testSecret')).rejects.toMatchObject({
      code: 'PendingKeyDead',
      message: expect.stringContaining('the issuer refuses the new key of "rag"'),
    });
    expect(world.labels('v1')).toEqual([keyLabel(id)]);
    expect(world.notes.at(-1)).toEqual(['pending-key-rejected', { service: 'rag', keyId: id, verdict: 'dead' }]);
  });

  it.each(ELSEWHERE)('rejects a key of another %s', async (_place, verdict) => {
    const id = pending();
    await world.rotate('createSecret');
    await expect(world.rotate('testSecret', 'v1', answering(verdict))).rejects.toMatchObject({
      code: 'PendingKeyMisplaced',
      message: expect.stringContaining('the new key of "rag" belongs to another organization or workspace'),
    });
    expect(world.labels('v1')).toEqual([keyLabel(id)]);
  });

  it('rejects when the issuer says nothing of the key, which stays pending', async () => {
    pending();
    await world.rotate('createSecret');
    const step = world.rotate('testSecret', 'v1', answering({ kind: 'unclear', reason: 'timeout' }));
    await expect(step).rejects.toMatchObject({ code: 'IssuerUnclear' });
    expect(world.labels('v1')).toContain(AWS_PENDING);
  });

  it('rejects a version without a value, once reads that lag would have shown one', async () => {
    world.announce();
    await expect(world.rotate('testSecret')).rejects.toMatchObject({
      code: 'PendingValueMissing',
      message: expect.stringContaining('version v1 of the key of "rag" has no value yet'),
    });
    expect(world.waits).toEqual(LATE_BY_MS);
  });

  it('passes the test of a deferred rotation, on the placeholder, without asking the issuer', async () => {
    world.current();
    world.secrets.announce(world.secret, 'v1', PLACEHOLDER);
    await world.rotate('testSecret');
    expect(world.calls).toEqual(['directory.describeByArn', 'versions.read v1 AWSPENDING']);
  });

  it('passes the test of a deferred rotation, on a copy of the current key, even when the issuer refuses it', async () => {
    const { id, text } = world.current();
    world.issuer.setStatus(id, 'inactive');
    world.secrets.announce(world.secret, 'v1', text);
    await world.rotate('testSecret');
    expect(world.labels('v1')).toContain(AWS_PENDING);
    expect(world.calls).not.toContain('issuer.verify');
  });

  it('rejects a dead text that is neither of them', async () => {
    world.current();
    world.secrets.announce(world.secret, 'v1', 'of nobody');
    await expect(world.rotate('testSecret')).rejects.toMatchObject({ code: 'PendingKeyDead' });
    expect(world.notes.at(-1)?.[1]).toEqual({ service: 'rag', keyId: null, verdict: 'dead' });
  });

  it('asks the issuer where the current value cannot be told', async () => {
    world.current();
    const { directory, versions } = world.ports;
    world.secrets.announce(world.secret, 'v1', 'of nobody');
    const read = async (_arn: string, versionId: string) => (versionId === 'v1' ? new ApiKey('of nobody') : undefined);
    const step = world.rotate('testSecret', 'v1', { versions: { ...versions, read } });
    await expect(step).rejects.toMatchObject({ code: 'PendingKeyDead' });

    world.secrets.announce(world.secret, 'v2', 'of nobody');
    const describeByArn = async (arn: string) => {
      const state = await directory.describeByArn(arn);
      return { ...state, labels: new Map([['v2', [AWS_PENDING]]]) };
    };
    const other = world.rotate('testSecret', 'v2', { directory: { describeByArn } });
    await expect(other).rejects.toMatchObject({ code: 'PendingKeyDead' });
  });
});

describe('finishSecret', () => {
  const tested = async (expiresAt?: Date): Promise<{ readonly old: string; readonly id: string }> => {
    const old = world.current().id;
    const { id } = world.spare(expiresAt);
    world.announce();
    await world.rotate('createSecret');
    world.notes.length = 0;
    world.calls.length = 0;
    return { old, id };
  };

  it('makes the key current, takes it off the shelf, and says so', async () => {
    const { old, id } = await tested();
    await world.rotate('finishSecret');
    expect(world.labels('v1')).toEqual([AWS_CURRENT, keyLabel(id)].sort());
    expect(world.labels(old)).toEqual([AWS_PREVIOUS, keyLabel(old)].sort());
    expect(world.shelf.list()).toEqual([]);
    expect(world.notes).toEqual([['key-became-current', { service: 'rag', keyId: id }]]);
  });

  it('describes the key in tags', async () => {
    await tested(noonPlus(days(200)));
    world.pass(minutes(3));
    await world.rotate('finishSecret');
    expect(Object.fromEntries(world.secret.state(false).tags)).toEqual({
      [TAGS.keyName]: 'prod-rag-2026-03-10',
      [TAGS.keyCreated]: NOON.toISOString(),
      [TAGS.keyExpires]: noonPlus(days(200)).toISOString(),
      [TAGS.rotated]: noonPlus(minutes(3)).toISOString(),
    });
  });

  it('says in tags that a key never expires', async () => {
    await tested();
    await world.rotate('finishSecret');
    expect(world.secret.state(false).tags.get(TAGS.keyExpires)).toBe('never');
  });

  it('ends well without tags, and says so', async () => {
    const { id } = await tested();
    world.fail('tags.put');
    await world.rotate('finishSecret');
    expect(world.labels('v1')).toContain(AWS_CURRENT);
    expect(world.notes).toEqual([
      ['key-became-current', { service: 'rag', keyId: id }],
      ['tags-not-written', { service: 'rag' }],
    ]);
  });

  it('does the rest when it was cut off after the label had moved', async () => {
    const { id } = await tested();
    world.fail('spares.remove');
    await expect(world.rotate('finishSecret')).rejects.toMatchObject({ code: 'AwsFailed' });
    world.failing.clear();
    world.notes.length = 0;
    await world.rotate('finishSecret');
    expect(world.labels('v1')).toEqual([AWS_CURRENT, keyLabel(id)].sort());
    expect(world.shelf.list()).toEqual([]);
    expect(world.notes).toEqual([]);
  });

  it('is no error when it comes again after all was done', async () => {
    await tested();
    await world.rotate('finishSecret');
    const before = world.labels('v1');
    const { tags } = world.secret.state(false);
    world.calls.length = 0;
    await world.rotate('finishSecret');
    expect(world.labels('v1')).toEqual(before);
    expect(world.secret.state(false).tags).toBe(tags);
    expect(world.calls).not.toContain('tags.put');
  });

  it('rejects when somebody else has moved the label meanwhile', async () => {
    const { id } = await tested();
    world.meanwhile.set('versions.moveLabel', () => world.current());
    await expect(world.rotate('finishSecret')).rejects.toMatchObject({
      code: 'StateChangedMeanwhile',
      message: expect.stringContaining('the current version of the key of "rag" changed during finishSecret'),
    });
    expect(world.labels('v1')).toEqual([AWS_PENDING, keyLabel(id)].sort());
    expect(world.shelf.list()).toHaveLength(1);
    expect(world.notes).toEqual([]);
  });

  it('takes the marks of an earlier retirement and of a pause off the key that it replaces', async () => {
    const { old } = await tested();
    const { versions } = world.secret;
    world.secret.versions = versions.labelling([retiringLabel(NOON), pausedLabel(NOON)], old);
    await world.rotate('finishSecret');
    expect(world.labels(old)).toEqual([AWS_PREVIOUS, keyLabel(old)].sort());
  });

  it('makes the key current where nothing is', async () => {
    const { id } = await tested();
    const { directory, versions } = world.ports;
    const describeByArn = async (arn: string) => {
      const state = await directory.describeByArn(arn);
      return { ...state, labels: new Map([['v1', state.labels.get('v1') ?? []]]) };
    };
    const moves: object[] = [];
    const moveLabel = async (_arn: string, label: string, change: object) => moves.push({ label, ...change }) > 0;
    await world.rotate('finishSecret', 'v1', { directory: { describeByArn }, versions: { ...versions, moveLabel } });
    expect(moves[0]).toEqual({ label: AWS_CURRENT, to: 'v1' });
    expect(world.shelf.read('rag', id)).toBeUndefined();
  });

  it('waits until a read shows which key createSecret took', async () => {
    const { id } = await tested();
    const { directory } = world.ports;
    let reads = 0;
    const describeByArn = async (arn: string) => {
      const state = await directory.describeByArn(arn);
      reads += 1;
      return reads < 3 ? { ...state, labels: new Map([...state.labels, ['v1', [AWS_PENDING]]]) } : state;
    };
    await world.rotate('finishSecret', 'v1', { directory: { describeByArn } });
    expect(world.waits).toEqual([100, 300]);
    expect(world.labels('v1')).toEqual([AWS_CURRENT, keyLabel(id)].sort());
    expect(world.shelf.list()).toEqual([]);
  });

  it('asks nothing of the shelf where the version holds no key', async () => {
    world.current();
    world.secrets.announce(world.secret, 'v1', PLACEHOLDER);
    await world.rotate('finishSecret');
    expect(world.labels('v1')).toEqual([AWS_CURRENT]);
    expect(world.calls.filter((call) => call.startsWith('spares.'))).toEqual([]);
    expect(world.notes).toEqual([['key-became-current', { service: 'rag', keyId: null }]]);
  });

  it('takes off the shelf what it cannot read, and writes no tags', async () => {
    const { id } = await tested();
    world.fail('spares.read', new KeyRotationError('BadRecord', 'broken'));
    await world.rotate('finishSecret');
    expect(world.labels('v1')).toContain(keyLabel(id));
    expect(world.shelf.list()).toEqual([]);
    expect(world.secret.state(false).tags.size).toBe(0);
  });
});
