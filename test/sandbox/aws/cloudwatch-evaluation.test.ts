import { breaches, type Datapoint, evaluate, type MissingData } from '../../../sandbox/aws/cloudwatch/evaluation';

/** `0 - X`: oldest first as AWS writes it; 0 is within the threshold, X breaches, - is missing. */
const points = (text: string): readonly Datapoint[] =>
  text
    .split(' ')
    .map((each) => (each === '-' ? undefined : each === 'X'))
    .reverse();

const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const PRESENT = 'INSUFFICIENT_DATA';

describe('evaluate', () => {
  // AWS's own examples. A row that says what the state was before is "retained".
  it.each([
    [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    [3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
    [3, '- - - - -', 'INSUFFICIENT_DATA', PRESENT, 'ALARM', 'OK'],
    [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, '- - - - X', 'INSUFFICIENT_DATA', PRESENT, 'ALARM', 'OK'],
    [3, 'X - - - -', 'ALARM', PRESENT, 'ALARM', 'OK'],
    [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - - X', 'INSUFFICIENT_DATA', PRESENT, 'ALARM', 'OK'],
  ])('judges %i of 3 over "%s" as documented', (datapointsToAlarm, text, ...expected) => {
    const states = TREATMENTS.map((treatMissingData) =>
      evaluate(points(text), { evaluationPeriods: 3, datapointsToAlarm, treatMissingData }, PRESENT),
    );

    expect(states).toEqual(expected);
  });

  it('keeps the state it has when missing data is ignored', () => {
    const rule = { evaluationPeriods: 1, datapointsToAlarm: 1, treatMissingData: 'ignore' } as const;

    expect(evaluate(points('- - -'), rule, 'ALARM')).toBe('ALARM');
    expect(evaluate(points('- - -'), rule, 'OK')).toBe('OK');
  });
});

describe('breaches', () => {
  it.each([
    ['GreaterThanOrEqualToThreshold', [false, true, true]],
    ['GreaterThanThreshold', [false, false, true]],
    ['LessThanOrEqualToThreshold', [true, true, false]],
    ['LessThanThreshold', [true, false, false]],
  ] as const)('%s compares below, at and above the threshold', (comparison, expected) => {
    expect([0, 1, 2].map((value) => breaches(value, comparison, 1))).toEqual(expected);
  });
});
