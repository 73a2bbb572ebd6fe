import { type Recorded, row, testsOf } from './source';

const window = testsOf('rotation-rules', 'the window of a rotation schedule');
const read = testsOf('secrets-manager-rotation', 'a schedule as read back');
const changed = testsOf('secrets-manager-rotation', 'a schedule that is changed without a rotation');

/** When AWS rotates by itself. */
export const SCHEDULES: readonly Recorded[] = [
  row(
    ['ROT'],
    'NextRotationDate is a second before the end of the window',
    read('a number of days'),
    read('a monthly cron with a window of one hour'),
  ),
  row(
    ['ROT'],
    'with a cron, the interval in days is computed',
    read('a monthly cron with a window of one hour'),
    testsOf('rotation-rules', 'rotation rules as read back')('say in days how far a schedule was off when it was set'),
  ),
  row(
    ['API'],
    'rates begin at four hours and end at a thousand days',
    window('less than four hours'),
    window('more than a thousand days'),
  ),
  row(['API'], 'rules have days or an expression, never both', window('two schedules')),
  row(['UG'], 'a cron has whole hours and no year', window('minutes'), window('a year')),
  row(
    ['UG'],
    'of the two day fields of a cron exactly one is open',
    window('both day fields'),
    window('neither day field'),
  ),
  row(
    ['UG'],
    'L, # and steps are understood',
    window('the last day of the month'),
    window('the first Monday of a quarter'),
    window('every eighth hour from eight'),
  ),
  row(['API'], 'a window is given in whole hours', window('a window in minutes')),
  row(
    ['UG'],
    'a window that is not given lasts an hour in a schedule of hours, and to the end of the day in one of days',
    window('a rate in hours, from midnight'),
    window('a cron in days, to midnight'),
  ),
  row(
    ['UG'],
    'a window ends before the next one and before the day does',
    window('a window into the next one'),
    window('a window into the next day'),
  ),
  row(['UG'], 'windows of rates in days open at midnight UTC', window('a rate in days')),
  row(
    ['UG'],
    'within its window a rotation may come at any time',
    testsOf(
      'secrets-manager-rotation',
      'a scheduled rotation',
    )('happens by itself within its window, at an instant that the seed decides'),
  ),
  row(
    ['API'],
    'a new rate that does not rotate at once may leave the rotation that was due next in place, a new cron does not',
    changed('still has the rotation that was due next, where the new one is a rate'),
    changed('has it no more where the new one is a cron'),
  ),
];
