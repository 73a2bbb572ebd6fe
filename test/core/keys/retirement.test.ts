import { isIdle, nextRetirementStep, type RetiringKey } from '../../../lib/core/keys/retirement';
import type { UsageReport } from '../../../lib/core/ports';
import { days, hours, minutes, NOON, noonPlus, policyWith, usageReport } from '../../support/observations';

const retiring = (changes: Partial<RetiringKey> = {}): RetiringKey => ({
  keyId: 'old',
  otherKeyIds: ['new'],
  access: 'ours',
  status: 'active',
  retiringSince: noonPlus(-days(3)),
  ...changes,
});
const policy = policyWith();
const idle = usageReport({ new: NOON });

describe('nextRetirementStep', () => {
  it('begins with writing down that the retirement starts', () => {
    const { retiringSince, ...firstSeen } = retiring();
    expect(retiringSince).toBeDefined();
    expect(nextRetirementStep(firstSeen, policy, idle, NOON)).toEqual({ next: 'begin', overdue: false });
  });

  it.each([
    ['one millisecond before the overlap ends', 1, 'wait'],
    ['when the overlap ends', 0, 'disable'],
    ['one millisecond after the overlap ended', -1, 'disable'],
  ])('decides about an idle key %s', (_when, msLeft, next) => {
    const key = retiring({ retiringSince: noonPlus(-hours(48) + msLeft) });
    expect(nextRetirementStep(key, policy, idle, NOON).next).toBe(next);
  });

  it('keeps the old key while it is still used', () => {
    const used = usageReport({ old: noonPlus(-hours(2)), new: NOON });
    expect(nextRetirementStep(retiring(), policy, used, NOON)).toEqual({ next: 'wait', overdue: false });
  });

  it.each([
    ['there is no report', undefined],
    ['the report has no refresh time', { from: noonPlus(-hours(31)), lastUsedAt: new Map([['new', NOON]]) }],
    ['the report is too old', usageReport({ new: NOON }, { refreshedAt: noonPlus(-hours(6) - 1) })],
    ['the report starts too late', usageReport({ new: NOON }, { from: noonPlus(-hours(24) + 1) })],
  ])('keeps the old key when %s, since unknown is not idle', (_case, usage) => {
    expect(nextRetirementStep(retiring(), policy, usage, NOON).next).toBe('wait');
  });

  it.each([
    ['one millisecond before the deadline', 1, false],
    ['at the deadline', 0, true],
  ])('calls a key that is still used %s overdue or not', (_when, msLeft, overdue) => {
    const key = retiring({ retiringSince: noonPlus(-days(7) + msLeft) });
    const used = usageReport({ old: NOON, new: NOON });
    expect(nextRetirementStep(key, policy, used, NOON)).toEqual({ next: 'wait', overdue });
  });

  it('disables a leaked key at once, in its overlap, while it is used, and whether its use is known or not', () => {
    const leaked = retiring({ retiringSince: NOON, revokedSince: NOON });
    for (const usage of [idle, usageReport({ old: NOON }), undefined])
      expect(nextRetirementStep(leaked, policy, usage, NOON)).toEqual({ next: 'disable', overdue: false });
    expect(nextRetirementStep({ ...leaked, access: 'manual' }, policy, idle, NOON).next).toBe('disable');
  });

  it('leaves a leaked key alone that the issuer does not list', () => {
    const { status, ...unlisted } = retiring({ retiringSince: NOON, revokedSince: NOON });
    expect(status).toBeDefined();
    expect(nextRetirementStep(unlisted, policy, idle, NOON).next).toBe('wait');
    expect(nextRetirementStep({ ...unlisted, access: 'manual' }, policy, idle, NOON).next).toBe('disable');
  });

  it.each([
    ['one millisecond before half an hour has passed', 1, false],
    ['after half an hour', 0, true],
  ])('calls a leaked key that is still accepted %s overdue or not', (_when, msLeft, overdue) => {
    const leaked = retiring({ revokedSince: noonPlus(-minutes(30) + msLeft) });
    expect(nextRetirementStep(leaked, policy, idle, NOON)).toEqual({ next: 'disable', overdue });
  });

  it.each(['inactive', 'archived'] as const)('calls a leaked key that is %s no longer overdue', (status) => {
    const leaked = retiring({ status, revokedSince: noonPlus(-days(1)), disablingSince: noonPlus(-days(1)) });
    expect(nextRetirementStep(leaked, policy, idle, NOON).overdue).toBe(false);
  });

  it('disables a key that is still used at the deadline only when the policy says so', () => {
    const key = retiring({ retiringSince: noonPlus(-days(7)) });
    const used = usageReport({ old: NOON, new: NOON });
    const strict = policyWith({ atRetirementDeadline: 'disable' });
    expect(nextRetirementStep(key, strict, used, NOON)).toEqual({ next: 'disable', overdue: true });
    expect(nextRetirementStep(key, strict, undefined, noonPlus(-1)).next).toBe('wait');
  });

  it('calls an idle key overdue that is still not disabled at the deadline', () => {
    const key = retiring({ retiringSince: noonPlus(-days(7)) });
    expect(nextRetirementStep(key, policy, idle, NOON)).toEqual({ next: 'disable', overdue: true });
    const earlier = retiring({ retiringSince: noonPlus(-days(7) + 1) });
    expect(nextRetirementStep(earlier, policy, idle, NOON)).toEqual({ next: 'disable', overdue: false });
  });

  it('leaves a key alone that the issuer does not list', () => {
    const { status, ...unlisted } = retiring();
    expect(status).toBe('active');
    expect(nextRetirementStep(unlisted, policy, idle, NOON).next).toBe('wait');
  });

  it('hands an overlapped key to a person where a person administers the issuer', () => {
    expect(nextRetirementStep(retiring({ access: 'manual' }), policy, undefined, NOON).next).toBe('disable');
  });

  it.each([
    ['one millisecond before the undo window ends', 1, 'keep'],
    ['when the undo window ends', 0, 'archive'],
  ])('treats a disabled key %s', (_when, msLeft, next) => {
    const key = retiring({ status: 'inactive', disablingSince: noonPlus(-days(14) + msLeft) });
    expect(nextRetirementStep(key, policy, idle, NOON).next).toBe(next);
  });

  it('notes a key that somebody else disabled, so that its undo window begins', () => {
    expect(nextRetirementStep(retiring({ status: 'inactive' }), policy, idle, NOON).next).toBe('note-disabled');
  });

  it('archives an expired key, and forgets an archived one', () => {
    expect(nextRetirementStep(retiring({ status: 'expired' }), policy, idle, NOON).next).toBe('archive');
    expect(nextRetirementStep(retiring({ status: 'archived' }), policy, idle, NOON).next).toBe('forget');
  });
});

