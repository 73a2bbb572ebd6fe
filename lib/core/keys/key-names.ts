import { conventionalKeyName } from '../../contract/names';

/** The service that a key's name speaks of, registered or not; undefined when the name follows no convention. */
export function serviceNamedBy(keyName: string, environment: string, services: readonly string[]): string | undefined {
  const prefix = `${environment}-`;
  if (!keyName.startsWith(prefix)) return undefined;
  const rest = keyName.slice(prefix.length);
  const dated = /^(.+?)-\d{4}-\d{2}-\d{2}(?!\d)/.exec(rest)?.[1];
  if (dated !== undefined) return dated;
  // A name without a day: of "rag" and "rag-service", the longer one that fits is meant.
  return services
    .filter((service) => rest.startsWith(`${service}-`))
    .reduce<string | undefined>((best, each) => (best && best.length >= each.length ? best : each), undefined);
}

/** `count` conventional names for new keys of a service that no key in `taken` has; the second of a day ends in "-2". */
export function newKeyNames(
  environment: string,
  service: string,
  day: Date,
  count: number,
  taken: ReadonlySet<string>,
): readonly string[] {
  const base = conventionalKeyName(environment, service, day);
  const names: string[] = [];
  for (let number = 1; names.length < count; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) names.push(name);
  }
  return names;
}
