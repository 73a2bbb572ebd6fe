import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import { PLACEHOLDER } from '../../../lib/contract/placeholder';
import { apply } from '../../../lib/core/keys/apply';
import { type HeldKey, heldKeys } from '../../../lib/core/keys/held-keys';
import type { Action } from '../../../lib/core/keys/plan';
import { days, hours, NOON, noonPlus } from '../../support/observations';
import { CoreWorld } from '../core-world';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

/** Carries out an action on the secret as it is now, or as it was read before. */
const perform = (action: Action, secret = world.secret.state(false)): Promise<string> =>
  apply(action, { ports: world.reconcilerPorts, environment: 'prod', secret });

const held = (keyId: string): HeldKey => {
  const key = heldKeys(world.secret.state(false)).find((each) => each.keyId === keyId);
  if (!key) throw new Error(`the secret holds no ${keyId}`);
  return key;
};

const BEGAN = retiringLabel(noonPlus(-days(3)));
const retiring = (...labels: readonly string[]): HeldKey => {
  const { id } = world.hold(BEGAN, ...labels);
  return held(id);
};
const statusOf = (keyId: string) => world.issuer.key(keyId)?.status;
const makeCurrent = ({ versionId }: HeldKey, label = AWS_CURRENT): void => {
  world.secret.versions = world.secret.versions.labelling([label], versionId);
};

describe('begin-retirement', () => {
  it('writes down when it was first seen', async () => {
    const { id } = world.hold(AWS_PREVIOUS);
    const done = await perform({ kind: 'begin-retirement', key: held(id) });
    expect(world.labels(id)).toEqual([AWS_PREVIOUS, keyLabel(id), retiringLabel(NOON)].sort());
    expect(done).toBe(`rag: retirement of ${id} began`);
  });

  it('takes the mark off again when somebody made the key current meanwhile', async () => {
    const { id } = world.hold(AWS_PREVIOUS);
    const key = held(id);
    const before = world.secret.state(false);
    makeCurrent(key);
    const done = await perform({ kind: 'begin-retirement', key }, before);
    expect(world.labels(id)).not.toContain(retiringLabel(NOON));
    expect(done).toBe(`rag: spared ${id}, which is current again`);
  });

  it('rejects when the label is on another version by now', async () => {
    const { id } = world.hold();
    world.hold(retiringLabel(NOON));
    await expect(perform({ kind: 'begin-retirement', key: held(id) })).rejects.toMatchObject({
      code: 'StateChangedMeanwhile',
      message: `the label ${retiringLabel(NOON)} of the key of "rag" is on another version; the next run tries again`,
    });
  });
});

