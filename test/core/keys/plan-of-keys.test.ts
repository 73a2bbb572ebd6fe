import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  retiringLabel,
  revokedLabel,
} from '../../../lib/contract/labels';
import type { IssuerView, ServiceObservation } from '../../../lib/core/keys/observation';
import { planService } from '../../../lib/core/keys/plan';
import type { IssuerKeyStatus } from '../../../lib/core/ports';
import {
  days,
  hours,
  issuerKey,
  NOON,
  noonPlus,
  observationWith,
  secretWith,
  usageReport,
} from '../../support/observations';

const plan = (changes: Partial<ServiceObservation>) => planService(observationWith(changes), NOON);
const kinds = (observation: ServiceObservation) => planService(observation, NOON).map(({ kind }) => kind);
const removed = (changes: Partial<ServiceObservation>): ServiceObservation => {
  const { registration, ...rest } = observationWith(changes);
  return registration ? rest : rest;
};
const current = [AWS_CURRENT, keyLabel('k1')];
const began = retiringLabel(noonPlus(-days(3)));
const disabled = (agoMs: number) => disablingLabel(noonPlus(-agoMs));
const spare = (keyId: string, stagedAt = noonPlus(-days(1))) => ({ service: 'rag', keyId, stagedAt });
const listed = (
  statuses: Readonly<Record<string, IssuerKeyStatus>>,
  changes: Partial<IssuerView> = {},
): IssuerView => ({
  access: 'ours',
  keys: new Map(Object.entries(statuses).map(([id, status]) => [id, issuerKey(id, status)])),
  usage: usageReport({ k1: NOON }),
  ...changes,
});
const manual = (statuses: Readonly<Record<string, IssuerKeyStatus>> = {}): IssuerView => ({
  access: 'manual',
  tried: new Map(Object.entries(statuses)),
});

describe('a service without a secret', () => {
  it('has nothing done for it', () => {
    const { secret, ...rest } = observationWith({ spares: [spare('k2', noonPlus(-days(90)))] });
    expect(secret).toBeDefined();
    expect(planService(rest, NOON)).toEqual([]);
  });
});

