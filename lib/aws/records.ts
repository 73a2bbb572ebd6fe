import { KeyRotationError } from '../core/errors';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Parses a JSON record and checks that it has the fields it must have.
 * @param where - what the record is, for the error; never its content
 * @throws KeyRotationError BadRecord
 */
export function parseRecord<Record>(
  text: string | undefined,
  where: string,
  isRecord: (fields: Fields) => boolean,
): Record {
  const parsed = parseJson(text);
  if (parsed !== undefined && isRecord(parsed)) return parsed as Record;
  throw new KeyRotationError(
    'BadRecord',
    `${where} does not hold what it should; write it again, or deploy its stack again`,
  );
}

function parseJson(text: string | undefined): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** True when every named field is a non-empty string. */
export const hasStrings = (fields: Fields, ...names: readonly string[]): boolean =>
  names.every((name) => typeof fields[name] === 'string' && fields[name] !== '');
