// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Fn::Sub spells its variables
import {
  NO_VALUE,
  referencesIn,
  resolveCondition,
  resolveValue,
  type Scope,
} from '../../../../sandbox/aws/cloudformation/intrinsics';

const scope: Scope = {
  ref: (name) => {
    const value = new Map<string, unknown>([
      ['Topic', 'arn:topic'],
      ['AWS::Region', 'eu-central-1'],
      ['Count', 3],
      ['AWS::NoValue', NO_VALUE],
    ]).get(name);
    if (value === undefined) throw new Error(`no ${name}`);
    return value;
  },
  attribute: (id, name) => `${id}/${name}`,
  condition: (name) => name === 'Yes',
};

const resolve = (value: unknown): unknown => resolveValue(value, scope);

describe('resolveValue', () => {
  it.each([
    ['Ref', { Ref: 'Topic' }, 'arn:topic'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Key', 'Arn'] }, 'Key/Arn'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Key.Arn' }, 'Key/Arn'],
    ['Fn::GetAtt of a nested attribute', { 'Fn::GetAtt': ['Db', 'Endpoint.Port'] }, 'Db/Endpoint.Port'],
    ['Fn::Join', { 'Fn::Join': [':', ['a', { Ref: 'AWS::Region' }, 1]] }, 'a:eu-central-1:1'],
    [
      'Fn::Sub of names and attributes',
      { 'Fn::Sub': '${AWS::Region}/${Key.Arn}/${!kept}' },
      'eu-central-1/Key/Arn/${kept}',
    ],
    ['Fn::Sub with own variables', { 'Fn::Sub': ['${Own}-${Topic}', { Own: { Ref: 'Count' } }] }, '3-arn:topic'],
    ['Fn::Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Fn::Split', { 'Fn::Split': [':', { Ref: 'Topic' }] }, ['arn', 'topic']],
    ['Fn::If, true', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    ['Fn::If, false', { 'Fn::If': ['No', 'then', { Ref: 'Topic' }] }, 'arn:topic'],
    [
      'a key that only looks like an intrinsic',
      { Condition: { Bool: { a: 'b' } }, Ref: 'x' },
      { Condition: { Bool: { a: 'b' } }, Ref: 'x' },
    ],
  ])('evaluates %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('removes what AWS::NoValue stands for, in objects and in lists', () => {
    const nothing = { 'Fn::If': ['No', 'x', { Ref: 'AWS::NoValue' }] };

    expect(resolve({ kept: 1, gone: nothing, list: ['a', nothing] })).toEqual({ kept: 1, list: ['a'] });
  });

  it.each([
    ['an unknown intrinsic function', { 'Fn::ImportValue': 'x' }, /intrinsic function Fn::ImportValue/],
    ['a dynamic reference', '{{resolve:ssm:/a}}', /dynamic reference/],
    ['Fn::Select outside its list', { 'Fn::Select': [2, ['a']] }, /no entry 2 in a list of 1/],
    ['Fn::Join of something that is no text', { 'Fn::Join': ['', [{ a: 1 }]] }, /Fn::Join: wants a string/],
    ['a name that is not there', { Ref: 'Nobody' }, /no Nobody/],
  ])('rejects %s', (_, value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});

describe('resolveCondition', () => {
  it.each([
    [{ 'Fn::Equals': ['a', 'a'] }, true],
    [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }, false],
    [{ 'Fn::Not': [{ Condition: 'Yes' }] }, false],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Equals': [1, 1] }] }, true],
    [{ 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, true],
    [{ 'Fn::Contains': [['1', '2'], '2'] }, true],
  ])('evaluates %j to %s', (condition, expected) => {
    expect(resolveCondition(condition, scope)).toBe(expected);
  });

  it('rejects a condition that is neither true nor false', () => {
    expect(() => resolveCondition({ Ref: 'Topic' }, scope)).toThrow(/does not model the condition/);
  });
});

describe('referencesIn', () => {
  it('finds every name that a value refers to', () => {
    const value = {
      a: { Ref: 'A' },
      b: [{ 'Fn::GetAtt': ['B', 'Arn'] }, { 'Fn::Sub': ['${C.Arn} ${!no} ${Own}', { Own: { Ref: 'D' } }] }],
    };

    expect([...referencesIn(value)].sort()).toEqual(['A', 'B', 'C', 'D']);
  });
});
