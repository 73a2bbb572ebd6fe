import type { Fields } from '../fields';
import { checkLength, outOfBounds } from './errors';
import type { Secret } from './secret';

/** Whether a list shows a secret. */
export type SecretFilter = (secret: Secret) => boolean;

/** Field names of the filters that lists and batches take. */
export const FILTER_FIELDS = { Filters: ['Key', 'Values'] };

type Texts = (secret: Secret) => readonly string[];

const describedAs: Texts = ({ description }) => (description === undefined ? [] : [description]);
const tagKeys: Texts = ({ tags }) => [...(tags?.keys() ?? [])];
const tagValues: Texts = ({ tags }) => [...(tags?.values() ?? [])];
const everything: Texts = (secret) => [secret.name, ...describedAs(secret), ...tagKeys(secret), ...tagValues(secret)];

const byPrefix =
  (texts: Texts) =>
  (value: string): SecretFilter =>
  (secret) =>
    texts(secret).some((text) => text.startsWith(value));

const byPrefixInAnyCase =
  (texts: Texts) =>
  (value: string): SecretFilter =>
  (secret) =>
    texts(secret).some((text) => text.toLowerCase().startsWith(value.toLowerCase()));

/** AWS says that it breaks the value into words and searches every attribute; here each word has to be in one of them. */
function byWords(value: string): SecretFilter {
  const words = value.toLowerCase().split(/\s+/);
  return (secret) => {
    const texts = everything(secret).map((text) => text.toLowerCase());
    return words.every((word) => texts.some((text) => text.includes(word)));
  };
}

/** No secret here is replicated, or managed by another service. */
const never = (): SecretFilter => () => false;

const FILTERS: Readonly<Record<string, (value: string) => SecretFilter>> = {
  description: byPrefixInAnyCase(describedAs),
  name: byPrefix(({ name }) => [name]),
  'tag-key': byPrefix(tagKeys),
  'tag-value': byPrefix(tagValues),
  'primary-region': never,
  'owning-service': never,
  all: byWords,
};

const KEYS = Object.keys(FILTERS).join(', ');
const MOST = [0, 10] as const;

/** Reads the filters of a request. All must match; of one filter's values, one. A value with `!` before it must not match. */
export function readFilters(input: Fields): SecretFilter {
  const given = input.structures('Filters');
  checkLength('filters', given.length, MOST);
  const filters = given.map(readFilter);
  return (secret) => filters.every((filter) => filter(secret));
}

function readFilter(input: Fields): SecretFilter {
  const key = input.string('Key');
  const filter = Object.hasOwn(FILTERS, key) ? FILTERS[key] : undefined;
  if (!filter) throw outOfBounds('filters.key', `Member must satisfy enum value set: [${KEYS}]`, key);
  const values = input.strings('Values');
  checkLength('filters.values', values.length, MOST);
  const tests = values.map((value) => (value.startsWith('!') ? not(filter(value.slice(1))) : filter(value)));
  return (secret) => tests.some((test) => test(secret));
}

const not =
  (filter: SecretFilter): SecretFilter =>
  (secret) =>
    !filter(secret);
