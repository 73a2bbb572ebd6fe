import {
  AWS_CURRENT,
  AWS_PENDING,
  AWS_PREVIOUS,
  disablingLabel,
  keyLabel,
  pausedLabel,
  retiringLabel,
} from '../../../lib/contract/labels';
import {
  currentSince,
  hasServed,
  heldKeys,
  isCurrentAgain,
  unfinishedVersion,
  versionWith,
} from '../../../lib/core/keys/held-keys';
import { days, NOON, noonPlus, secretWith } from '../../support/observations';

describe('heldKeys', () => {
  it('are those that a label names, the current one first', () => {
    const secret = secretWith({ v1: [keyLabel('k1')], v2: [AWS_CURRENT, keyLabel('k2')], v3: [AWS_PREVIOUS], v4: [] });
    expect(heldKeys(secret)).toMatchObject([
      { versionId: 'v2', keyId: 'k2', marks: { current: true } },
      { versionId: 'v1', keyId: 'k1', marks: { current: false } },
    ]);
  });

  it.each<[string, readonly string[], boolean]>([
    ['waits under AWSPENDING', [AWS_PENDING], false],
    ['was rejected', [], false],
    ['is on a paused version alone', [pausedLabel(NOON)], false],
    ['is current', [AWS_CURRENT], true],
    ['was replaced', [AWS_PREVIOUS], true],
    ['retires', [retiringLabel(NOON)], true],
    ['is being disabled', [disablingLabel(NOON)], true],
  ])('have served or not: one that %s', (_what, labels, served) => {
    const [key] = heldKeys(secretWith({ v1: [keyLabel('k1'), ...labels] }));
    expect(key && hasServed(key)).toBe(served);
  });
});

describe('versionWith', () => {
  it('is the version that carries a label', () => {
    const secret = secretWith({ v1: [AWS_CURRENT], v2: [AWS_PENDING] });
    expect(versionWith(secret, AWS_PENDING)).toBe('v2');
    expect(versionWith(secret, AWS_PREVIOUS)).toBeUndefined();
  });
});

describe('unfinishedVersion', () => {
  it('is where AWSPENDING is, away from AWSCURRENT', () => {
    expect(unfinishedVersion(secretWith({ v1: [AWS_CURRENT], v2: [AWS_PENDING] }))).toBe('v2');
    expect(unfinishedVersion(secretWith({ v1: [AWS_CURRENT, AWS_PENDING] }))).toBeUndefined();
    expect(unfinishedVersion(secretWith({ v1: [AWS_CURRENT] }))).toBeUndefined();
    expect(unfinishedVersion(secretWith({ v2: [AWS_PENDING] }))).toBe('v2');
    expect(unfinishedVersion(secretWith({}))).toBeUndefined();
  });
});

describe('isCurrentAgain', () => {
  const began = retiringLabel(NOON);
  it.each<[string, Readonly<Record<string, readonly string[]>>, boolean]>([
    ['another key began to retire a millisecond later', { v2: [keyLabel('k2'), retiringLabel(noonPlus(1))] }, true],
    ['another key is yet to begin', { v2: [keyLabel('k2')] }, true],
    ['another key began to retire at the same time', { v2: [keyLabel('k2'), began] }, false],
    ['another key began to retire before', { v2: [keyLabel('k2'), retiringLabel(noonPlus(-1))] }, false],
    ['another key is pending', { v2: [keyLabel('k2'), AWS_PENDING] }, false],
    ['another version holds no key', { v2: [AWS_PREVIOUS] }, false],
    ['there is no other key', {}, false],
  ])('is told by the others of a current key that retires: %s', (_which, others, expected) => {
    expect(isIt({ v1: [AWS_CURRENT, keyLabel('k1'), began], ...others })).toBe(expected);
  });

  it('is not true of a current key that does not retire', () => {
    expect(isIt({ v1: [AWS_CURRENT, keyLabel('k1')], v2: [keyLabel('k2')] })).toBe(false);
  });

  function isIt(labels: Readonly<Record<string, readonly string[]>>): boolean | undefined {
    const secret = secretWith(labels);
    const [current] = heldKeys(secret);
    return current && isCurrentAgain(current, secret);
  }
});

describe('currentSince', () => {
  it("is the last rotation, or the secret's creation", () => {
    const { lastRotatedAt, ...never } = secretWith();
    expect(currentSince(secretWith())).toEqual(lastRotatedAt);
    expect(currentSince(never)).toEqual(noonPlus(-days(200)));
  });
});
