import fc from 'fast-check';
import { resolvePolicy } from '../../lib/config/policy';
import { rotateEveryDays } from '../../lib/config/schedule';

describe('rotateEveryDays', () => {
  it('stays one to seven days below the greatest age, and never below one day', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1000 }), (service, maxAgeDays) => {
        const days = rotateEveryDays(service, maxAgeDays);
        expect(days).toBeGreaterThanOrEqual(Math.max(1, maxAgeDays - 7));
        expect(days).toBeLessThanOrEqual(Math.max(1, maxAgeDays - 1));
      }),
    );
  });

  it('spreads a fleet over all seven days', () => {
    const services = Array.from({ length: 100 }, (_, index) => `service-${index}`);
    expect(new Set(services.map((service) => rotateEveryDays(service, 90))).size).toBe(7);
  });

  it('never changes for a service, since a new schedule would be a change to every secret', () => {
    expect(['rag-service', 'support-bot', 'batch-summariser'].map((name) => rotateEveryDays(name, 90))).toEqual([
      83, 86, 89,
    ]);
  });
});

describe('resolvePolicy', () => {
  it('keeps a spare that is staged right after one rotation until the next', () => {
    const { spareMaxAgeDays, maxAgeDays } = resolvePolicy('bot');
    expect(spareMaxAgeDays).toBeGreaterThan(maxAgeDays);
  });

  it('takes the interval that was asked for', () => {
    expect(resolvePolicy('bot', { rotateEveryDays: 30 }).rotateEveryDays).toBe(30);
    expect(resolvePolicy('bot', {}, { rotateEveryDays: 45 }).rotateEveryDays).toBe(45);
  });

  it("works out the interval anew for a service with a greatest age of its own, whatever its environment's interval", () => {
    expect(resolvePolicy('bot', { maxAgeDays: 30 }, { rotateEveryDays: 80 }).rotateEveryDays).toBeLessThanOrEqual(30);
  });
});