describe('a secret that was rotated many times in a few days', () => {
  const formerKeys = (count: number, ...marks: readonly string[]) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`v${index + 2}`, [keyLabel(`k${index + 2}`), ...marks]]),
    );
  const statuses = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index + 1}`, 'active' as const]));
  const issuer = listed(statuses);

  it.each([
    [10, 3],
    [11, 2],
    [12, 1],
    [13, 0],
    [18, 0],
  ])('with %i former keys begins the retirement of %i, so that a rotation still fits', (count, begun) => {
    const secret = secretWith({ v1: current, ...formerKeys(count) });
    expect(kinds(observationWith({ secret, issuer }))).toEqual(Array(begun).fill('begin-retirement'));
  });

  it('begins more of them where the service was removed, which rotates no more', () => {
    const secret = secretWith({ v1: current, ...formerKeys(13) });
    const planned = kinds(removed({ secret, issuer }));
    expect(planned.filter((kind) => kind === 'begin-retirement')).toHaveLength(4);
  });

  it('disables as many keys as there is room for, up to the last label', () => {
    const secret = secretWith({ v1: current, ...formerKeys(8, began) });
    expect(kinds(observationWith({ secret, issuer }))).toEqual(['disable-key', 'disable-key']);
  });

  it('notes as many keys that somebody else has disabled', () => {
    const secret = secretWith({ v1: current, ...formerKeys(8, began) });
    const inactive = Object.fromEntries(Object.keys(statuses).map((id) => [id, 'inactive' as const]));
    const planned = kinds(observationWith({ secret, issuer: listed({ ...inactive, k1: 'active' }) }));
    expect(planned).toEqual(['note-disabled', 'note-disabled']);
  });

  it('asks a person for as many, where people look after the keys', () => {
    const secret = secretWith({ v1: current, ...formerKeys(8, began) });
    const planned = kinds(observationWith({ secret, issuer: manual() }));
    expect(planned).toEqual(['ask-person-to-disable', 'ask-person-to-disable']);
  });

  it('goes on with a key whose disabling was cut off, and with all else, where there is no room', () => {
    const secret = secretWith({
      v1: current,
      v0: [keyLabel('k0'), began, disabled(hours(1))],
      v9: [keyLabel('k9'), began, disabled(days(30))],
      ...formerKeys(6, began),
    });
    const planned = kinds(observationWith({ secret, issuer: listed({ ...statuses, k0: 'active', k9: 'inactive' }) }));
    expect(planned).toEqual(['disable-key', 'archive-key']);
  });
});

describe('an old key', () => {
  const old = (...labels: readonly string[]) =>
    secretWith({ v1: current, v0: [AWS_PREVIOUS, keyLabel('k0'), began, ...labels] });

  it('is noted as disabled when somebody else did that', () => {
    expect(plan({ secret: old(), issuer: listed({ k1: 'active', k0: 'inactive' }) })).toMatchObject([
      { kind: 'note-disabled', key: { versionId: 'v0', keyId: 'k0' } },
    ]);
  });

  it('is kept disabled until the undo window ends, and archived then', () => {
    const issuer = listed({ k1: 'active', k0: 'inactive' });
    expect(plan({ secret: old(disabled(days(14) - 1)), issuer })).toEqual([]);
    expect(plan({ secret: old(disabled(days(14))), issuer })).toMatchObject([
      { kind: 'archive-key', key: { keyId: 'k0' } },
    ]);
  });

  it('is forgotten instead of archived where people look after the keys', () => {
    const issuer = manual({ k0: 'inactive' });
    expect(plan({ secret: old(disabled(days(14))), issuer })).toMatchObject([
      { kind: 'forget-key', key: { keyId: 'k0' } },
    ]);
    expect(plan({ secret: old(disabled(days(14) - 1)), issuer })).toEqual([]);
  });

  it('is archived when it has expired', () => {
    expect(plan({ secret: old(), issuer: listed({ k1: 'active', k0: 'expired' }) })).toMatchObject([
      { kind: 'archive-key' },
    ]);
  });

  it('keeps its mark of disabling while nothing says that it is accepted again', () => {
    const secret = old(disabled(days(1)));
    expect(plan({ secret, issuer: { access: 'ours', usage: usageReport() } })).toEqual([]);
    expect(plan({ secret, issuer: manual({ k0: 'active' }) })).toEqual([]);
    const waiting = secretWith({ v1: current, v0: [keyLabel('k0'), retiringLabel(noonPlus(-1)), disabled(1)] });
    expect(plan({ secret: waiting, issuer: manual({ k0: 'active' }) })).toEqual([]);
  });

  it.each([
    ['was current before this one', [AWS_PREVIOUS], 'begin-retirement'],
    ['is retiring', [retiringLabel(noonPlus(-1))], undefined],
    ['never served', [], 'return-to-shelf'],
  ])('goes back to the shelf only when it never served: one that %s', (_what, labels, first) => {
    const secret = secretWith({ v1: current, v0: [keyLabel('k0'), ...labels] });
    const issuer = listed({ k1: 'active', k0: 'active' });
    expect(plan({ secret, issuer, spares: [spare('k0')] })[0]?.kind).toBe(first ?? 'remove-spare');
  });

  it('retires where it never served and is on no shelf', () => {
    const secret = secretWith({ v1: current, v0: [keyLabel('k0')] });
    expect(plan({ secret, issuer: listed({ k1: 'active', k0: 'active' }) })).toMatchObject([
      { kind: 'begin-retirement', key: { keyId: 'k0' } },
    ]);
  });
});

describe('a key that has leaked', () => {
  const leaked = revokedLabel(noonPlus(-1));
  const old = (...labels: readonly string[]) => secretWith({ v1: current, v0: [keyLabel('k0'), leaked, ...labels] });
  const bothActive = { k1: 'active', k0: 'active' } as const;

  it('is disabled at once where that was cut off, used or not, and without a mark of its own', () => {
    const issuer = listed(bothActive, { usage: usageReport({ k0: NOON }) });
    expect(plan({ secret: old(AWS_PREVIOUS), issuer })).toMatchObject([{ kind: 'disable-key', key: { keyId: 'k0' } }]);
  });

  it('is disabled where no label fits on the secret any more', () => {
    const full = Array.from({ length: 16 }, (_, index) => [`v${index + 2}`, [keyLabel(`k${index + 2}`)]]);
    const secret = secretWith({ v1: current, v0: [keyLabel('k0'), leaked], ...Object.fromEntries(full) });
    expect(plan({ secret, issuer: listed(bothActive) })).toMatchObject([{ kind: 'disable-key' }]);
  });

  it('is kept disabled as long as another one, and then archived', () => {
    const issuer = listed({ ...bothActive, k0: 'inactive' });
    expect(plan({ secret: old(), issuer })).toEqual([]);
    const ended = secretWith({ v1: current, v0: [keyLabel('k0'), revokedLabel(noonPlus(-days(14)))] });
    expect(plan({ secret: ended, issuer })).toMatchObject([{ kind: 'archive-key' }]);
  });

  it('never goes back to the shelf, where its rotation left it', () => {
    expect(plan({ secret: old(), issuer: listed(bothActive), spares: [spare('k0')] })).toMatchObject([
      { kind: 'disable-key' },
      { kind: 'remove-spare', because: 'served' },
    ]);
  });

  it('has people asked once, where they look after the keys', () => {
    expect(plan({ secret: old(), issuer: manual({ k0: 'active' }) })).toEqual([]);
  });

  it('is wanted again when people make it current', () => {
    const secret = secretWith({ v1: [...current, leaked] });
    const dropped = [{ kind: 'drop-label', versionId: 'v1', label: leaked }];
    expect(plan({ secret, issuer: listed({ k1: 'active' }) })).toEqual(dropped);
    expect(plan({ secret, issuer: listed({ k1: 'inactive' }) })).toMatchObject([{ kind: 'revive-key' }]);
    const off = secretWith({ v1: [...current, leaked] }, { rotationEnabled: false });
    expect(planService(removed({ secret: off, issuer: listed({ k1: 'active' }) }), NOON)).toEqual(dropped);
  });
});

describe('a current key with a mark of disabling', () => {
  const secret = secretWith({ v1: [...current, disabled(1)] });

  it('loses it where the key is accepted', () => {
    expect(plan({ secret, issuer: listed({ k1: 'active' }) })).toMatchObject([{ kind: 'drop-label' }]);
  });

  it('loses it where people look after the keys, since nobody else may enable one', () => {
    expect(plan({ secret, issuer: manual({ k1: 'inactive' }) })).toMatchObject([{ kind: 'drop-label' }]);
  });
});

describe('spares', () => {
  it.each([
    ['too old', spare('k2', noonPlus(-days(100))), 'too-old'],
    ['about to expire', spare('k3'), 'expiring'],
  ])('that are %s are discarded, and left to people where they look after the keys', (_what, each, because) => {
    const keys = new Map([
      ['k1', issuerKey('k1')],
      ['k3', issuerKey('k3', 'active', { expiresAt: noonPlus(days(7)) })],
    ]);
    expect(plan({ spares: [each], issuer: { access: 'ours', keys } })).toEqual([
      { kind: 'discard-spare', keyId: each.keyId, because },
    ]);
    expect(plan({ spares: [spare('k2', noonPlus(-days(100)))], issuer: { access: 'manual' } })).toEqual([]);
  });
});

describe('a rotation that is due', () => {
  it('starts for a current key that the issuer does not list, when its day has passed', () => {
    const secret = secretWith({ v1: current }, { nextRotationAt: noonPlus(-hours(1)) });
    expect(plan({ secret, spares: [spare('k2')], issuer: listed({ k2: 'active' }) })).toEqual([
      { kind: 'start-rotation', because: 'rotation-overdue' },
    ]);
  });

  it('is none where no day is planned', () => {
    const { nextRotationAt, ...secret } = secretWith();
    expect(nextRotationAt).toBeDefined();
    expect(plan({ secret, spares: [spare('k2')] })).toEqual([]);
  });

  it('does not start while rotation is off', () => {
    const secret = secretWith({ v1: [AWS_CURRENT] }, { rotationEnabled: false, rotationConfigured: false });
    expect(plan({ secret, spares: [spare('k2')] })).toEqual([]);
  });

  it('waits a day at most between attempts, however long it has been due', () => {
    const secret = secretWith({ v1: current, v2: [AWS_PENDING] }, { nextRotationAt: noonPlus(-days(30)) });
    expect(plan({ secret, pendingSince: noonPlus(-days(1) + 1) })).toEqual([]);
    expect(plan({ secret, pendingSince: noonPlus(-days(1)) })).toEqual([{ kind: 'give-up-rotation', versionId: 'v2' }]);
  });
});

describe('a service that was removed', () => {
  const off = { rotationEnabled: false };

  it('loses a mark of an earlier disabling from its current key, whose undo window would end too early', () => {
    const secret = secretWith({ v1: [...current, began, disabled(days(30))] }, off);
    const planned = planService(removed({ secret, issuer: listed({ k1: 'inactive' }) }), NOON);
    expect(planned[0]).toEqual({ kind: 'drop-label', versionId: 'v1', label: disabled(days(30)) });
  });

  it('keeps the mark that says that a person was asked, where people look after the keys', () => {
    const secret = secretWith({ v1: [...current, began, disabled(days(1))] }, off);
    expect(planService(removed({ secret, issuer: manual() }), NOON)).toEqual([]);
  });

  it.each([
    ['that is not yet retiring', []],
    ['that began to retire after it', [retiringLabel(noonPlus(-days(3) + 1))]],
  ])('loses the marks of a current key that people put back in place of one %s, and parks nothing', (_which, marks) => {
    const secret = secretWith({ v1: [...current, began, disabled(days(1))], v2: [keyLabel('k2'), ...marks] }, off);
    const planned = planService(removed({ secret, issuer: listed({ k1: 'active', k2: 'active' }) }), NOON);
    expect(planned.filter(({ kind }) => kind !== 'begin-retirement' && kind !== 'disable-key')).toEqual([
      { kind: 'drop-label', versionId: 'v1', label: began },
      { kind: 'drop-label', versionId: 'v1', label: disabled(days(1)) },
    ]);
  });

  it('begins the retirement of its current key in the next run', () => {
    const secret = secretWith({ v1: current, v2: [keyLabel('k2'), retiringLabel(noonPlus(-hours(1)))] }, off);
    const issuer = listed({ k1: 'active', k2: 'active' });
    expect(planService(removed({ secret, issuer }), NOON)).toMatchObject([
      { kind: 'begin-retirement', key: { keyId: 'k1' } },
    ]);
  });

  it('has an unfinished rotation given up', () => {
    const secret = secretWith({ v1: [AWS_CURRENT], v2: [AWS_PENDING] }, off);
    expect(planService(removed({ secret }), NOON)).toEqual([{ kind: 'give-up-rotation', versionId: 'v2' }]);
  });

  it('has no rotation given up that has ended', () => {
    const secret = secretWith({ v1: [AWS_CURRENT, AWS_PENDING] }, off);
    expect(planService(removed({ secret }), NOON)).toEqual([]);
  });

  it('has its spares discarded once no key is current', () => {
    const secret = secretWith({ v1: [AWS_CURRENT] }, off);
    const issuer = listed({ k2: 'active', k3: 'inactive' });
    expect(planService(removed({ secret, issuer, spares: [spare('k2'), spare('k3')] }), NOON)).toEqual([
      { kind: 'discard-spare', keyId: 'k2', because: 'service-removed' },
      { kind: 'remove-spare', keyId: 'k3', because: 'dead' },
    ]);
  });

  it('has its spares left to people where they look after the keys', () => {
    const secret = secretWith({ v1: [AWS_CURRENT] }, off);
    expect(kinds(removed({ secret, issuer: manual(), spares: [spare('k2')] }))).toEqual([]);
  });

  it('keeps its spares while a key is current', () => {
    const secret = secretWith({ v1: [...current, retiringLabel(noonPlus(-1))] }, off);
    expect(kinds(removed({ secret, spares: [spare('k2')] }))).toEqual([]);
  });

  it.each<[string, IssuerKeyStatus, readonly string[]]>([
    ['somebody else has disabled', 'inactive', []],
    ['we have disabled', 'inactive', [disabled(days(1))]],
    ['has expired', 'expired', []],
    ['was archived', 'archived', []],
  ])('has the placeholder put back in place of a key that %s', (_what, status, labels) => {
    const secret = secretWith({ v1: [...current, began, ...labels] }, off);
    expect(kinds(removed({ secret, issuer: listed({ k1: status }) })).at(-1)).toBe('park-secret');
  });
});