describe('disable-key', () => {
  it('writes the intent down, looks, disables, and looks again', async () => {
    world.current();
    const key = retiring();
    const done = await perform({ kind: 'disable-key', key });
    expect(statusOf(key.keyId)).toBe('inactive');
    expect(world.labels(key.versionId)).toEqual([keyLabel(key.keyId), BEGAN, disablingLabel(NOON)].sort());
    expect(world.calls).toEqual([
      `versions.moveLabel ${disablingLabel(NOON)}`,
      'directory.describe rag',
      `issuer.setStatus ${key.keyId} inactive`,
      'directory.describe rag',
    ]);
    expect(done).toBe(`rag: disabled ${key.keyId}; "claude-keys undo prod rag" brings it back`);
  });

  it('counts from this attempt, not from one that was cut off', async () => {
    const key = retiring(disablingLabel(noonPlus(-hours(1))));
    await perform({ kind: 'disable-key', key });
    expect(world.labels(key.versionId)).toEqual([keyLabel(key.keyId), BEGAN, disablingLabel(NOON)].sort());
  });

  it.each([
    ['current', AWS_CURRENT],
    ['pending', AWS_PENDING],
  ])('spares a key that became %s before the call, and ends its retirement', async (_state, label) => {
    const key = retiring();
    world.meanwhile.set('directory.describe', () => makeCurrent(key, label));
    const done = await perform({ kind: 'disable-key', key });
    expect(statusOf(key.keyId)).toBe('active');
    expect(world.calls.filter((call) => call.startsWith('issuer.'))).toEqual([]);
    expect(world.labels(key.versionId)).toEqual([keyLabel(key.keyId), label].sort());
    expect(done).toBe(`rag: spared ${key.keyId}, which is current again`);
  });

  it('brings a key back, in the same run, that became current during the call', async () => {
    const key = retiring();
    world.meanwhile.set('issuer.setStatus', () => makeCurrent(key));
    const done = await perform({ kind: 'disable-key', key });
    expect(statusOf(key.keyId)).toBe('active');
    expect(world.labels(key.versionId)).toEqual([keyLabel(key.keyId), AWS_CURRENT].sort());
    expect(done).toBe(`rag: brought ${key.keyId} back, since it is current`);
  });

  it('disables nothing when the secret cannot be read', async () => {
    const key = retiring();
    world.fail('directory.describe');
    await expect(perform({ kind: 'disable-key', key })).rejects.toMatchObject({ code: 'AwsFailed' });
    expect(statusOf(key.keyId)).toBe('active');
  });

  it('disables the key of a secret that is gone', async () => {
    const key = retiring();
    const secret = world.secret.state(false);
    const ports = world.reconcilerPorts;
    const directory = { ...ports.directory, describe: async () => undefined };
    await apply({ kind: 'disable-key', key }, { ports: { ...ports, directory }, environment: 'prod', secret });
    expect(statusOf(key.keyId)).toBe('inactive');
  });
});

describe('ask-person-to-disable', () => {
  it('tells what to do, and notes that somebody was asked', async () => {
    world.access = 'manual';
    const key = retiring();
    const done = await perform({ kind: 'ask-person-to-disable', key });
    expect(world.asked).toHaveLength(1);
    expect(world.asked[0]).toContain(`The key ${key.keyId} of service rag in prod was replaced`);
    expect(world.asked[0]).toContain('shows no recent use, then disable it there');
    expect(world.asked[0]).toContain('claude-keys undo prod rag');
    expect(world.calls).toContain('messages.send warning Disable an old Claude key of rag (prod)');
    expect(world.labels(key.versionId)).toContain(disablingLabel(NOON));
    expect(statusOf(key.keyId)).toBe('active');
    expect(done).toBe(`rag: asked a person to disable ${key.keyId}`);
  });
});

describe('note-disabled', () => {
  it('writes down when the key was seen to be disabled', async () => {
    const key = retiring();
    const done = await perform({ kind: 'note-disabled', key });
    expect(world.labels(key.versionId)).toContain(disablingLabel(NOON));
    expect(done).toBe(`rag: ${key.keyId} was disabled by someone else`);
  });
});

describe('archive-key', () => {
  it('archives a disabled key, after another look at both', async () => {
    const key = retiring(disablingLabel(noonPlus(-days(14))));
    world.issuer.setStatus(key.keyId, 'inactive');
    const done = await perform({ kind: 'archive-key', key });
    expect(statusOf(key.keyId)).toBe('archived');
    expect(world.calls).toEqual([
      'directory.describe rag',
      `issuer.find ${key.keyId}`,
      `issuer.setStatus ${key.keyId} archived`,
    ]);
    expect(done).toBe(`rag: archived ${key.keyId}`);
  });

  it('spares a key that became current meanwhile', async () => {
    const key = retiring();
    world.issuer.setStatus(key.keyId, 'inactive');
    world.meanwhile.set('directory.describe', () => makeCurrent(key));
    const done = await perform({ kind: 'archive-key', key });
    expect(statusOf(key.keyId)).toBe('inactive');
    expect(done).toBe(`rag: spared ${key.keyId}, which is current again`);
  });

  it('spares a key that an undo has enabled meanwhile', async () => {
    const key = retiring();
    const done = await perform({ kind: 'archive-key', key });
    expect(statusOf(key.keyId)).toBe('active');
    expect(done).toBe(`rag: spared ${key.keyId}, which was enabled again`);
  });
});

