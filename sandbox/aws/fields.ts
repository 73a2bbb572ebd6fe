import { UnmodelledError } from '../errors';
import { AwsError } from './service';

type Values = Readonly<Record<string, unknown>>;

/** Names of fields; of a structure, or a list of structures, with the names inside it: `['Rule', { Targets: ['Id', 'Arn'] }]`. */
export type FieldNames = readonly (string | { readonly [name: string]: FieldNames })[];

/** The fields that an API operation or a type of resource models. Any other is refused before anything runs. */
export interface ModelledFields {
  readonly fields: FieldNames;
  /** Fields that are accepted and have no effect on anything the sandbox models, such as a description. @default none */
  readonly withoutEffect?: FieldNames;
}

/** Reads the fields of an API input, or of a resource's properties, by type. No message quotes a value: it may be a secret. */
export class Fields {
  private constructor(
    readonly owner: string,
    private readonly names: FieldNames,
    private readonly values: Values,
  ) {}

  /** The fields of `owner`, such as `kms:CreateKey`. Rejects by name, at any depth, a field that is not modelled. */
  static of(owner: string, { fields, withoutEffect = [] }: ModelledFields, values: Values): Fields {
    rejectOthers(owner, [...fields, ...withoutEffect], values);
    return new Fields(owner, fields, values);
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** Those of the named fields that are present, as they are: for an API that checks them itself. */
  pick(...names: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(names.filter((name) => this.has(name)).map((name) => [name, this.#value(name)]));
  }

  /** Every field that is present and has an effect, as it is: for an API that takes the same fields. */
  all(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.values).filter(([name]) => includes(this.names, name)));
  }

  string(name: string): string {
    return this.optionalString(name) ?? missing(name);
  }

  optionalString(name: string): string | undefined {
    return this.#optional(name, 'a string', isString);
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? missing(name);
  }

  /** A number; the query protocol and templates may give its digits. */
  optionalNumber(name: string): number | undefined {
    const value = this.#value(name);
    if (isString(value) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
    return this.#optional(name, 'a number', isNumber);
  }

  /** True or false; the query protocol and templates may give the word. */
  optionalBoolean(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === 'true' || value === 'false') return value === 'true';
    return this.#optional(name, 'true or false', (each): each is boolean => typeof each === 'boolean');
  }

  optionalDate(name: string): Date | undefined {
    return this.#optional(name, 'a time', (value): value is Date => value instanceof Date);
  }

  optionalBytes(name: string): Uint8Array | undefined {
    return this.#optional(name, 'a blob', (value): value is Uint8Array => value instanceof Uint8Array);
  }

  /** A list of strings; empty when absent. */
  strings(name: string): readonly string[] {
    return this.optionalStrings(name) ?? [];
  }

  optionalStrings(name: string): readonly string[] | undefined {
    return this.#optional(name, 'a list of strings', listOf(isString));
  }

  /** A list of numbers; empty when absent. */
  numbers(name: string): readonly number[] {
    return this.#optional(name, 'a list of numbers', listOf(isNumber)) ?? [];
  }

  /** A JSON document as text, whether it was given as text or, as templates do, as an object. */
  document(name: string): string {
    return this.optionalDocument(name) ?? missing(name);
  }

  optionalDocument(name: string): string | undefined {
    const value = this.#value(name);
    return isStructure(value) ? JSON.stringify(value) : this.#optional(name, 'a JSON document', isString);
  }

  /** A structure, whose fields were declared with its name. */
  structure(name: string): Fields {
    return this.optionalStructure(name) ?? missing(name);
  }

  optionalStructure(name: string): Fields | undefined {
    const value = this.#optional(name, 'a structure', isStructure);
    return value && this.#inside(name, value);
  }

  /** A list of structures, whose fields were declared with its name; empty when absent. */
  structures(name: string): readonly Fields[] {
    const values = this.#optional(name, 'a list of structures', listOf(isStructure)) ?? [];
    return values.map((each) => this.#inside(name, each));
  }

  /** A map of strings, such as environment variables; empty when absent. */
  stringMap(name: string): Readonly<Record<string, string>> {
    return this.#optional(name, 'a map of strings', isStringMap) ?? {};
  }

  #value(name: string): unknown {
    if (!includes(this.names, name)) throw new Error(`${name} is read, but not declared as a field of ${this.owner}`);
    return this.values[name] ?? undefined;
  }

  #optional<T>(name: string, kind: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!is(value)) throw new AwsError('SerializationException', `${name} of ${this.owner} must be ${kind}`);
    return value;
  }

  #inside(name: string, values: Values): Fields {
    return new Fields(`${this.owner} ${name}`, namesInside(this.names, name), values);
  }
}

/** Values of another shape than declared are left to whoever reads them. */
function rejectOthers(owner: string, names: FieldNames, values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (!includes(names, name)) throw new UnmodelledError(`the field "${name}" of ${owner}`);
    const inside = namesInside(names, name);
    if (inside.length === 0) continue;
    for (const each of Array.isArray(value) ? value : [value])
      if (isStructure(each)) rejectOthers(`${owner} ${name}`, inside, each);
  }
}

const includes = (names: FieldNames, name: string): boolean =>
  names.some((each) => (typeof each === 'string' ? each === name : Object.hasOwn(each, name)));

const namesInside = (names: FieldNames, name: string): FieldNames =>
  names.flatMap((each) => (typeof each === 'string' ? [] : (each[name] ?? [])));

function missing(name: string): never {
  const path = name.charAt(0).toLowerCase() + name.slice(1);
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}

const isString = (value: unknown): value is string => typeof value === 'string';

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const isStructure = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStringMap = (value: unknown): value is Readonly<Record<string, string>> =>
  isStructure(value) && Object.values(value).every(isString);

const listOf =
  <T>(is: (value: unknown) => value is T) =>
  (value: unknown): value is readonly T[] =>
    Array.isArray(value) && value.every(is);
