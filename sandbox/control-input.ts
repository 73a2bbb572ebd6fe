/** Something that the control path was asked for and that it does not take. The message says what it takes. */
export class BadControlInput extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadControlInput';
  }
}

/** How a field of a control request is read. */
export interface Field<Value> {
  readonly allowed: string;
  read(value: unknown): Value | undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const text: Field<string> = {
  allowed: 'a text',
  read: (value) => (isText(value) ? value : undefined),
};

export const time: Field<Date> = {
  allowed: 'a time such as 2026-11-20T10:00:00Z',
  read: (value) => {
    const date = isText(value) ? new Date(value) : undefined;
    return date && !Number.isNaN(date.getTime()) ? date : undefined;
  },
};

/** A whole number within limits. */
export const whole = (least: number, most: number): Field<number> => ({
  allowed: `a whole number from ${least} to ${most}`,
  read: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined,
});

/** One of a few words. */
export const oneOf = <Word extends string>(...words: readonly Word[]): Field<Word> => ({
  allowed: words.map((word) => `"${word}"`).join(' or '),
  read: (value) => words.find((word) => word === value),
});

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<Shape extends Fields> = {
  readonly [Name in keyof Shape]?: Shape[Name] extends Field<infer Value> ? Value : never;
};

/** Reads a JSON body that may have these fields and no others. */
export function readBody<Shape extends Fields>(body: string, shape: Shape): ValueOf<Shape> {
  const values = parse(body);
  const entries = Object.entries(values).map(([name, value]) => {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!field) throw new BadControlInput(`unknown field "${name}"; allowed are ${Object.keys(shape).join(', ')}`);
    const read = field.read(value);
    if (read === undefined) throw new BadControlInput(`"${name}" must be ${field.allowed}`);
    return [name, read] as const;
  });
  return Object.fromEntries(entries) as ValueOf<Shape>;
}

/** A field that has to be there. */
export function required<Value>(name: string, value: Value | undefined, allowed: string): Value {
  if (value !== undefined) return value;
  throw new BadControlInput(`"${name}" is missing; it must be ${allowed}`);
}

function parse(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new BadControlInput('the body must be JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new BadControlInput('the body must be a JSON object');
}
