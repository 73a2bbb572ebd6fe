import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import type { ServiceObservation } from '../../../lib/core/keys/observation';
import { planService } from '../../../lib/core/keys/plan';
import {
  days,
  hours,
  issuerKey,
  NOON,
  noonPlus,
  observationWith,
  registrationWith,
  secretWith,
  usageReport,
} from '../../support/observations';

const kinds = (observation: ServiceObservation): readonly string[] =>
  planService(observation, NOON).map(({ kind }) => kind);
const spare = (keyId: string, stagedAt = noonPlus(-days(1))) => ({ service: 'rag', keyId, stagedAt });
const current = [AWS_CURRENT, keyLabel('k1')];
const removed = (changes: Partial<ServiceObservation>): ServiceObservation => {
  const { registration, ...rest } = observationWith(changes);
  return registration ? rest : rest;
};

describe('planService', () => {
  it('does nothing for a service whose key is young and accepted', () => {
    expect(kinds(observationWith({ spares: [spare('k2')] }))).toEqual([]);
  });

  it('begins the retirement of a key that is no longer current', () => {
    const secret = secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0')] });
    expect(kinds(observationWith({ secret }))).toEqual(['begin-retirement']);
  });

  describe('rotation', () => {
    it('starts the first one when a spare is there and the secret holds the placeholder', () => {
      const secret = secretWith({ v1: [AWS_CURRENT] });
      expect(planService(observationWith({ secret, spares: [spare('k2')] }), NOON)).toEqual([
        { kind: 'start-rotation', because: 'first-key' },
      ]);
    });

    it('waits for a spare', () => {
      expect(kinds(observationWith({ secret: secretWith({ v1: [AWS_CURRENT] }) }))).toEqual([]);
    });

    it('replaces a current key that died outside', () => {
      const issuer = { access: 'ours', keys: new Map([['k1', issuerKey('k1', 'inactive')]]) } as const;
      expect(planService(observationWith({ issuer, spares: [spare('k2')] }), NOON)).toEqual([
        { kind: 'start-rotation', because: 'current-key-dead' },
      ]);
    });

    it('replaces a current key before it expires, but not with a spare that expires as soon', () => {
      const soon = { expiresAt: noonPlus(days(7)) };
      const keys = new Map([['k1', issuerKey('k1', 'active', soon)]]);
      const withGoodSpare = observationWith({ issuer: { access: 'ours', keys }, spares: [spare('k2')] });
      expect(kinds(withGoodSpare)).toEqual(['start-rotation']);
      const bothSoon = new Map([...keys, ['k2', issuerKey('k2', 'active', soon)]]);
      const withBadSpare = observationWith({ issuer: { access: 'ours', keys: bothSoon }, spares: [spare('k2')] });
      expect(kinds(withBadSpare)).toEqual(['discard-spare']);
    });

    it.each([
      ['one millisecond before an hour after its window', hours(1) - 1, []],
      ['an hour after its window', hours(1), ['start-rotation']],
    ])('starts one that Secrets Manager missed, %s', (_when, lateMs, expected) => {
      const secret = secretWith({ v1: current }, { nextRotationAt: noonPlus(-lateMs) });
      expect(kinds(observationWith({ secret, spares: [spare('k2')] }))).toEqual(expected);
    });

    it.each([
      ['leaves an unfinished one alone for four hours', hours(4) - 1, []],
      ['gives up an unfinished one after four hours', hours(4), ['give-up-rotation']],
    ])('%s', (_what, ageMs, expected) => {
      const secret = secretWith({ v1: current, v2: [AWS_PENDING, keyLabel('k2')] });
      const observation = observationWith({ secret, spares: [spare('k2')], pendingSince: noonPlus(-ageMs) });
      expect(kinds(observation)).toEqual(expected);
    });

    it('waits longer between attempts the longer a rotation has been due', () => {
      const secret = secretWith({ v1: current, v2: [AWS_PENDING] }, { nextRotationAt: noonPlus(-hours(20)) });
      expect(kinds(observationWith({ secret, pendingSince: noonPlus(-hours(10) + 1) }))).toEqual([]);
      expect(kinds(observationWith({ secret, pendingSince: noonPlus(-hours(10)) }))).toEqual(['give-up-rotation']);
    });

    it('puts the key of a rotation that was given up back on the shelf', () => {
      const secret = secretWith({ v1: current, v2: [keyLabel('k2')] });
      expect(kinds(observationWith({ secret, spares: [spare('k2')] }))).toEqual(['return-to-shelf']);
    });
  });

  describe('pause after an undo', () => {
    const paused = (until: Date, rotationEnabled = false) =>
      secretWith({ v1: [...current, pausedLabel(until)] }, { rotationEnabled });

    it('lasts until its time', () => {
      expect(kinds(observationWith({ secret: paused(noonPlus(1)) }))).toEqual([]);
      expect(kinds(observationWith({ secret: paused(NOON) }))).toEqual(['resume-rotation']);
    });

    it.each([
      ['one millisecond before its time', 1, []],
      ['at its time', 0, ['start-rotation']],
    ])('has the rotation that was undone come again as soon as a spare is there, %s', (_when, leftMs, expected) => {
      const secret = paused(noonPlus(leftMs), true);
      expect(kinds(observationWith({ secret, spares: [spare('k2')] }))).toEqual(expected);
    });

    it('stays written on the key that was brought back until that rotation is done', () => {
      expect(kinds(observationWith({ secret: paused(noonPlus(-days(30)), true) }))).toEqual([]);
    });

    it('is taken off a key that is no longer current', () => {
      const label = pausedLabel(noonPlus(-days(30)));
      const former = [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-1)), label];
      const secret = secretWith({ v1: current, v0: former });
      expect(planService(observationWith({ secret }), NOON)).toEqual([{ kind: 'drop-label', versionId: 'v0', label }]);
    });

    it('has attempts wait longer the longer it has been over', () => {
      const stuckFor = (ms: number) => {
        const labels = [...current, pausedLabel(noonPlus(-hours(20)))];
        const secret = secretWith({ v1: labels, v2: [AWS_PENDING] });
        return kinds(observationWith({ secret, pendingSince: noonPlus(-ms) }));
      };
      expect(stuckFor(hours(10) - 1)).toEqual([]);
      expect(stuckFor(hours(10))).toEqual(['give-up-rotation']);
    });

    it('is left alone for ten minutes on a version that is not current, since the undo may not be over, or not be seen', () => {
      const begun = (ms: number) => pausedLabel(noonPlus(days(7) - ms));
      const former = [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-1))];
      const secretAfter = (ms: number) =>
        secretWith({ v1: current, v0: [...former, begun(ms)] }, { rotationEnabled: false });
      const tenMinutes = hours(1) / 6;
      expect(kinds(observationWith({ secret: secretAfter(tenMinutes - 1) }))).toEqual([]);
      expect([...kinds(observationWith({ secret: secretAfter(tenMinutes) }))].sort()).toEqual([
        'drop-label',
        'resume-rotation',
      ]);
    });

    it('is needed for rotation to stay off', () => {
      const off = secretWith({ v1: current }, { rotationEnabled: false });
      expect(kinds(observationWith({ secret: off }))).toEqual(['resume-rotation']);
      const neverOn = secretWith({ v1: [AWS_CURRENT] }, { rotationEnabled: false, rotationConfigured: false });
      expect(kinds(observationWith({ secret: neverOn }))).toEqual([]);
    });
  });

  it('gives a rotation up before it turns rotation on again, since Secrets Manager turns nothing on while one is unfinished', () => {
    const secret = secretWith({ v1: current, v2: [AWS_PENDING] }, { rotationEnabled: false });
    expect(kinds(observationWith({ secret }))).toEqual(['give-up-rotation', 'resume-rotation']);
  });

  it('takes marks of a retirement off a version that no longer holds a key', () => {
    const stray = retiringLabel(noonPlus(-days(1)));
    const secret = secretWith({ v1: current, v0: [AWS_PREVIOUS, stray] });
    expect(planService(observationWith({ secret }), NOON)).toEqual([
      { kind: 'drop-label', versionId: 'v0', label: stray },
    ]);
  });

  it('forgets the time of a disabling that somebody has undone in the Console, while the key is in use', () => {
    const [retiring, disabling] = [retiringLabel(noonPlus(-days(6))), disablingLabel(noonPlus(-days(3)))];
    const secret = secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0'), retiring, disabling] });
    const keys = new Map(['k1', 'k0'].map((id) => [id, issuerKey(id)]));
    const issuer = { access: 'ours', keys, usage: usageReport({ k0: noonPlus(-hours(1)) }) } as const;
    expect(planService(observationWith({ secret, issuer }), NOON)).toEqual([
      { kind: 'drop-label', versionId: 'v0', label: disabling },
    ]);
  });

  it('takes AWSPENDING off a current key, where a finishSecret that was cut off has left it', () => {
    const secret = secretWith({ v1: [...current, AWS_PENDING] });
    expect(planService(observationWith({ secret }), NOON)).toEqual([
      { kind: 'drop-label', versionId: 'v1', label: AWS_PENDING },
    ]);
  });

  describe('a current key with marks of retirement', () => {
    it('loses them when it was made current again', () => {
      const secret = secretWith({ v1: [...current, retiringLabel(noonPlus(-days(1)))] });
      expect(kinds(observationWith({ secret }))).toEqual(['drop-label']);
    });

    it('loses every mark, where runs that were shown an older state have written two', () => {
      const labels = [noonPlus(-days(3)), noonPlus(-days(1))].map(retiringLabel);
      const secret = secretWith({ v1: [...current, ...labels] });
      expect(planService(observationWith({ secret }), NOON)).toEqual(
        labels.map((label) => ({ kind: 'drop-label', versionId: 'v1', label })),
      );
    });

    it('is brought back when it was disabled in a race', () => {
      const secret = secretWith({ v1: [...current, disablingLabel(noonPlus(-1))] });
      const issuer = { access: 'ours', keys: new Map([['k1', issuerKey('k1', 'inactive')]]) } as const;
      expect(kinds(observationWith({ secret, issuer, spares: [spare('k2')] }))).toEqual(['revive-key']);
    });
  });

  describe('retiring keys', () => {
    const old = [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-days(3)))];
    const secret = secretWith({ v1: current, v0: old });
    const keys = (status: 'active' | 'inactive' | 'archived') =>
      new Map([
        ['k1', issuerKey('k1')],
        ['k0', issuerKey('k0', status)],
      ]);

    it('are disabled when idle, archived and forgotten in the end', () => {
      const usage = usageReport({ k1: NOON });
      expect(kinds(observationWith({ secret, issuer: { access: 'ours', keys: keys('active'), usage } }))).toEqual([
        'disable-key',
      ]);
      expect(kinds(observationWith({ secret, issuer: { access: 'ours', keys: keys('archived'), usage } }))).toEqual([
        'forget-key',
      ]);
    });

    it('are left to a person where a person administers the issuer, who is asked once', () => {
      expect(kinds(observationWith({ secret, issuer: { access: 'manual' } }))).toEqual(['ask-person-to-disable']);
      const asked = secretWith({ v1: current, v0: [...old, disablingLabel(noonPlus(-hours(1)))] });
      expect(kinds(observationWith({ secret: asked, issuer: { access: 'manual' } }))).toEqual([]);
    });

    it('stay when the list of keys is unknown', () => {
      expect(kinds(observationWith({ secret, issuer: { access: 'ours', usage: usageReport() } }))).toEqual([]);
    });
  });

  describe('spares', () => {
    it('go from the shelf once they have served, died or grown too old', () => {
      const secret = secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-1))] });
      const keys = new Map([
        ['k1', issuerKey('k1')],
        ['k0', issuerKey('k0')],
        ['dead', issuerKey('dead', 'expired')],
      ]);
      const spares = [spare('k1'), spare('k0'), spare('dead'), spare('old', noonPlus(-days(100)))];
      expect(kinds(observationWith({ secret, spares, issuer: { access: 'ours', keys } }))).toEqual([
        'remove-spare',
        'remove-spare',
        'remove-spare',
        'discard-spare',
      ]);
    });

    it('stay one millisecond longer than their greatest age', () => {
      expect(kinds(observationWith({ spares: [spare('k2', noonPlus(-days(100) + 1))] }))).toEqual([]);
    });

    it('stay while a rotation is about to use them', () => {
      const secret = secretWith({ v1: current, v2: [AWS_PENDING, keyLabel('k2')] });
      const spares = [spare('k2', noonPlus(-days(90)))];
      expect(kinds(observationWith({ secret, spares, pendingSince: NOON }))).toEqual([]);
    });
  });

  describe('a service that was removed', () => {
    it('has its rotation stopped and its key retired', () => {
      expect(kinds(removed({}))).toEqual(['pause-rotation', 'begin-retirement']);
    });

    it('keeps its key current while it is used, and has the placeholder put back when it is idle', () => {
      const labels = { v1: [...current, retiringLabel(noonPlus(-days(5)))] };
      const secret = secretWith(labels, { rotationEnabled: false });
      const keys = new Map([['k1', issuerKey('k1')]]);
      const used = { access: 'ours', keys, usage: usageReport({ k1: NOON }) } as const;
      expect(kinds(removed({ secret, issuer: used }))).toEqual([]);
      const silent = usageReport({}, { from: noonPlus(-days(5)) });
      const idle = { access: 'ours', keys, usage: silent } as const;
      expect(kinds(removed({ secret, issuer: idle }))).toEqual(['park-secret']);
    });

    it('keeps its key current until people have disabled it, where people look after the keys', () => {
      const marks = [retiringLabel(noonPlus(-days(3)))];
      const secretMarked = (...more: readonly string[]) =>
        secretWith({ v1: [...current, ...marks, ...more] }, { rotationEnabled: false });
      const asked = disablingLabel(noonPlus(-days(1)));
      const tried = (status: 'active' | 'inactive') =>
        ({ access: 'manual', tried: new Map([['k1', status]]) }) as const;
      expect(kinds(removed({ secret: secretMarked(), issuer: { access: 'manual' } }))).toEqual([
        'ask-person-to-disable',
      ]);
      expect(kinds(removed({ secret: secretMarked(asked), issuer: tried('active') }))).toEqual([]);
      expect(kinds(removed({ secret: secretMarked(asked), issuer: tried('inactive') }))).toEqual(['park-secret']);
    });

    it('has a key that served, and was left on the shelf, retired like any other', () => {
      const secret = secretWith(
        { v1: [AWS_CURRENT], v0: [AWS_PREVIOUS, keyLabel('k0'), retiringLabel(noonPlus(-hours(1)))] },
        { rotationEnabled: false },
      );
      const issuer = { access: 'ours', keys: new Map([['k0', issuerKey('k0')]]) } as const;
      expect(planService(removed({ secret, issuer, spares: [spare('k0')] }), NOON)).toEqual([
        { kind: 'remove-spare', keyId: 'k0', because: 'served' },
      ]);
    });

    it('comes back untouched when it is registered again', () => {
      const labels = { v1: [...current, retiringLabel(noonPlus(-days(1)))] };
      const secret = secretWith(labels, { rotationEnabled: false });
      expect(kinds(observationWith({ secret, registration: registrationWith() }))).toEqual([
        'resume-rotation',
        'drop-label',
      ]);
    });
  });
});
