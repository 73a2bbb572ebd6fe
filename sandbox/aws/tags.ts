import type { Fields } from './fields';

/** Field names of a list of tags. */
export const TAGS = { Tags: ['Key', 'Value'] };

/** Reads a list of tags, `Key` and `Value` unless the service calls them otherwise (KMS does); undefined when absent. */
export function readTags(input: Fields, key = 'Key', value = 'Value'): ReadonlyMap<string, string> | undefined {
  if (!input.has('Tags')) return undefined;
  return new Map(input.structures('Tags').map((tag) => [tag.string(key), tag.optionalString(value) ?? '']));
}

/** Tags as Secrets Manager and Systems Manager list them. */
export const tagList = (tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] =>
  [...tags].map(([Key, Value]) => ({ Key, Value }));
