import { Fields } from '../../../sandbox/aws/fields';
import {
  describeRules,
  ROTATION_RULE_FIELDS,
  readRotationRules,
} from '../../../sandbox/aws/secrets-manager/rotation-rules';

const read = (rules: Readonly<Record<string, unknown>>) =>
  readRotationRules(Fields.of('RotationRules', { fields: ROTATION_RULE_FIELDS }, rules));

const windowAfter = (rules: Readonly<Record<string, unknown>>, since: string): readonly string[] => {
  const { start, end } = read(rules).windowAfter(new Date(since));
  return [start.toISOString(), end.toISOString()];
};

const cron = (fields: string, Duration?: string) => ({
  ScheduleExpression: `cron(${fields})`,
  ...(Duration === undefined ? {} : { Duration }),
});

describe('the window of a rotation schedule', () => {
  const cases = [
    {
      title: 'thirty days on',
      rules: { AutomaticallyAfterDays: 30 },
      since: '2026-09-24T06:11:00Z',
      start: '2026-10-24T00:00:00.000Z',
      end: '2026-10-25T00:00:00.000Z',
    },
    {
      title: 'monthly, one hour',
      rules: cron('0 0 1 * ? *', '1h'),
      since: '2026-09-24T06:11:00Z',
      start: '2026-10-01T00:00:00.000Z',
      end: '2026-10-01T01:00:00.000Z',
    },
    {
      title: 'a rate in days',
      rules: { ScheduleExpression: 'rate(90 days)' },
      since: '2026-09-24T23:59:59.999Z',
      start: '2026-12-23T00:00:00.000Z',
      end: '2026-12-24T00:00:00.000Z',
    },
    {
      title: 'a rate in days with three hours',
      rules: { ScheduleExpression: 'rate(1 day)', Duration: '3h' },
      since: '2026-09-24T06:11:00Z',
      start: '2026-09-25T00:00:00.000Z',
      end: '2026-09-25T03:00:00.000Z',
    },
    {
      title: 'a rate in hours, from midnight',
      rules: { ScheduleExpression: 'rate(4 hours)' },
      since: '2026-09-24T06:11:00Z',
      start: '2026-09-24T08:00:00.000Z',
      end: '2026-09-24T09:00:00.000Z',
    },
    {
      title: 'a rate in hours, over midnight',
      rules: { ScheduleExpression: 'rate(12 hours)' },
      since: '2026-09-24T12:00:00Z',
      start: '2026-09-25T00:00:00.000Z',
      end: '2026-09-25T01:00:00.000Z',
    },
    {
      title: 'a cron in days, to midnight',
      rules: cron('0 22 ? * MON *'),
      since: '2026-09-24T06:11:00Z',
      start: '2026-09-28T22:00:00.000Z',
      end: '2026-09-29T00:00:00.000Z',
    },
    {
      title: 'every eighth hour from eight',
      rules: cron('0 8/8 * * ? *'),
      since: '2026-09-24T08:00:00Z',
      start: '2026-09-24T16:00:00.000Z',
      end: '2026-09-24T17:00:00.000Z',
    },
    {
      title: 'the last day of the month',
      rules: cron('0 1 L * ? *'),
      since: '2027-02-01T00:00:00Z',
      start: '2027-02-28T01:00:00.000Z',
      end: '2027-03-01T00:00:00.000Z',
    },
    {
      title: 'the first Monday of a quarter',
      rules: cron('0 0 ? JAN,APR,JUL,OCT 2#1 *'),
      since: '2026-09-24T00:00:00Z',
      start: '2026-10-05T00:00:00.000Z',
      end: '2026-10-06T00:00:00.000Z',
    },
    {
      title: 'the last Friday of the month',
      rules: cron('0 0 ? * 6L *'),
      since: '2026-09-24T00:00:00Z',
      start: '2026-09-25T00:00:00.000Z',
      end: '2026-09-26T00:00:00.000Z',
    },
    {
      title: 'a 29 February',
      rules: cron('0 0 29 2 ? *'),
      since: '2026-09-24T00:00:00Z',
      start: '2028-02-29T00:00:00.000Z',
      end: '2028-03-01T00:00:00.000Z',
    },
    {
      title: 'strictly after its own start',
      rules: cron('0 3 * * ? *'),
      since: '2026-09-24T03:00:00Z',
      start: '2026-09-25T03:00:00.000Z',
      end: '2026-09-26T00:00:00.000Z',
    },
    {
      title: 'a millisecond before its start',
      rules: cron('0 3 * * ? *'),
      since: '2026-09-24T02:59:59.999Z',
      start: '2026-09-24T03:00:00.000Z',
      end: '2026-09-25T00:00:00.000Z',
    },
  ];
  it.each(cases)('is right for $title', ({ rules, since, start, end }) => {
    expect(windowAfter(rules, since)).toEqual([start, end]);
  });

  const refusals = [
    { title: 'no schedule', rules: {} },
    { title: 'two schedules', rules: { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' } },
    { title: 'less than a day', rules: { AutomaticallyAfterDays: 0 } },
    { title: 'more than a thousand days', rules: { ScheduleExpression: 'rate(1001 days)' } },
    { title: 'less than four hours', rules: { ScheduleExpression: 'rate(3 hours)' } },
    { title: 'a window into the next one', rules: { ScheduleExpression: 'rate(4 hours)', Duration: '5h' } },
    { title: 'a window into the next day', rules: cron('0 22 * * ? *', '3h') },
    { title: 'a window in minutes', rules: { AutomaticallyAfterDays: 1, Duration: '30m' } },
    { title: 'minutes', rules: cron('30 8 * * ? *') },
    { title: 'a year', rules: cron('0 8 * * ? 2027') },
    { title: 'both day fields', rules: cron('0 8 1 * MON *') },
    { title: 'neither day field', rules: cron('0 8 ? * ? *') },
    { title: 'five fields', rules: cron('0 8 * * ?') },
    { title: 'an hour that does not exist', rules: cron('0 24 * * ? *') },
    { title: 'a day that does not exist', rules: cron('0 0 31 2 ? *') },
    { title: 'a rate in minutes', rules: { ScheduleExpression: 'rate(500 minutes)' } },
    { title: 'words', rules: { ScheduleExpression: 'every day' } },
  ];
  it.each(refusals)('rejects $title', ({ rules }) => {
    expect(() => read(rules).windowAfter(new Date('2026-09-24T00:00:00Z'))).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }),
    );
  });

  it('rejects by name a field of the rules that is not modelled', () => {
    expect(() => read({ AutomaticallyAfterDays: 1, Jitter: true })).toThrow('the field "Jitter" of RotationRules');
  });
});

describe('rotation rules as read back', () => {
  it('are as given', () => {
    const rules = read({ AutomaticallyAfterDays: 30, Duration: '3h' });
    expect(describeRules(rules, 30)).toEqual({ AutomaticallyAfterDays: 30, Duration: '3h' });
  });

  it('say in days how far a schedule was off when it was set', () => {
    expect(describeRules(read(cron('0 0 1 * ? *', '1h')), 7)).toMatchObject({ AutomaticallyAfterDays: 7 });
  });
});