describe('isIdle', () => {
  const since = noonPlus(-days(6));
  const isIdleIn = (usage: UsageReport, retiringSince = since, changed = policy): boolean =>
    isIdle({ keyId: 'old', otherKeyIds: ['new'], retiringSince }, changed, usage, NOON);
  const atWork = { new: noonPlus(-hours(1)) };
  const fromStart = { from: since };

  it.each([
    ['one millisecond inside the quiet time', -hours(24) + 1, false],
    ['when the quiet time began', -hours(24), true],
  ])('judges a last use %s, while the service is at work', (_when, lastUseMs, expected) => {
    expect(isIdleIn(usageReport({ ...atWork, old: noonPlus(lastUseMs) }))).toBe(expected);
  });

  it.each([
    ['one millisecond inside the silence', -hours(120) + 1, false],
    ['when the silence began', -hours(120), true],
  ])('judges a last use %s, of a service that is not used at all', (_when, lastUseMs, expected) => {
    expect(isIdleIn(usageReport({ old: noonPlus(lastUseMs) }, fromStart))).toBe(expected);
  });

  it.each([
    ['one millisecond after the quiet time began', -hours(24) + 1, true],
    ['when the quiet time began', -hours(24), false],
  ])('takes a service whose other key was last used %s as at work or not', (_when, lastUseMs, expected) => {
    const old = noonPlus(-hours(48));
    expect(isIdleIn(usageReport({ old, new: noonPlus(lastUseMs) }, fromStart))).toBe(expected);
  });

  it('learns nothing of a service from the keys of others', () => {
    expect(isIdleIn(usageReport({ old: noonPlus(-hours(48)), foreign: NOON }, fromStart))).toBe(false);
  });

  it('never takes less silence than quiet time', () => {
    const patient = policyWith({ quietHours: 130 });
    expect(isIdleIn(usageReport({ old: noonPlus(-hours(130) + 1) }, fromStart), since, patient)).toBe(false);
    expect(isIdleIn(usageReport({ old: noonPlus(-hours(130)) }, fromStart), since, patient)).toBe(true);
  });

  it('counts only quiet hours after the retirement began', () => {
    expect(isIdleIn(usageReport(atWork), noonPlus(-hours(24)))).toBe(true);
    expect(isIdleIn(usageReport(atWork), noonPlus(-hours(24) + 1))).toBe(false);
  });

  it('counts only quiet hours that the report covers', () => {
    expect(isIdleIn(usageReport({}, { from: noonPlus(-hours(120)) }))).toBe(true);
    expect(isIdleIn(usageReport({}, { from: noonPlus(-hours(120) + 1) }))).toBe(false);
  });

  it('counts quiet hours up to the refresh time, not up to now', () => {
    const older = { ...atWork, old: noonPlus(-hours(25)) };
    expect(isIdleIn(usageReport(older, { refreshedAt: noonPlus(-hours(2)) }))).toBe(false);
  });
});
