import { type FieldNames, Fields } from '../../../sandbox/aws/fields';
import { UnmodelledError } from '../../../sandbox/errors';

const fieldsOf = (values: Readonly<Record<string, unknown>>, fields: FieldNames = Object.keys(values)) =>
  Fields.of('thing', { fields }, values);

describe('Fields', () => {
  it('reads what was declared, numbers and flags also from text', () => {
    const values = { Name: 'a', Size: '-1.5', Open: 'true', Nested: { Size: 3 }, Many: [{ Size: 4 }] };
    const fields = fieldsOf(values, ['Name', 'Size', 'Open', { Nested: ['Size'], Many: ['Size'] }]);

    expect(fields.string('Name')).toBe('a');
    expect(fields.number('Size')).toBe(-1.5);
    expect(fields.optionalBoolean('Open')).toBe(true);
    expect(fields.structure('Nested').number('Size')).toBe(3);
    expect(fields.structures('Many').map((each) => each.number('Size'))).toEqual([4]);
  });

  it('takes nothing and null for no field at all', () => {
    const fields = fieldsOf({ Name: null, Other: undefined }, ['Name', 'Names']);

    expect(fields.has('Name')).toBe(false);
    expect(fields.optionalString('Name')).toBeUndefined();
    expect(fields.strings('Names')).toEqual([]);
  });

  it('accepts a field without effect, at any depth, and hands it to nobody', () => {
    const declared = { fields: ['Name', { Code: ['Key'] }], withoutEffect: ['Tags', { Code: ['Bucket'] }] };
    const values = { Name: 'a', Tags: [{ Any: 'thing' }], Code: { Key: 'k', Bucket: 'b' } };
    const fields = Fields.of('thing', declared, values);

    expect(Object.keys(fields.all())).toEqual(['Name', 'Code']);
    expect(() => fields.has('Tags')).toThrow('Tags is read, but not declared as a field of thing');
    expect(() => fields.structure('Code').string('Bucket')).toThrow('not declared as a field of thing Code');
  });

  it('rejects a field that is not declared, by its name and owner', () => {
    const of = () => Fields.of('AWS::SNS::Topic', { fields: ['TopicName'] }, { TopicName: 'a', FifoTopic: true });

    expect(of).toThrow(new UnmodelledError('the field "FifoTopic" of AWS::SNS::Topic').message);
  });

  it('rejects a field that is not declared inside a structure or a list before either is read', () => {
    const declared: FieldNames = [{ Target: ['Arn'], Targets: ['Arn'] }];

    expect(() => fieldsOf({ Target: { Arn: 'a', Extra: 1 } }, declared)).toThrow(/"Extra" of thing Target/);
    expect(() => fieldsOf({ Targets: [{ Arn: 'a' }, { Extra: 1 }] }, declared)).toThrow(/"Extra" of thing Targets/);
  });

  it.each([
    ['a string', (fields: Fields) => fields.string('X'), 3],
    ['a number', (fields: Fields) => fields.number('X'), 'three'],
    ['a number', (fields: Fields) => fields.number('X'), Number.NaN],
    ['true or false', (fields: Fields) => fields.optionalBoolean('X'), 'yes'],
    ['a time', (fields: Fields) => fields.optionalDate('X'), 1],
    ['a blob', (fields: Fields) => fields.optionalBytes('X'), 'a'],
    ['a list of strings', (fields: Fields) => fields.strings('X'), ['a', 1]],
    ['a list of numbers', (fields: Fields) => fields.numbers('X'), ['1']],
    ['a JSON document', (fields: Fields) => fields.document('X'), []],
    ['a structure', (fields: Fields) => fields.structure('X'), []],
    ['a list of structures', (fields: Fields) => fields.structures('X'), ['a']],
    ['a map of strings', (fields: Fields) => fields.stringMap('X'), { a: 1 }],
  ])('rejects what is not %s', (kind, read, X) => {
    expect(() => read(fieldsOf({ X }))).toThrow(`X of thing must be ${kind}`);
  });

  it('rejects the absence of what has to be there', () => {
    expect(() => fieldsOf({}, ['Name']).string('Name')).toThrow(/Value at 'name' .* must not be null/);
  });

  it('never quotes a value, which may be a secret', () => {
    const read = () => fieldsOf({ Secret: ['hunter2'] }).string('Secret');

    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });
});
