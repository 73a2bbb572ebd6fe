import { localHourOf, weeksBefore } from '../../../lib/core/monitoring/local-time';

const at = (text: string): Date => new Date(text);

describe('localHourOf', () => {
  it.each([
    ['UTC', '2026-01-15T03:30:00Z', 3],
    ['Europe/Berlin', '2026-01-15T03:30:00Z', 4],
    ['Europe/Berlin', '2026-07-15T03:30:00Z', 5],
    ['America/New_York', '2026-01-15T03:30:00Z', 22],
    ['Asia/Kolkata', '2026-01-15T18:45:00Z', 0],
    ['Asia/Kolkata', '2026-01-15T18:25:00Z', 23],
    ['Pacific/Kiritimati', '2026-12-31T12:00:00Z', 2],
  ])('in %s, %s is in hour %d', (timeZone, time, hour) => {
    expect(localHourOf(at(time), timeZone)).toBe(hour);
  });
});

describe('weeksBefore', () => {
  it('goes back whole weeks where clocks are never changed', () => {
    expect(weeksBefore(at('2026-04-02T09:00:00Z'), 2, 'UTC')).toEqual(at('2026-03-19T09:00:00Z'));
  });

  it('goes back over the end of a year', () => {
    expect(weeksBefore(at('2027-01-04T09:00:00Z'), 1, 'Europe/Berlin')).toEqual(at('2026-12-28T09:00:00Z'));
  });

  it('finds the same hour of the wall clock on the other side of daylight saving', () => {
    // Clocks went forward on 29 March: nine o'clock there was 08:00 UTC before, and is 07:00 UTC since.
    expect(weeksBefore(at('2026-04-02T07:00:00Z'), 1, 'Europe/Berlin')).toEqual(at('2026-03-26T08:00:00Z'));
    expect(weeksBefore(at('2026-10-29T08:00:00Z'), 1, 'Europe/Berlin')).toEqual(at('2026-10-22T07:00:00Z'));
  });
});
