import { UnmodelledError } from '../../errors';

/** What references in a template resolve to. */
export interface Scope {
  /** A parameter's value, a pseudo parameter or a resource's physical id. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
}

/** What `Ref: AWS::NoValue` yields: the property or list entry that holds it disappears. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(asString('Ref', argument)),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': chooseByCondition,
  'Fn::Equals': (argument, scope) => {
    const [left, right] = asList('Fn::Equals', argument, 2).map((each) => resolveValue(each, scope));
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::And': (argument, scope) => conditions('Fn::And', argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => conditions('Fn::Or', argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => !conditions('Fn::Not', argument, scope)[0],
  'Fn::Contains': (argument, scope) => {
    const [list, value] = asList('Fn::Contains', argument, 2).map((each) => resolveValue(each, scope));
    return asList('Fn::Contains', list).includes(value);
  },
};

/** A template value with every intrinsic function in it evaluated. */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return rejectDynamicReference(value);
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, scope)).filter((each) => each !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicIn(value);
  if (intrinsic) return intrinsic.evaluate(intrinsic.argument, scope);
  const entries = Object.entries(value).map(([key, each]) => [key, resolveValue(each, scope)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== NO_VALUE));
}

/** A template condition: an intrinsic function, or `{ Condition: name }`. */
export function resolveCondition(value: unknown, scope: Scope): boolean {
  const name = typeof value === 'object' && value !== null && 'Condition' in value ? value.Condition : undefined;
  const result = typeof name === 'string' ? scope.condition(name) : resolveValue(value, scope);
  if (typeof result !== 'boolean') throw new UnmodelledError(`the condition ${JSON.stringify(value)}`);
  return result;
}

/** The names that a template value refers to: logical ids, parameters and pseudo parameters. */
export function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref' && typeof argument === 'string') return [argument];
    if (key === 'Fn::GetAtt') return [splitAttribute(argument)[0]];
    if (key === 'Fn::Sub') return substitutionsIn(argument);
    return referencesIn(argument);
  });
}

function intrinsicIn(value: object): { evaluate: Intrinsic; argument: unknown } | undefined {
  const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !(key === 'Ref' || key.startsWith('Fn::'))) return undefined;
  const evaluate = INTRINSICS[key];
  if (!evaluate) throw new UnmodelledError(`the intrinsic function ${key}`);
  return { evaluate, argument };
}

function getAttribute(argument: unknown, scope: Scope): unknown {
  return scope.attribute(...splitAttribute(argument));
}

function splitAttribute(argument: unknown): readonly [logicalId: string, attribute: string] {
  const [logicalId, ...rest] = typeof argument === 'string' ? argument.split('.') : asList('Fn::GetAtt', argument, 2);
  return [asString('Fn::GetAtt', logicalId), rest.map((each) => asString('Fn::GetAtt', each)).join('.')];
}

const PLACEHOLDERS = /\$\{(!?)([^}]+)\}/g;

function substitute(argument: unknown, scope: Scope): string {
  const [text, variables] = typeof argument === 'string' ? [argument, {}] : asList('Fn::Sub', argument, 2);
  const own = variables as Readonly<Record<string, unknown>>;
  return asString('Fn::Sub', text).replaceAll(PLACEHOLDERS, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(own, name)) return asText('Fn::Sub', resolveValue(own[name], scope));
    return asText('Fn::Sub', name.includes('.') ? scope.attribute(...splitAttribute(name)) : scope.ref(name));
  });
}

function substitutionsIn(argument: unknown): readonly string[] {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = (variables ?? {}) as object;
  const names = [...String(text).matchAll(PLACEHOLDERS)]
    .filter(([, literal]) => !literal)
    .map(([, , name = '']) => name);
  return [
    ...names.filter((name) => !Object.hasOwn(own, name)).map((name) => name.split('.')[0] ?? name),
    ...referencesIn(own),
  ];
}

function join(argument: unknown, scope: Scope): string {
  const [separator, list] = asList('Fn::Join', argument, 2);
  const parts = asList('Fn::Join', resolveValue(list, scope));
  return parts.map((part) => asText('Fn::Join', part)).join(asString('Fn::Join', separator));
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, list] = asList('Fn::Select', argument, 2).map((each) => resolveValue(each, scope));
  const values = asList('Fn::Select', list);
  const chosen = values[Number(index)];
  if (chosen === undefined) throw new Error(`Fn::Select: no entry ${String(index)} in a list of ${values.length}`);
  return chosen;
}

function split(argument: unknown, scope: Scope): readonly string[] {
  const [separator, text] = asList('Fn::Split', argument, 2).map((each) => resolveValue(each, scope));
  return asString('Fn::Split', text).split(asString('Fn::Split', separator));
}

function chooseByCondition(argument: unknown, scope: Scope): unknown {
  const [condition, whenTrue, whenFalse] = asList('Fn::If', argument, 3);
  return resolveValue(scope.condition(asString('Fn::If', condition)) ? whenTrue : whenFalse, scope);
}

function conditions(name: string, argument: unknown, scope: Scope): readonly boolean[] {
  return asList(name, argument).map((each) => resolveCondition(each, scope));
}

function asString(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`${name}: wants a string, got ${JSON.stringify(value)}`);
}

/** As CloudFormation does where it builds text: numbers and booleans count as text, anything else does not. */
function asText(name: string, value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : asString(name, value);
}

function asList(name: string, value: unknown, length?: number): readonly unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new Error(`${name}: wants a list${length ? ` of ${length}` : ''}, got ${JSON.stringify(value)}`);
}

function rejectDynamicReference(text: string): string {
  if (text.includes('{{resolve:')) throw new UnmodelledError(`the dynamic reference in "${text}"`);
  return text;
}
