import { badRequest, unmodelled } from './api-error';

/** Reads a query strictly: a parameter nobody asked about is an error, never ignored. */
export class QueryReader {
  readonly #read = new Set<string>();

  constructor(
    readonly endpoint: string,
    readonly query: URLSearchParams,
  ) {}

  text(name: string): string | undefined {
    this.#read.add(name);
    const values = this.query.getAll(name);
    if (values.length > 1) throw badRequest(`${name}: given ${values.length} times, once is allowed`);
    return values[0];
  }

  texts(name: string): readonly string[] {
    this.#read.add(`${name}[]`);
    return this.query.getAll(`${name}[]`);
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = allowed.find((each) => each === text);
    if (value === undefined) throw badRequest(`${name}: must be one of ${allowed.join(', ')}`);
    return value;
  }

  flag(name: string): boolean {
    return this.oneOf(name, ['true', 'false']) === 'true';
  }

  limit(byDefault = 20, most = 1000): number {
    const text = this.text('limit');
    if (text === undefined) return byDefault;
    const limit = Number(text);
    if (!Number.isInteger(limit) || limit < 1 || limit > most) throw badRequest(`limit: must be 1 to ${most}`);
    return limit;
  }

  instant(name: string): Date | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const time = new Date(text);
    const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text);
    if (!zoned || Number.isNaN(time.getTime())) throw badRequest(`${name}: must be an RFC 3339 time with a time zone`);
    return time;
  }

  /** Call when every modelled parameter has been read. */
  end(): void {
    for (const name of this.query.keys()) {
      if (!this.#read.has(name)) throw unmodelled(`the parameter ${name} of ${this.endpoint}`);
    }
  }
}