describe('forget-key', () => {
  it('takes all its labels off, the one that names the key first', async () => {
    const disabling = disablingLabel(NOON);
    const key = retiring(disabling);
    const done = await perform({ kind: 'forget-key', key });
    expect(world.labels(key.versionId)).toEqual([]);
    expect(world.calls[0]).toBe(`versions.moveLabel ${keyLabel(key.keyId)}`);
    expect(done).toBe(`rag: ${key.keyId} is gone for good`);
  });
});

describe('revive-key', () => {
  it('enables the key first, and then ends its retirement', async () => {
    const key = retiring(AWS_CURRENT, disablingLabel(NOON));
    world.issuer.setStatus(key.keyId, 'inactive');
    const done = await perform({ kind: 'revive-key', key });
    expect(statusOf(key.keyId)).toBe('active');
    expect(world.calls[0]).toBe(`issuer.setStatus ${key.keyId} active`);
    expect(world.labels(key.versionId)).toEqual([AWS_CURRENT, keyLabel(key.keyId)].sort());
    expect(done).toBe(`rag: brought ${key.keyId} back, since it is current`);
  });
});

describe('return-to-shelf', () => {
  it('lets go of the key, which stays on the shelf', async () => {
    const spare = world.spare();
    world.holdKey(spare);
    const done = await perform({ kind: 'return-to-shelf', key: held(spare.id) });
    expect(world.labels(spare.id)).toEqual([]);
    expect(world.shelf.list()).toHaveLength(1);
    expect(done).toBe(`rag: ${spare.id} is a spare again`);
  });

  it('gives a key its label back that somebody made current meanwhile', async () => {
    const spare = world.spare();
    world.holdKey(spare);
    const key = held(spare.id);
    makeCurrent(key);
    const done = await perform({ kind: 'return-to-shelf', key });
    expect(world.labels(spare.id)).toEqual([AWS_CURRENT, keyLabel(spare.id)]);
    expect(done).toBe(`rag: kept hold of ${spare.id}, which is current again`);
  });

  it('keeps hold of a key that is off the shelf by now, where another waits', async () => {
    world.spare();
    const { id } = world.hold();
    const done = await perform({ kind: 'return-to-shelf', key: held(id) });
    expect(world.labels(id)).toEqual([keyLabel(id)]);
    expect(done).toBe(`rag: kept hold of ${id}, which is no spare any more`);
  });
});

describe('remove-spare', () => {
  it('takes the parameter away and leaves the key as it is', async () => {
    const { id } = world.spare();
    const done = await perform({ kind: 'remove-spare', keyId: id, because: 'served' });
    expect(world.shelf.list()).toEqual([]);
    expect(statusOf(id)).toBe('active');
    expect(done).toBe(`rag: removed the spare ${id} (served)`);
  });
});

describe('discard-spare', () => {
  it('leaves a key alone that is off the shelf by now, where another waits', async () => {
    world.spare();
    const { id } = world.hold();
    const done = await perform({ kind: 'discard-spare', keyId: id, because: 'too-old' });
    expect(statusOf(id)).toBe('active');
    expect(done).toBe(`rag: left ${id} alone, which is no spare any more`);
  });

  it('disables the key, and takes it off the shelf when no rotation has it', async () => {
    const { id } = world.spare();
    world.current();
    const done = await perform({ kind: 'discard-spare', keyId: id, because: 'too-old' });
    expect(statusOf(id)).toBe('inactive');
    expect(world.shelf.list()).toEqual([]);
    expect(done).toBe(`rag: discarded the spare ${id} (too-old)`);
  });

  it.each([
    ['pending', AWS_PENDING],
    ['current', AWS_CURRENT],
  ])('brings the key back, and keeps it, that a rotation made %s meanwhile', async (_state, label) => {
    const spare = world.spare();
    world.hold(BEGAN);
    world.meanwhile.set('issuer.setStatus', () => world.holdKey(spare, label));
    const done = await perform({ kind: 'discard-spare', keyId: spare.id, because: 'expiring' });
    expect(statusOf(spare.id)).toBe('active');
    expect(world.shelf.list()).toHaveLength(1);
    expect(done).toBe(`rag: kept the spare ${spare.id}, which a rotation has taken`);
  });

  it('discards a key that a rotation had and let go of, whatever other key is current', async () => {
    const spare = world.spare();
    world.current();
    world.holdKey(spare);
    await perform({ kind: 'discard-spare', keyId: spare.id, because: 'too-old' });
    expect(world.shelf.list()).toEqual([]);
    expect(statusOf(spare.id)).toBe('inactive');
  });

  it('discards the spare of a secret that is gone', async () => {
    const { id } = world.spare();
    const secret = world.secret.state(false);
    world.secret.set({ deleted: true });
    await perform({ kind: 'discard-spare', keyId: id, because: 'service-removed' }, secret);
    expect(world.shelf.list()).toEqual([]);
  });
});

