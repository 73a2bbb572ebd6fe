import { rangesSince } from '../../lib/issuers/claude-console/usage-ranges';

const NOW = new Date('2026-11-20T10:20:00Z');
/** Ranges as `from to width`. */
const ranges = (from: string, now = NOW): readonly string[] =>
  rangesSince(new Date(from), now).map(({ from: start, to, width }) =>
    [start.toISOString().slice(0, 16), to.toISOString().slice(0, 16), width].join(' '),
  );

describe('rangesSince', () => {
  it('asks for the last days by the hour, whole hours of them', () => {
    expect(ranges('2026-11-19T03:40:00Z')).toEqual(['2026-11-19T03:00 2026-11-20T11:00 1h']);
  });

  it('goes by the hour from the day before yesterday on, and by the day before that', () => {
    expect(ranges('2026-11-18T00:00:00Z')).toEqual(['2026-11-18T00:00 2026-11-20T11:00 1h']);
    expect(ranges('2026-11-17T23:59:59.999Z')).toEqual([
      '2026-11-17T00:00 2026-11-18T00:00 1d',
      '2026-11-18T00:00 2026-11-20T11:00 1h',
    ]);
  });

  it('asks for no more than 31 days in one go, and leaves no gap', () => {
    expect(ranges('2026-09-01T05:00:00Z')).toEqual([
      '2026-09-01T00:00 2026-10-02T00:00 1d',
      '2026-10-02T00:00 2026-11-02T00:00 1d',
      '2026-11-02T00:00 2026-11-18T00:00 1d',
      '2026-11-18T00:00 2026-11-20T11:00 1h',
    ]);
  });

  it('asks for the hour that runs as a whole, even right at its beginning', () => {
    expect(ranges('2026-11-20T10:00:00Z', new Date('2026-11-20T10:00:00Z'))).toEqual([
      '2026-11-20T10:00 2026-11-20T11:00 1h',
    ]);
  });

  it('asks for an hour that is to come where it is asked for one', () => {
    expect(ranges('2026-11-20T14:30:00Z')).toEqual(['2026-11-20T14:00 2026-11-20T15:00 1h']);
  });
});
