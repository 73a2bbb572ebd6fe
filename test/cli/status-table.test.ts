import { missingKeys, nextStep } from '../../lib/cli/next-step';
import { statusTable } from '../../lib/cli/status';
import type { KeyStatus, ServiceStatus } from '../../lib/contract/reconciler-protocol';

const NOW = new Date('2026-11-20T12:00:00.000Z');

describe('the table of keys', () => {
  it('shows a key with both ages, its last use, and what its service waits for', () => {
    const lines = tableOf(serviceStatus({ keys: [keyStatus({})], conditions: ['no-spare', 'key-expiring'] }));

    expect(lines[1]).toEqual([
      'service',
      'key',
      'state',
      'created',
      'current',
      'next rotation',
      'spares',
      'last use',
      'conditions',
    ]);
    expect(lines[3]).toEqual([
      'rag',
      'prod-rag-2026-10-01',
      'active',
      '50 d ago',
      '49 d ago',
      '2026-12-30',
      '0 of 1',
      '2026-11-20T11:00Z',
      'no-spare',
    ]);
    expect(lines[4]?.at(-1)).toBe('key-expiring');
  });

  it('counts an age in whole days that have passed', () => {
    const almost = keyStatus({ createdAt: '2026-11-19T12:00:00.001Z', currentSince: '2026-11-19T12:00:00.000Z' });

    expect(tableOf(serviceStatus({ keys: [almost] }))[3]?.slice(3, 5)).toEqual(['0 d ago', '1 d ago']);
  });

  it('shows further keys of a service below it, without its own columns again', () => {
    const retiring = keyStatus({
      keyId: 'apikey_2',
      name: null,
      state: 'retiring',
      currentSince: null,
      lastUsedAt: null,
    });

    const lines = tableOf(serviceStatus({ keys: [keyStatus({}), retiring] }));

    expect(lines[4]).toEqual(['', 'apikey_2', 'retiring', '50 d ago', '-', '', '', '-', '']);
  });

  it('shows a service without a key, a removed one, and one whose rotation is paused', () => {
    const none = tableOf(serviceStatus({ hasKey: false, nextRotationAt: null }));
    const removed = tableOf(serviceStatus({ registered: false, pausedUntil: '2026-11-27T12:00:00.000Z' }));

    expect(none[3]).toEqual(['rag', 'no key staged', '-', '-', '-', '-', '0 of 1', '-', 'none']);
    expect(removed[3]?.[0]).toBe('rag (removed)');
    expect(removed[3]?.[5]).toBe('paused to 2026-11-27');
  });

  it('has no colours, so that it can be searched and pasted', () => {
    expect(statusTable([serviceStatus({})], NOW)).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});

describe('what a service lacks', () => {
  it.each<[string, Partial<ServiceStatus>, number]>([
    ['a spare', { hasKey: true, spares: 0 }, 1],
    ['nothing', { hasKey: true, spares: 1 }, 0],
    ['nothing when it has more than enough', { hasKey: true, spares: 3 }, 0],
    ['its first key and a spare', { hasKey: false, spares: 0 }, 2],
    ['a spare, its first key being staged', { hasKey: false, spares: 1 }, 1],
    [
      'a spare, its first key being installed',
      { hasKey: false, spares: 0, keys: [keyStatus({ state: 'pending' })] },
      1,
    ],
    ['two of three spares', { hasKey: true, spares: 1, sparesAtLeast: 3 }, 2],
  ])('is %s', (_what, change, missing) => {
    expect(missingKeys(serviceStatus(change))).toBe(missing);
  });

  it.each<[Partial<ServiceStatus>, string]>([
    [{ spares: 1 }, 'Next: nothing, rag has all the keys it needs.'],
    [{ spares: 0 }, 'Next: stage one more key as the spare for rag.'],
    [{ spares: 0, sparesAtLeast: 2 }, 'Next: stage 2 more keys as spares for rag.'],
    [{ hasKey: false, spares: 1 }, 'makes this key current within minutes'],
  ])('is told as the next step for %j', (change, said) => {
    expect(nextStep('prod', serviceStatus(change))).toContain(said);
  });
});

function serviceStatus(change: Partial<ServiceStatus>): ServiceStatus {
  return {
    service: 'rag',
    owner: 'team',
    registered: true,
    hasKey: true,
    keys: [],
    spares: 0,
    sparesAtLeast: 1,
    nextRotationAt: '2026-12-30T23:59:59.000Z',
    pausedUntil: null,
    conditions: [],
    ...change,
  };
}

function keyStatus(change: Partial<KeyStatus>): KeyStatus {
  return {
    keyId: 'apikey_1',
    name: 'prod-rag-2026-10-01',
    state: 'active',
    createdAt: '2026-10-01T00:00:00.000Z',
    currentSince: '2026-10-02T00:00:00.000Z',
    expiresAt: null,
    lastUsedAt: '2026-11-20T11:00:00.000Z',
    ...change,
  };
}

/** The cells of each line of the table. */
function tableOf(service: ServiceStatus): string[][] {
  return statusTable([service], NOW)
    .split('\n')
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
