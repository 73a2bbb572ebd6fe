import { KeyRotationError } from '../../lib/core/errors';
import { LimitKeeper } from '../../lib/core/limit-keeper';
import type { IssuerLimits } from '../../lib/core/ports';
import { NOON } from '../support/observations';

type Notes = (readonly [event: string, fields: Readonly<Record<string, unknown>>])[];
const failed = () => Promise.reject(new KeyRotationError('IssuerFailed', 'status 529, overloaded'));
const notOffered = async () => 'not-offered' as const;

let notes: Notes;
let set: string[];
beforeEach(() => {
  notes = [];
  set = [];
});

/** An issuer with one group of models and a spend limit of 100 USD a month. */
const issuer = (changes: Partial<IssuerLimits> = {}): IssuerLimits => ({
  rateLimits: async () => [{ id: 'rl-1', of: ['claude-model'], own: new Map([['requestsPerMinute', 50]]) }],
  setRateLimits: async (groupId, values) => {
    set.push(`${groupId} ${JSON.stringify(values)}`);
    return 'set';
  },
  monthlySpend: async () => ({ usd: 100 }),
  setMonthlySpend: async (usd) => {
    set.push(`${usd} USD`);
    return 'set';
  },
  ...changes,
});
const keep = (declared: { readonly requests?: number; readonly usd?: number } | undefined, limits?: IssuerLimits) => {
  const journal = { note: (event: string, fields = {}) => void notes.push([event, fields]) };
  const { requests, usd } = declared ?? {};
  const rateLimits = requests === undefined ? [] : [{ of: 'claude-model', requestsPerMinute: requests }];
  const wanted = declared && { rateLimits, ...(usd === undefined ? {} : { monthlySpendUsd: usd }) };
  return new LimitKeeper({ limits, clock: { now: () => NOON }, journal }, wanted).keep();
};

describe('limits as declared', () => {
  it('are left alone, and not even looked at, where none is declared', async () => {
    const untouchable = issuer({ rateLimits: failed, monthlySpend: failed });
    expect(await keep(undefined, untouchable)).toEqual([]);
    expect(await keep({}, untouchable)).toEqual([]);
    expect(notes).toEqual([]);
  });

  it('are left as they are where they are right', async () => {
    expect(await keep({ usd: 100, requests: 50 }, issuer())).toEqual([]);
    expect([set, notes]).toEqual([[], []]);
  });

  it('are set where they are not, which the log says first', async () => {
    expect(await keep({ usd: 250, requests: 60 }, issuer())).toEqual([]);
    expect(set).toEqual(['250 USD', 'rl-1 {"requestsPerMinute":60}']);
    expect(notes).toEqual([
      ['limit-change', { of: 'workspace', limit: 'monthlySpendUsd', from: 100, to: 250 }],
      ['limit-change', { of: 'claude-model', limit: 'requestsPerMinute', from: 50, to: 60 }],
    ]);
  });

  it('cannot be kept where people look after the keys', async () => {
    const [finding] = (await keep({ usd: 1 })) ?? [];
    expect(finding).toMatchObject({ condition: 'limits-not-offered' });
    expect(finding?.figure).toContain('nobody may set limits by API here (issuerAccess: manual)');
  });

  it.each<[string, Partial<IssuerLimits>, string]>([
    ['the spend limit cannot be read', { monthlySpend: notOffered }, 'a spend limit of 250 USD a month'],
    ['the spend limit cannot be set', { setMonthlySpend: notOffered }, 'a spend limit of 250 USD a month'],
    ['rate limits cannot be read', { rateLimits: notOffered }, 'rate limits'],
    ['rate limits cannot be set', { setRateLimits: notOffered }, 'rate limits of claude-model'],
  ])('are told as not offered where %s by API', async (_what, changes, what) => {
    const found = await keep({ usd: 250, requests: 60 }, issuer(changes));
    expect(found).toMatchObject([{ condition: 'limits-not-offered', figure: expect.stringContaining(what) }]);
    expect(notes).toContainEqual(['limits-not-offered', { what }]);
  });

  it.each<[string, Partial<IssuerLimits>, string]>([
    ['reading the spend limit', { monthlySpend: failed }, 'a spend limit of 250 USD a month: status 529, overloaded'],
    ['reading rate limits', { rateLimits: failed }, 'the rate limits: status 529, overloaded'],
    ['setting rate limits', { setRateLimits: failed }, 'rate limits of claude-model: status 529, overloaded'],
  ])('are told as not kept when %s fails, and the rest is kept', async (_what, changes, what) => {
    const found = await keep({ usd: 250, requests: 60 }, issuer(changes));
    expect(found).toMatchObject([{ condition: 'limits-not-kept', figure: expect.stringContaining(what) }]);
    expect(notes).toContainEqual(['limits-not-kept', { what }]);
    expect(set).toHaveLength(1);
  });
});
