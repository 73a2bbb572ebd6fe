import { parseCron } from '../../../sandbox/aws/cron';

describe('parseCron', () => {
  const nextTime = (fields: string, time: string) => parseCron(fields).after(new Date(time))?.toISOString();

  it.each([
    ['0 12 * * ? *', '2026-01-05T12:00:00Z', '2026-01-06T12:00:00.000Z'],
    ['0 12 * * ? *', '2026-01-05T11:59:59Z', '2026-01-05T12:00:00.000Z'],
    ['0/20 * * * ? *', '2026-01-05T08:21:00Z', '2026-01-05T08:40:00.000Z'],
    ['5/15 * * * ? *', '2026-01-05T08:05:00Z', '2026-01-05T08:20:00.000Z'],
    ['5/15 * * * ? *', '2026-01-05T08:50:00Z', '2026-01-05T09:05:00.000Z'],
    ['15 8-10 1,15 * ? *', '2026-01-01T10:15:00Z', '2026-01-15T08:15:00.000Z'],
    ['0 0 29 FEB ? *', '2026-01-05T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 ? * 1 *', '2026-01-05T00:00:00Z', '2026-01-11T00:00:00.000Z'],
    ['0 1 L * ? *', '2027-02-01T00:00:00Z', '2027-02-28T01:00:00.000Z'],
    ['0 0 ? * L *', '2026-01-05T00:00:00Z', '2026-01-10T00:00:00.000Z'],
    ['0 0 ? * 2#1 *', '2026-09-24T00:00:00Z', '2026-10-05T00:00:00.000Z'],
    ['0 0 ? * FRIL *', '2026-09-24T00:00:00Z', '2026-09-25T00:00:00.000Z'],
    ['30 8 1 1 ? 2030', '2026-01-05T00:00:00Z', '2030-01-01T08:30:00.000Z'],
  ])('%s comes, after %s, at %s', (fields, time, expected) => {
    expect(nextTime(fields, time)).toBe(expected);
  });

  it('never comes when its year is over', () => {
    expect(nextTime('0 0 1 1 ? 2020', '2026-01-05T00:00:00Z')).toBeUndefined();
  });

  it.each([
    ['five fields', '0 12 * * ?', /six fields/],
    ['a day of month beside a day of week', '0 12 * * * *', /exactly one of/],
    ['an hour out of range', '0 24 * * ? *', /from 0 to 23/],
    ['the weekday nearest to a day', '0 0 15W * ? *', /does not model/],
    ['a question mark as an hour', '0 ? * * ? *', /from 0 to 23/],
  ])('rejects %s', (_, fields, message) => {
    expect(() => parseCron(fields)).toThrow(message);
  });
});