describe('rotation', () => {
  it('is given up by taking AWSPENDING away', async () => {
    world.announce();
    const done = await perform({ kind: 'give-up-rotation', versionId: 'v1' });
    expect(world.labels('v1')).toEqual([]);
    expect(done).toBe('rag: gave up a rotation that was stuck');
  });

  it('is started', async () => {
    const done = await perform({ kind: 'start-rotation', because: 'first-key' });
    expect(world.labels('v1')).toEqual([AWS_PENDING]);
    expect(done).toBe('rag: started a rotation (first-key)');
  });

  it('is left alone where one is in progress', async () => {
    world.announce('v0');
    const done = await perform({ kind: 'start-rotation', because: 'rotation-overdue' });
    expect(world.labels('v1')).toEqual([]);
    expect(done).toBe('rag: left a rotation alone that is in progress');
  });

  it('is resumed', async () => {
    world.secret.set({ rotationEnabled: false });
    expect(await perform({ kind: 'resume-rotation' })).toBe('rag: resumed rotation');
    expect(world.secret.rotationEnabled).toBe(true);
  });

  it('is stopped', async () => {
    const done = await perform({ kind: 'pause-rotation' });
    expect(world.secret.rotationEnabled).toBe(false);
    expect(done).toBe('rag: stopped rotation, since the service was removed');
  });
});

describe('drop-label', () => {
  it('takes one label off one version', async () => {
    const label = pausedLabel(NOON);
    const { id } = world.hold(label, BEGAN);
    const done = await perform({ kind: 'drop-label', versionId: id, label });
    expect(world.labels(id)).toEqual([BEGAN, keyLabel(id)].sort());
    expect(done).toBe(`rag: removed the label ${label}`);
  });
});

describe('park-secret', () => {
  it('makes the placeholder current in place of the key, once', async () => {
    const { id } = world.current();
    const before = world.secret.state(false);
    const done = await perform({ kind: 'park-secret' }, before);
    const parked = `parked-${id}`;
    expect(world.secret.versions.holderOf(AWS_CURRENT)).toBe(parked);
    expect(world.secret.versions.textOf(parked)).toBe(PLACEHOLDER);
    expect(world.labels(id)).toContain(AWS_PREVIOUS);
    expect(done).toBe('rag: put the placeholder back, since the service was removed');

    const { count } = world.secret.versions;
    await perform({ kind: 'park-secret' }, before);
    expect(world.secret.versions.count).toBe(count);
  });

  it('writes under a token that is no longer than Secrets Manager allows', async () => {
    const { text } = world.key();
    const versionId = 'v'.repeat(64);
    world.secret.versions = world.secret.versions.with(versionId, { text, createdAt: NOON }, [AWS_CURRENT, 'KEY-k1']);
    await perform({ kind: 'park-secret' });
    expect(world.secret.versions.holderOf(AWS_CURRENT)).toBe(`parked-${versionId}`.slice(0, 64));
  });

  it('does nothing where no key is current', async () => {
    const before = world.secret.versions;
    await perform({ kind: 'park-secret' });
    expect(world.secret.versions).toBe(before);
  });
});
