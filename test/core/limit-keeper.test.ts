import { LimitKeeper } from '../../lib/core/limit-keeper';
import type { IssuerLimits, RateLimitGroup } from '../../lib/core/ports';
import { NOON, noonPlus } from '../support/observations';

const MINUTE_MS = 60_000;
const MODELS = Array.from({ length: 5 }, (_, each) => `claude-model-${each}`);

/** An issuer that has no limits yet, and takes its time. */
function slowIssuer(msPerChange: number) {
  let nowMs = NOON.getTime();
  const set: string[] = [];
  const groups: readonly RateLimitGroup[] = MODELS.map((model) => ({ id: `rl-${model}`, of: [model], own: new Map() }));
  const limits: IssuerLimits = {
    rateLimits: async () => groups,
    setRateLimits: async (groupId) => {
      nowMs += msPerChange;
      set.push(groupId);
      return 'set';
    },
    monthlySpend: async () => ({ usd: undefined }),
    setMonthlySpend: async () => 'set',
  };
  return { set, ports: { limits, clock: { now: () => new Date(nowMs) }, journal: { note: () => {} } } };
}

describe('LimitKeeper', () => {
  const declared = { rateLimits: MODELS.map((of) => ({ of, requestsPerMinute: 5 })) };

  it('leaves the rest to the next look when the issuer takes a minute for changes', async () => {
    const { set, ports } = slowIssuer(MINUTE_MS / 2);
    expect(await new LimitKeeper(ports, declared).keep()).toEqual([]);
    expect(set).toHaveLength(2);
  });

  it('changes all at once where the issuer is quick', async () => {
    const { set, ports } = slowIssuer(MINUTE_MS / 4 - 1);
    await new LimitKeeper(ports, declared).keep();
    expect(set).toHaveLength(5);
  });

  it.each([
    [0, true],
    [15 * MINUTE_MS - 1, true],
    [15 * MINUTE_MS, false],
    [60 * MINUTE_MS - 1, false],
    [60 * MINUTE_MS, true],
  ])('%d ms after the hour looks: %s', async (ms, looks) => {
    const { set, ports } = slowIssuer(0);
    const found = await new LimitKeeper({ ...ports, clock: { now: () => noonPlus(ms) } }, declared).keep();
    expect([found !== undefined, set.length > 0]).toEqual([looks, looks]);
  });
});
