import fc from 'fast-check';
import type { HttpResponse } from '../../../sandbox/http';

/** Something that is in a bad answer and must be in no error. */
export const PRIVATE = 'private words';

type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** What is wrong with an answer. A field is meant by its number among all the fields of the answer. */
export type Damage =
  | { readonly kind: 'cut'; readonly share: number }
  | { readonly kind: 'drop'; readonly field: number }
  | { readonly kind: 'set'; readonly field: number; readonly to: Json }
  | { readonly kind: 'body'; readonly status: number; readonly text: string }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'content-type'; readonly type: string }
  | { readonly kind: 'repeat'; readonly times: number };

const PAGE = `<html><body><h1>${PRIVATE}</h1></body></html>`;
const BODIES = ['', PAGE, 'null', '[]', '{}', '5', `"${PRIVATE}"`, `{"message": "${PRIVATE}"}`, '[{}]', '\u0000'];
/** Values of every type, and times, numbers and words that make no sense where they are. */
const VALUES: readonly Json[] = [
  ...[null, true, 0, 5, -1, 1e300, '', PRIVATE, [], [null], {}, [PRIVATE], { private: PRIVATE }],
  ...['2026-13-45T99:00:00Z', '0001-01-01T00:00:00Z', '2025-11-01T00:00:00Z', '9999-12-31T00:00:00Z', '1'],
];
/** Undocumented, all of them, as an answer to our calls. */
const STATUSES = [201, 204, 206, 300, 301, 304, 401, 403, 404, 410, 418, 451, 499, 500, 502, 503, 599];

/** Any damage. */
export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('drop' as const), field: fc.nat(200) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('set' as const), field: fc.nat(200), to: fc.constantFrom(...VALUES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('body' as const),
      status: fc.constantFrom(200, 502, 503),
      text: fc.constantFrom(...BODIES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(...STATUSES) }) },
  fc.record({ kind: fc.constant('content-type' as const), type: fc.constantFrom('text/html', '', 'application/xml') }),
  fc.record({ kind: fc.constant('repeat' as const), times: fc.constantFrom(2, 50) }),
);

/** Every field of an answer dropped, and set to every value; of the items of a list, those of the first. */
export function everyFieldDamaged({ body }: HttpResponse): readonly Damage[] {
  if (!body.startsWith('{')) return [];
  const paths = placesIn(JSON.parse(body) as Json).map(({ path }) => path);
  const fields = [...new Set(paths)].map((path) => paths.indexOf(path));
  return fields.flatMap((field): readonly Damage[] => [
    { kind: 'drop', field },
    ...VALUES.map((to) => ({ kind: 'set', field, to }) as const),
  ]);
}

/** A field of a document, or an item of a list in it. */
interface Place {
  readonly holder: Record<string, Json> | Json[];
  readonly name: string;
  /** The last name of a field on the way to it. */
  readonly field: string;
  /** The names of all fields on the way to it: the same for every item of a list. */
  readonly path: string;
}

/** Says of a field whether a value would be a lie rather than a mistake: one that nothing tells from the truth. */
export type IsLie = (field: string, value: unknown) => boolean;

/** The answer with the damage in it; undefined where the damage would only make another answer that is well-formed. */
export function damaged(answer: HttpResponse, damage: Damage, isLie: IsLie): HttpResponse | undefined {
  switch (damage.kind) {
    case 'cut':
      return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length * damage.share)) };
    case 'body':
      return { ...answer, status: damage.status, body: damage.text };
    case 'status':
      return { ...answer, status: damage.status, ...(damage.status === 204 ? { body: '' } : {}) };
    case 'content-type':
      return { ...answer, headers: { ...answer.headers, 'content-type': damage.type } };
    case 'drop':
    case 'set':
    case 'repeat':
      return inDocument(answer, (document) => changed(document, damage, isLie));
  }
}

function inDocument(answer: HttpResponse, change: (document: Json) => boolean): HttpResponse | undefined {
  if (!answer.body.startsWith('{')) return undefined;
  const document = JSON.parse(answer.body) as Json;
  return change(document) ? { ...answer, body: JSON.stringify(document) } : undefined;
}

function changed(document: Json, damage: Extract<Damage, { kind: 'drop' | 'set' | 'repeat' }>, isLie: IsLie): boolean {
  const places = placesIn(document);
  if (damage.kind === 'repeat') return repeatLists(places, damage.times);
  const place = places[damage.field % Math.max(places.length, 1)];
  if (!place) return false;
  return damage.kind === 'drop' ? drop(place, isLie) : set(place, damage.to, isLie);
}

function drop({ holder, name, field }: Place, isLie: IsLie): boolean {
  if (Array.isArray(holder) || isLie(field, undefined)) return false;
  delete holder[name];
  return true;
}

function set({ holder, name, field }: Place, to: Json, isLie: IsLie): boolean {
  const isEmptied = Array.isArray(to) && to.length === 0 && Array.isArray(Reflect.get(holder, name));
  if (isEmptied || isLie(field, to)) return false;
  Object.assign(holder, { [name]: to });
  return true;
}

function repeatLists(places: readonly Place[], times: number): boolean {
  let repeated = false;
  for (const { holder, name } of places) {
    const list = Reflect.get(holder, name) as Json;
    // Lists of texts are values; lists of objects are what an API lists.
    if (!Array.isArray(list) || typeof list[0] !== 'object') continue;
    Object.assign(holder, { [name]: Array.from({ length: times }, () => list).flat() });
    repeated = true;
  }
  return repeated;
}

function placesIn(value: Json, field = '', path = ''): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Place['holder'];
  return Object.entries(value).flatMap(([name, inner]: [string, Json]) => {
    const named = Array.isArray(value) ? field : name;
    const inside = Array.isArray(value) ? `${path}[]` : `${path}.${name}`;
    return [{ holder, name, field: named, path: inside }, ...placesIn(inner, named, inside)];
  });
}
