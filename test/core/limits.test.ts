import type { RateLimiter } from '../../lib/contract/workspace-limits';
import { limitFindings, planRateLimits, spendChange } from '../../lib/core/limits';
import type { RateLimitGroup } from '../../lib/core/ports';

const group = (id: string, of: readonly string[], own: Partial<Record<RateLimiter, number>> = {}): RateLimitGroup => ({
  id,
  of,
  own: new Map(Object.entries(own) as [RateLimiter, number][]),
});
const HAIKU = 'claude-haiku-5-5';
const HAIKU_LATEST = 'claude-haiku-latest';

describe('planRateLimits', () => {
  it('changes nothing where the workspace has what is declared', () => {
    const groups = [group('rl_1', [HAIKU], { requestsPerMinute: 500 })];
    expect(planRateLimits([{ of: HAIKU, requestsPerMinute: 500 }], groups)).toEqual({ changes: [], troubles: [] });
  });

  it('sets what is declared and not there, or other than declared, with what was before', () => {
    const groups = [
      group('rl_0', ['batch'], { requestsPerMinute: 1 }),
      group('rl_1', [HAIKU], { requestsPerMinute: 9 }),
    ];
    const declared = [{ of: HAIKU, requestsPerMinute: 500, outputTokensPerMinute: 8_000 }];
    expect(planRateLimits(declared, groups)).toEqual({
      changes: [
        {
          groupId: 'rl_1',
          changes: [
            { of: HAIKU, limit: 'requestsPerMinute', from: 9, to: 500 },
            { of: HAIKU, limit: 'outputTokensPerMinute', from: 'none', to: 8_000 },
          ],
          values: { requestsPerMinute: 500, outputTokensPerMinute: 8_000 },
        },
      ],
      troubles: [],
    });
  });

  it('leaves a limit alone that is not declared, in a group of which another one is', () => {
    const groups = [group('rl_1', [HAIKU], { requestsPerMinute: 9, outputTokensPerMinute: 7 })];
    const { changes } = planRateLimits([{ of: HAIKU, requestsPerMinute: 500 }], groups);
    expect(changes.map(({ values }) => values)).toEqual([{ requestsPerMinute: 500 }]);
  });

  it('tells of a model that the organization has no limits of, and sets the rest', () => {
    const declared = [
      { of: 'claude-none', requestsPerMinute: 1 },
      { of: 'token_count', requestsPerMinute: 2 },
    ];
    const { changes, troubles } = planRateLimits(declared, [group('rl_2', ['token_count'])]);
    expect(changes.map(({ groupId }) => groupId)).toEqual(['rl_2']);
    expect(troubles).toEqual([{ kind: 'not-kept', what: 'the organization has no rate limits of claude-none' }]);
  });

  it('takes the first of two limits for models that are limited together, and tells of it', () => {
    const groups = [group('rl_1', [HAIKU, HAIKU_LATEST])];
    const declared = [
      { of: HAIKU, requestsPerMinute: 1, outputTokensPerMinute: 5 },
      { of: HAIKU_LATEST, requestsPerMinute: 2, outputTokensPerMinute: 5 },
    ];
    const { changes, troubles } = planRateLimits(declared, groups);
    expect(changes.map(({ values }) => values)).toEqual([{ requestsPerMinute: 1, outputTokensPerMinute: 5 }]);
    expect(troubles.map(({ what }) => what)).toEqual([
      `${HAIKU} and ${HAIKU_LATEST} are limited together, and another requestsPerMinute is declared for each`,
    ]);
  });
});

describe('spendChange', () => {
  it('is none where the workspace may cost what is declared, and says what was before where it may not', () => {
    expect(spendChange(500, 500)).toBeUndefined();
    expect(spendChange(500, 500.5)).toMatchObject({ from: 500.5, to: 500 });
    expect(spendChange(500, undefined)).toMatchObject({ limit: 'monthlySpendUsd', from: 'none', to: 500 });
  });
});

describe('limitFindings', () => {
  it('is one condition of each kind, whatever the number of troubles', () => {
    const kept = Array.from({ length: 7 }, (_, each) => ({ kind: 'not-kept' as const, what: `trouble ${each}` }));
    const findings = limitFindings([...kept, { kind: 'not-offered', what: 'a spend limit' }]);
    expect(findings.map(({ condition, figure }) => [condition, figure])).toEqual([
      ['limits-not-kept', 'trouble 0; trouble 1; trouble 2; trouble 3; trouble 4; 2 more'],
      ['limits-not-offered', 'a spend limit'],
    ]);
    expect(limitFindings([])).toEqual([]);
  });
});
