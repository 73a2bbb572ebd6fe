import { UnmodelledError } from '../../errors';
import { AwsError } from '../service';

/** Whether an event, or a value in one, is what a rule asks for. */
export type Matcher = (value: unknown) => boolean;

/**
 * Compiles an event pattern. A field has to match one of the entries of its list: a literal, `prefix`, `suffix`,
 * `anything-but`, `wildcard`, `exists` or `equals-ignore-case`. Any other operator is an error that names it.
 */
export function compilePattern(json: string): Matcher {
  const pattern: unknown = JSON.parse(json);
  if (!isObject(pattern)) throw invalid('Pattern is not an object');
  return compileObject(pattern);
}

function compileObject(pattern: Readonly<Record<string, unknown>>): Matcher {
  const fields = Object.entries(pattern).map(([name, wanted]) => [name, compileField(name, wanted)] as const);
  return (value) => {
    const object = isObject(value) ? value : {};
    return fields.every(([name, matches]) => matches(object[name]));
  };
}

function compileField(name: string, wanted: unknown): Matcher {
  if (name.startsWith('$')) throw new UnmodelledError(`the event pattern operator ${name}`);
  if (isObject(wanted)) return compileObject(wanted);
  if (!Array.isArray(wanted)) throw invalid(`"${name}" must be an object or an array`);
  const entries = wanted.map(compileEntry);
  return (value) => entries.some((matches) => matches(value));
}

function compileEntry(entry: unknown): Matcher {
  if (!isObject(entry)) return anyOf((value) => value === entry);
  const [[operator, argument] = ['', undefined], ...others] = Object.entries(entry);
  if (others.length > 0) throw invalid('an entry has one operator');
  if (operator === 'exists') return (value) => (value !== undefined) === argument;
  if (operator === 'anything-but') return anythingBut(argument);
  return anyOf(textMatcher(operator, argument));
}

/** A field with a list of values matches when one of them does. */
const anyOf =
  (matches: Matcher): Matcher =>
  (value) =>
    Array.isArray(value) ? value.some(matches) : matches(value);

function anythingBut(argument: unknown): Matcher {
  const refused = isObject(argument)
    ? Object.entries(argument).flatMap(([operator, each]) => listOf(each).map((text) => textMatcher(operator, text)))
    : listOf(argument).map((each) => (value: unknown) => value === each);
  return (value) => value !== undefined && anyOf((each) => !refused.some((matches) => matches(each)))(value);
}

function textMatcher(operator: string, argument: unknown): Matcher {
  if (typeof argument !== 'string')
    throw new UnmodelledError(`${operator} of something that is no text in an event pattern`);
  switch (operator) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(argument);
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(argument);
    case 'equals-ignore-case':
      return (value) => typeof value === 'string' && value.toLowerCase() === argument.toLowerCase();
    case 'wildcard':
      return wildcard(argument);
    default:
      throw new UnmodelledError(`the event pattern operator ${operator}`);
  }
}

function wildcard(pattern: string): Matcher {
  const parts = pattern.split('*').map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) => typeof value === 'string' && expression.test(value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
