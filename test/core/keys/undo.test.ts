import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import { days, hours, NOON, noonPlus } from '../../support/observations';
import { CoreWorld } from '../core-world';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

const BEGAN = retiringLabel(noonPlus(-days(3)));
const DISABLED = disablingLabel(noonPlus(-hours(5)));
const IN_A_WEEK = noonPlus(days(7));
const undo = () => world.reconciler().undo('rag');
const statusOf = (keyId: string) => world.issuer.key(keyId)?.status;

/** A key that was replaced and disabled, and the one that replaced it. */
const replaced = (...labels: readonly string[]) => {
  const former = world.hold(AWS_CURRENT, ...labels);
  world.issuer.setStatus(former.id, 'inactive');
  const current = world.current();
  return { former: former.id, current: current.id };
};

describe('undo', () => {
  it('makes the former key current again, enabled, and pauses rotation for a week', async () => {
    const { former, current } = replaced(BEGAN, DISABLED);
    const result = await undo();
    expect(result).toEqual({
      service: 'rag',
      restoredKey: former,
      replacedKey: current,
      pausedUntil: IN_A_WEEK.toISOString(),
    });
    expect(statusOf(former)).toBe('active');
    expect(world.labels(former)).toEqual([AWS_CURRENT, keyLabel(former), pausedLabel(IN_A_WEEK)].sort());
    expect(world.labels(current)).toEqual([AWS_PREVIOUS, keyLabel(current)].sort());
    expect(world.secret.rotationEnabled).toBe(false);
  });

  it('enables the key before it becomes current', async () => {
    const { former } = replaced(BEGAN, DISABLED);
    await undo();
    const enabled = world.calls.indexOf(`issuer.setStatus ${former} active`);
    expect(enabled).toBeGreaterThan(0);
    expect(enabled).toBeLessThan(world.calls.indexOf(`versions.moveLabel ${AWS_CURRENT}`));
    expect(enabled).toBeLessThan(world.calls.indexOf('control.pause'));
  });

  it('leaves no mark of an earlier retirement on the key that it replaces', async () => {
    const { current } = replaced(BEGAN);
    world.secret.versions = world.secret.versions.labelling([retiringLabel(NOON)], current);
    await undo();
    expect(world.labels(current)).toEqual([AWS_PREVIOUS, keyLabel(current)].sort());
  });

  it('takes the key that it replaces off the shelf before it is replaced, and no other', async () => {
    const [former, current, waiting] = [world.spare(), world.spare(), world.spare()];
    for (const key of [former, current]) world.holdKey(key, AWS_CURRENT);
    await undo();
    expect(world.shelf.list('rag').map(({ keyId }) => keyId)).toEqual([former.id, waiting.id]);
    const removed = `spares.remove rag ${current.id}`;
    expect(world.calls.filter((call) => call.startsWith('spares.remove'))).toEqual([removed]);
    expect(world.calls.indexOf(removed)).toBeLessThan(world.calls.indexOf(`versions.moveLabel ${AWS_CURRENT}`));
  });

  it('leaves the shelf alone where the key that it replaces is not on it', async () => {
    replaced(BEGAN);
    world.spare();
    await undo();
    expect(world.calls.filter((call) => call.startsWith('spares.remove'))).toEqual([]);
  });

  it('takes the previous version rather than the key that began to retire last', async () => {
    const older = world.hold(retiringLabel(noonPlus(-days(2))));
    const later = world.hold(retiringLabel(noonPlus(-days(1))));
    world.current();
    world.secret.versions = world.secret.versions.labelling([AWS_PREVIOUS], older.id);
    expect((await undo()).restoredKey).toBe(older.id);
    expect(world.labels(later.id)).toContain(keyLabel(later.id));
  });

  it('takes the key that began to retire last where the previous version holds none', async () => {
    world.hold(retiringLabel(noonPlus(-days(3))));
    const last = world.hold(retiringLabel(noonPlus(-days(1))));
    world.hold(retiringLabel(noonPlus(-days(2))));
    world.current();
    expect((await undo()).restoredKey).toBe(last.id);
  });

  it.each([
    ['there is no key', () => undefined],
    ['there is only the current key', () => world.current()],
    [
      'the other key never served',
      () => {
        world.current();
        world.hold();
      },
    ],
    [
      'the other key is pending',
      () => {
        world.current();
        world.hold(AWS_PENDING, BEGAN);
      },
    ],
  ])('rejects when %s', async (_case, prepare) => {
    prepare();
    await expect(undo()).rejects.toMatchObject({
      code: 'NothingToUndo',
      message: expect.stringContaining('"rag" has no retired key that could be made current again'),
    });
    expect(world.secret.rotationEnabled).toBe(true);
  });

  it('rejects a former key when nothing is current', async () => {
    world.hold(BEGAN);
    await expect(undo()).rejects.toMatchObject({ code: 'NothingToUndo' });
  });

  it('rejects a second time, which would undo the first', async () => {
    replaced(BEGAN, DISABLED);
    await undo();
    await expect(undo()).rejects.toMatchObject({
      code: 'NothingToUndo',
      message: expect.stringMatching(/has been undone already; "claude-keys rotate" moves on/),
    });
  });

  it('undoes a rotation that came after a pause was over', async () => {
    const { former, current } = replaced(BEGAN);
    world.secret.versions = world.secret.versions.labelling([pausedLabel(NOON)], current);
    expect((await undo()).restoredKey).toBe(former);
  });

  it('undoes a rotation while rotation is off for another reason', async () => {
    const { former } = replaced(BEGAN);
    world.secret.set({ rotationEnabled: false });
    expect((await undo()).restoredKey).toBe(former);
  });

  it('rejects a key that is gone for good', async () => {
    const { former } = replaced(BEGAN, DISABLED);
    world.issuer.setStatus(former, 'archived');
    await expect(undo()).rejects.toMatchObject({
      code: 'UndoImpossible',
      message: 'cannot undo the last rotation of "rag": the issuer lists its former key as archived',
    });
    expect(world.calls.filter((call) => /setStatus|control|moveLabel/.test(call))).toEqual([]);
  });

  it('rejects when the issuer no longer knows the key just before it would become current', async () => {
    const { current } = replaced(BEGAN, DISABLED);
    const { keys, usage } = world.ports;
    const issuer = { kind: 'ours', keys: { ...keys, find: async () => undefined }, usage } as const;
    await expect(world.reconciler({}, { issuer }).undo('rag')).rejects.toMatchObject({
      code: 'UndoImpossible',
      message: expect.stringContaining('former key as unknown'),
    });
    expect(world.labels(current)).toContain(AWS_CURRENT);
  });

  it('rejects while the issuer cannot be asked', async () => {
    replaced(BEGAN, DISABLED);
    world.fail('issuer.list');
    await expect(undo()).rejects.toMatchObject({ message: expect.stringContaining('former key as unknown') });
  });

  it('asks for no change of a key that is still accepted before it is current', async () => {
    const { id } = world.hold(AWS_CURRENT, BEGAN);
    world.current();
    await undo();
    const change = `issuer.setStatus ${id} active`;
    expect(world.calls.filter((call) => call === change)).toHaveLength(1);
    expect(world.calls.indexOf(change)).toBeGreaterThan(world.calls.indexOf(`versions.moveLabel ${AWS_CURRENT}`));
  });

  it('rejects when a run archives the key meanwhile, and moves nothing', async () => {
    const { former, current } = replaced(BEGAN, DISABLED);
    world.meanwhile.set('issuer.find', () => world.issuer.setStatus(former, 'archived'));
    await expect(undo()).rejects.toMatchObject({ message: expect.stringContaining('former key as archived') });
    expect(world.labels(current)).toContain(AWS_CURRENT);
  });

  it('enables the key again that a run disabled just before it became current', async () => {
    const { former } = replaced(BEGAN, DISABLED);
    const ports = world.reconcilerPorts;
    let looked = false;
    world.meanwhile.set('issuer.find', () => {
      looked = true;
    });
    const moveLabel: typeof ports.versions.moveLabel = async (arn, label, change) => {
      if (looked && label === AWS_CURRENT) world.issuer.setStatus(former, 'inactive');
      return ports.versions.moveLabel(arn, label, change);
    };
    await world.reconciler({}, { versions: { ...ports.versions, moveLabel } }).undo('rag');
    expect(statusOf(former)).toBe('active');
  });

  it('rejects when the current key changes meanwhile', async () => {
    replaced(BEGAN, DISABLED);
    world.meanwhile.set('issuer.find', () => world.current());
    await expect(undo()).rejects.toMatchObject({
      code: 'StateChangedMeanwhile',
      message: expect.stringContaining('the current key of "rag" changed meanwhile'),
    });
  });

  it('rejects a service it does not know', async () => {
    await expect(world.reconciler().undo('web')).rejects.toMatchObject({ code: 'UnknownService' });
  });

  describe('where people look after the keys', () => {
    beforeEach(() => {
      world.access = 'manual';
    });

    it('makes a former key current again that the issuer accepts, and changes no key', async () => {
      const { id } = world.hold(AWS_CURRENT, BEGAN);
      world.current();
      expect((await undo()).restoredKey).toBe(id);
      expect(world.labels(id)).toContain(AWS_CURRENT);
      expect(world.calls.filter((call) => call.startsWith('issuer.'))).toEqual(['issuer.verify']);
    });

    it('rejects while the former key is not accepted', async () => {
      replaced(BEGAN);
      await expect(undo()).rejects.toMatchObject({
        code: 'UndoImpossible',
        message: expect.stringContaining('enable it in the Claude Console, then run undo again'),
      });
    });

    it('rejects where the former key cannot be read', async () => {
      replaced(BEGAN);
      const { versions } = world.ports;
      const unread = { versions: { ...versions, read: async () => undefined } };
      await expect(world.reconciler({}, unread).undo('rag')).rejects.toMatchObject({ code: 'UndoImpossible' });
    });
  });
});
